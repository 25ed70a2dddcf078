import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWith } from '../../../../test/support/required.ts';
import { type Connections, openConnections } from '../../src/limits/connections.ts';
import { newMetrics } from '../../src/metrics.ts';

const missing = spawnSync('openssl', ['version']).status === 0 ? undefined : 'there is no openssl';

function certificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-connections-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const what = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...what, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

/** Answers at once, but for `/hold`, and tells the connections so. */
function listenerOf(connections: Connections): RequestListener {
  return (request, response) => {
    connections.busy(request.socket);
    response.once('close', () => connections.idle(request.socket));
    if (request.url !== '/hold') response.end('ok');
  };
}

describeWith(missing)('openConnections', () => {
  it.each(['http', 'https'])(
    'ends what is idle for who comes, over %s, and never what owes an answer',
    async kind => {
      const connections = openConnections({ connections: 2, connectionsPerAddress: 10 }, newMetrics());
      const listener = listenerOf(connections);
      const server: Server =
        kind === 'http' ? createServer(listener) : createSecureServer(certificate(), listener);
      connections.watch(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const sockets: Socket[] = [];
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      const open = (target: string): { readonly socket: Socket; readonly received: () => string } => {
        const socket =
          kind === 'http'
            ? connect(port, '127.0.0.1')
            : connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false });
        sockets.push(socket);
        let received = '';
        socket
          .on('error', () => {})
          .on('data', chunk => {
            received += String(chunk);
          });
        socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
        return { socket, received: () => received };
      };
      const held = open('/hold');
      const kept = open('/');
      await vi.waitFor(() => expect(kept.received()).toContain('ok'));
      await vi.waitFor(
        async () => {
          const newcomer = open('/');
          await vi.waitFor(() => expect(newcomer.received() !== '' || newcomer.socket.destroyed).toBe(true));
          expect(newcomer.received()).toContain('ok');
        },
        { timeout: 10_000, interval: 100 },
      );
      expect([held.socket.destroyed, kept.socket.destroyed]).toEqual([false, true]);
    },
  );

  it('knows a connection of TLS that comes from where the end of a former one is not seen yet', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const connections = openConnections({ connections: 2, connectionsPerAddress: 10 }, newMetrics());
    const server = createSecureServer();
    server.removeAllListeners('connection');
    connections.watch(server);
    const from = (remotePort: number): Socket => {
      const ends = { remoteAddress: '192.0.2.1', remotePort, localAddress: '192.0.2.2', localPort: 443 };
      return Object.defineProperties(new Socket(), Object.getOwnPropertyDescriptors(ends));
    };
    const [former, inUse, secured] = [from(1), from(1), from(1)];
    server.emit('connection', former);
    server.emit('connection', inUse);
    former.emit('close');
    server.emit('secureConnection', secured);
    connections.busy(secured);
    vi.advanceTimersByTime(2_000);
    for (const port of [2, 3]) server.emit('connection', from(port));
    expect(inUse.destroyed).toBe(false);
  });
});
