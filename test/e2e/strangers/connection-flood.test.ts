/** More connections than there may be: those that are idle make room, one address cannot have all, memory is bounded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attacker, openAttackers } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';
import { eventually } from '../../support/policies.ts';

const REQUEST = `GET /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\n\r\n`;
/** Still without its end: the connection waits, and owes nothing. */
const PART = REQUEST.slice(0, 30);
const ELSEWHERE = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

let server: Besieged;

beforeAll(async () => {
  server = await besiege('limits: { connections: 200, connectionsPerAddress: 100 }');
});

afterAll(() => server.end());

describe('a flood of connections', () => {
  it('of one address is refused beyond its share, and others are not', async () => {
    await server.withstand(64, async () => {
      const attackers = await openAttackers(server.cos, 1_000, PART, '127.0.0.2');
      await eventually(async () => {
        expect(attackers.filter(({ socket }) => !socket.destroyed)).toHaveLength(100);
        expect(await server.metric('crossgate_refused_connections_total{reason="address"}')).toBe(900);
      });
      for (const { socket, received } of attackers) {
        expect(received()).toBe('');
        socket.destroy();
      }
    });
  });

  it('of many addresses makes idle ones give way to who comes, and never holds more than the limit', async () => {
    await server.withstand(64, async () => {
      const kept = (
        await Promise.all(ELSEWHERE.slice(0, 2).map(from => openAttackers(server.cos, 99, REQUEST, from)))
      ).flat();
      await eventually(() => expect(kept.every(({ received }) => received().includes('404'))).toBe(true));
      const before = await server.metric('crossgate_displaced_connections_total');
      // At first all of them are in use, as far as can be known.
      const newcomers: Attacker[] = [];
      await eventually(async () => {
        const more = await openAttackers(server.cos, 50, REQUEST, '127.0.0.4');
        newcomers.push(...more);
        await eventually(() =>
          expect(more.every(({ received, socket }) => received() || socket.destroyed)).toBe(true),
        );
        expect(more.every(({ received }) => received().includes('404'))).toBe(true);
      });
      expect(await server.metric('crossgate_open_connections')).toBeLessThanOrEqual(200);
      expect(await server.metric('crossgate_displaced_connections_total')).toBeGreaterThan(before + 40);
      for (const { socket } of [...kept, ...newcomers]) socket.destroy();
    });
  });

  it('that never ask for anything keep nobody out for long', async () => {
    await server.withstand(64, async () => {
      const silent = (
        await Promise.all(ELSEWHERE.slice(0, 2).map(from => openAttackers(server.cos, 100, PART, from)))
      ).flat();
      await eventually(async () => {
        const [client] = await openAttackers(server.cos, 1, REQUEST, '127.0.0.4');
        try {
          await eventually(() => expect(client?.received() !== '' || client?.socket.destroyed).toBe(true));
          expect(client?.received()).toContain('404');
        } finally {
          client?.socket.destroy();
        }
      });
      for (const { socket } of silent) socket.destroy();
    });
  });

  it('that come and go by the thousand leaves nothing behind', async () => {
    await server.withstand(64, async () => {
      for (let i = 0; i < 20; i++) {
        const attackers = await openAttackers(server.cos, 150, PART, ELSEWHERE[i % 3]);
        for (const { socket } of attackers) socket.resetAndDestroy();
      }
      // The one beside, and no other.
      await eventually(async () => expect(await server.metric('crossgate_open_connections')).toBe(1));
    });
  });
});
