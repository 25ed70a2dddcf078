/** Clients that vanish without a word: the way to them is gone, and nothing says so. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';
import { splitAddress } from '../../support/cos-http.ts';
import { eventually } from '../../support/policies.ts';

const REQUEST = `GET /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\n\r\n`;
const CONNECTIONS = 50;

/** A way to the server that passes nothing on any more once it is cut, also not that a side has closed. */
interface Way {
  readonly address: string;
  readonly cut: () => void;
  readonly close: () => void;
}

async function openWay(target: string): Promise<Way> {
  const [host, port] = splitAddress(target);
  const sockets: Socket[] = [];
  const server = createServer(client => {
    const onward = connect({ host, port });
    client.pipe(onward).pipe(client);
    for (const socket of [client, onward]) socket.on('error', () => {});
    sockets.push(client, onward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let server: Besieged;

beforeAll(async () => {
  server = await besiege('limits: { idleSeconds: 1, keepAliveSeconds: 1, headersSeconds: 1 }');
});

afterAll(() => server.end());

describe('a client that vanishes', () => {
  it.each([
    { name: 'before it asks', bytes: '' },
    { name: 'in the middle of a head', bytes: REQUEST.slice(0, 30) },
    { name: 'after an answer', bytes: REQUEST },
    {
      name: 'in the middle of a body',
      bytes: `PUT /?cors HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\nContent-Length: 9\r\n\r\nx`,
    },
  ])('$name is let go', async ({ bytes }) => {
    const way = await openWay(server.cos);
    await server.withstand(64, async () => {
      await openAttackers(way.address, CONNECTIONS, bytes);
      await eventually(async () =>
        expect(await server.metric('crossgate_open_connections')).toBeGreaterThan(CONNECTIONS / 2),
      );
      way.cut();
      await eventually(async () => expect(await server.metric('crossgate_open_connections')).toBe(1));
    });
    way.close();
  });

  it('is asked for by the system, where nothing else would find out', async () => {
    const attackers = await openAttackers(server.cos, 1, REQUEST.slice(0, 30));
    const [, port] = splitAddress(server.cos);
    await eventually(() => {
      // proc(5): local address, remote address, state (01: established), queues, and which timer runs (02: keep-alive).
      const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
      const lines = readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .map(line => line.trim().split(/\s+/));
      const accepted = lines.filter(([, local, , state]) => local?.endsWith(`:${hexPort}`) && state === '01');
      expect(accepted.map(([, , , , , timer]) => timer?.slice(0, 2))).toContain('02');
    });
    for (const { socket } of attackers) socket.destroy();
  });
});
