/** Heads of too many bytes are refused before they are there, and those of too many headers cost little. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';

const HEAD = `OPTIONS /a HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\nOrigin: https://a.test\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n`;
const CONNECTIONS = 20;

let server: Besieged;

beforeAll(async () => {
  server = await besiege('');
});

afterAll(() => server.end());

describe('a flood of headers', () => {
  it.each([
    { name: 'one of a megabyte', text: `X: ${'x'.repeat(1 << 20)}\r\n\r\n` },
    { name: 'a name of a megabyte', text: `${'x'.repeat(1 << 20)}: y\r\n\r\n` },
    { name: 'a hundred thousand', text: `${'X: y\r\n'.repeat(100_000)}\r\n` },
    { name: 'a hundred thousand of one byte, without values', text: `${'X:\r\n'.repeat(100_000)}\r\n` },
    { name: 'many origins, over the limit', text: `${'Origin: https://a.test\r\n'.repeat(10_000)}\r\n` },
  ])('is refused: $name', async ({ text }) => {
    await server.withstand(96, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, HEAD + text);
      await Promise.all(attackers.map(({ ended }) => ended));
      // A client that goes on sending may be reset before it has read its answer.
      for (const { received } of attackers) expect(received()).toMatch(/^$|^HTTP\/1\.1 400 /);
    });
  });

  it.each([
    { name: 'ten thousand', text: `${'X:\r\n'.repeat(10_000)}\r\n`, status: '200' },
    {
      name: 'a list of sixty thousand commas',
      text: `Access-Control-Request-Headers: ${','.repeat(60_000)}\r\n\r\n`,
      status: '200',
    },
    {
      name: 'two thousand origins',
      text: `${'Origin: https://a.test\r\n'.repeat(2_000)}\r\n`,
      status: '403',
    },
  ])('within the limit is answered: $name', async ({ text, status }) => {
    await server.withstand(96, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, HEAD + text);
      await Promise.all(attackers.map(({ ended }) => ended));
      for (const { received } of attackers) expect(received().slice(9, 12)).toBe(status);
    });
  });
});
