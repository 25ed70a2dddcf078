/** Answers that nobody takes wait outside of the memory of the server, and not for ever. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers } from '../../support/attackers.ts';
import { BESIEGED_BUCKET, BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';
import { createBucket, signedLines } from '../../support/cos-http.ts';
import { eventually } from '../../support/policies.ts';

const OBJECT_BYTES = 32 * 1024 * 1024;
const CONNECTIONS = 40;

let server: Besieged;

beforeAll(async () => {
  server = await besiege('limits: { idleSeconds: 2 }');
  const send = await createBucket(server.cos, BESIEGED_BUCKET);
  const stored = await send({ method: 'PUT', target: '/large', body: Buffer.alloc(OBJECT_BYTES, 'x') });
  expect(stored.status).toBe(200);
});

afterAll(() => server.end());

describe('a client that never reads', () => {
  it('holds no answer in memory, and is ended', async () => {
    await server.withstand(160, async () => {
      const lines = signedLines(BESIEGED_HOST, { target: '/large' });
      const request = ['GET /large HTTP/1.1', ...lines, '', ''].join('\r\n');
      const attackers = await openAttackers(server.cos, CONNECTIONS, '');
      for (const { socket } of attackers) socket.pause().write(request.repeat(10));
      await eventually(async () =>
        expect(await server.metric('crossgate_open_connections')).toBeGreaterThan(CONNECTIONS),
      );
      await eventually(async () => expect(await server.metric('crossgate_open_connections')).toBe(1));
      for (const { socket } of attackers) socket.destroy();
    });
  });
});
