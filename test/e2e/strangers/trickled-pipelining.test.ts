/** Requests that a client sends without waiting are taken in a few at a time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers, trickle } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';
import { openConnection } from '../../support/raw-http.ts';

const REQUEST = `OPTIONS /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\nOrigin: https://a.test\r\nAccess-Control-Request-Method: GET\r\n\r\n`;

let server: Besieged;

beforeAll(async () => {
  server = await besiege('limits: { headersSeconds: 3 }');
});

afterAll(() => server.end());

describe('pipelining', () => {
  it('of sixty requests at once is answered in order, again and again', async () => {
    await server.withstand(64, async () => {
      for (let i = 0; i < 20; i++) {
        const client = await openConnection(server.cos);
        client.write(REQUEST.repeat(60));
        expect(await client.untilResponses(60)).toHaveLength(60);
      }
    });
  });

  it('of thousands of requests ends the connection, and takes no memory', async () => {
    await server.withstand(96, async () => {
      const attackers = await openAttackers(server.cos, 20, REQUEST.repeat(20_000));
      await Promise.all(attackers.map(({ ended }) => ended));
    });
  });

  it('in pieces across the bounds of requests ends when a head does not come to its end', async () => {
    await server.withstand(64, async () => {
      const half = REQUEST.slice(0, 40);
      const attackers = await openAttackers(server.cos, 100, `${REQUEST.repeat(3)}${half}`);
      await trickle(attackers, () => '', 100);
      for (const { received } of attackers) {
        expect(received().match(/HTTP\/1\.1 \d+/g)).toEqual([
          ...Array(3).fill('HTTP/1.1 200'),
          'HTTP/1.1 400',
        ]);
      }
    });
  });
});
