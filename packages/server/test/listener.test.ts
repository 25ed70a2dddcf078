import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../test/support/certificates.ts';
import type { Gate } from '../src/gate.ts';
import { type Listener, listen } from '../src/listener.ts';
import { createWebServer } from '../src/web-server.ts';

/** Longer than any test may take: a stop that waits for it is a stop that hangs. */
const GRACE_MS = 60_000;

const TLS = { rejectUnauthorized: false };
const directory = mkdtempSync(join(tmpdir(), 'crossgate-listener-'));
const { pem } = makeCertificate(directory);
rmSync(directory, { recursive: true });

const SCHEMES = [
  { scheme: 'http', agent: new http.Agent({ keepAlive: true }), request: http.request, tls: undefined },
  { scheme: 'https', agent: new https.Agent({ keepAlive: true, ...TLS }), request: https.request, tls: pem },
] as const;

const sockets: Socket[] = [];

afterEach(() => {
  for (const { agent } of SCHEMES) agent.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
});

describe.each(SCHEMES)('closing a listener of $scheme', ({ agent, request, tls }) => {
  /** Answers with what was sent, when all of it is there. */
  async function open(
    answer: Gate = (incoming, response) => {
      incoming.on('end', () => response.end('ok')).resume();
    },
  ): Promise<{ readonly listener: Listener; readonly server: Server }> {
    const server = createWebServer({ keepAliveTimeout: 60_000 }, answer, tls);
    return { listener: await listen(server, '127.0.0.1', 0), server };
  }

  async function connectTo(port: number): Promise<Socket> {
    const socket = tls ? connectTls({ port, host: '127.0.0.1', ...TLS }) : connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    await once(socket, tls ? 'secureConnect' : 'connect');
    return socket;
  }

  const get = (port: number): http.ClientRequest => request({ port, agent }).end();

  it('does not wait for a connection that has been answered and is kept alive', async () => {
    const { listener } = await open();
    const [response] = (await once(get(listener.port), 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    await listener.close(GRACE_MS);
  });

  it('does not wait for a connection that has never said anything, such as browsers open in advance', async () => {
    const { listener, server } = await open();
    const accepted = once(server, tls ? 'secureConnection' : 'connection');
    const socket = await connectTo(listener.port);
    await accepted;
    const closed = once(socket, 'close');
    await listener.close(GRACE_MS);
    await closed;
  });

  it('lets a request in flight finish, and then does not wait for its connection', async () => {
    const { listener, server } = await open();
    const upload = request({ port: listener.port, agent, method: 'PUT', headers: { 'Content-Length': 4 } });
    const began = once(server, 'request');
    upload.write('ab');
    await began;
    const closing = listener.close(GRACE_MS);
    upload.end('cd');
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await closing;
  });

  it('sends the whole of an answer that is written and not yet sent', async () => {
    // Far more than the system takes at once from a client that does not read.
    const body = Buffer.alloc(64 * 1024 * 1024, 'x');
    const { listener } = await open((_, response) => void response.end(body));
    const [response] = (await once(get(listener.port), 'response')) as [IncomingMessage];
    const closing = listener.close(GRACE_MS);
    let length = 0;
    for await (const chunk of response) length += (chunk as Buffer).length;
    expect(length).toBe(body.length);
    await closing;
  });

  it('answers a request that is on its way, and tells the client that it is the last', async () => {
    const { listener, server } = await open();
    const accepted = once(server, tls ? 'secureConnection' : 'connection');
    const socket = await connectTo(listener.port);
    await accepted;
    const closing = listener.close(GRACE_MS);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/^connection: close\r$/im);
    await closing;
  });

  it('ends what is not done when the time is over', async () => {
    const { listener, server } = await open();
    const upload = request({ port: listener.port, agent, method: 'PUT', headers: { 'Content-Length': 4 } });
    const failed = once(upload, 'error');
    const began = once(server, 'request');
    upload.write('ab');
    await began;
    await listener.close(20);
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('takes no more connections', async () => {
    const { listener } = await open();
    await listener.close(GRACE_MS);
    const [error] = await once(connect(listener.port, '127.0.0.1'), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
