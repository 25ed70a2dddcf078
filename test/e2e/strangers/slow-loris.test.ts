/** Heads that come a byte at a time, or not at all, hold a connection for a bounded time, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers, trickle } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';

const CONNECTIONS = 300;

let server: Besieged;

beforeAll(async () => {
  server = await besiege('limits: { headersSeconds: 1, keepAliveSeconds: 1 }');
});

afterAll(() => server.end());

describe('a slow loris', () => {
  it.each([
    {
      name: 'that sends a head without end, a byte at a time',
      begin: `GET /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\nX: `,
      goOn: 'x',
    },
    {
      name: 'that sends one short header after the other',
      begin: `GET /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\n`,
      goOn: 'X: y\r\n',
    },
    { name: 'that sends a request line without end', begin: 'GET /', goOn: 'a' },
    { name: 'that sends nothing but line breaks', begin: '', goOn: '\r\n' },
  ])('$name is ended, and told why', async ({ begin, goOn }) => {
    await server.withstand(64, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, begin);
      const began = performance.now();
      await trickle(attackers, () => goOn, 100);
      expect(performance.now() - began).toBeLessThan(8_000);
      for (const { received } of attackers) {
        expect(received()).toMatch(/^HTTP\/1\.1 400 [\s\S]*<Code>RequestTimeOut<\/Code>/);
      }
    });
  });

  it('that says nothing at all is ended', async () => {
    await server.withstand(64, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, '');
      await Promise.all(attackers.map(({ ended }) => ended));
    });
  });

  it('that resets its connection when it is told why it ends harms nobody', async () => {
    await server.withstand(64, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, '');
      for (const { socket } of attackers) socket.once('data', () => socket.resetAndDestroy());
      await Promise.all(attackers.map(({ ended }) => ended));
    });
  });

  it('that asks, and then sends a second head slowly, is ended', async () => {
    await server.withstand(64, async () => {
      const first = `GET /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\n\r\n`;
      const attackers = await openAttackers(server.cos, CONNECTIONS, `${first}GET /b`);
      await trickle(attackers, () => 'b', 100);
      for (const { received } of attackers) {
        expect(received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 400']);
      }
    });
  });
});
