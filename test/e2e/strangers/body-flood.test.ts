/** Bodies larger than an operation takes are never held in memory, whatever they announce. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';
import { signedLines } from '../../support/cos-http.ts';

const MEBIBYTE = 1024 * 1024;
const CONNECTIONS = 10;

let server: Besieged;

beforeAll(async () => {
  server = await besiege('');
});

afterAll(() => server.end());

function head(line: string): string {
  const signed = signedLines(BESIEGED_HOST, { method: 'PUT', target: '/?cors' });
  return ['PUT /?cors HTTP/1.1', ...signed, line, 'Connection: close', '', ''].join('\r\n');
}

const chunk = (extension = ''): string => `10000${extension}\r\n${'x'.repeat(0x10000)}\r\n`;

describe('a flood of bodies', () => {
  it.each([
    { name: 'that announce it', line: `Content-Length: ${64 * MEBIBYTE}`, body: 'x'.repeat(8 * MEBIBYTE) },
    {
      name: 'that announce all that a number can say',
      line: 'Content-Length: 9007199254740991',
      body: 'x'.repeat(8 * MEBIBYTE),
    },
    { name: 'in chunks', line: 'Transfer-Encoding: chunked', body: chunk().repeat(256) },
    {
      name: 'in chunks with long extensions',
      line: 'Transfer-Encoding: chunked',
      body: chunk(`;${'a'.repeat(60_000)}`).repeat(100),
    },
    {
      name: 'in chunks of one byte',
      line: 'Transfer-Encoding: chunked',
      body: '1\r\nx\r\n'.repeat(MEBIBYTE / 4),
    },
    {
      name: 'in chunks, with trailers without end',
      line: 'Transfer-Encoding: chunked',
      body: `0\r\n${'X: y\r\n'.repeat(MEBIBYTE / 4)}`,
    },
    {
      name: 'in chunks, with a trailer of megabytes',
      line: 'Transfer-Encoding: chunked',
      body: `0\r\nX: ${'y'.repeat(8 * MEBIBYTE)}`,
    },
  ])('$name takes no memory, and is refused', async ({ line, body }) => {
    await server.withstand(128, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, head(line));
      for (const { socket } of attackers) socket.write(body, 'latin1');
      await Promise.all(attackers.map(({ ended }) => ended));
      for (const { received } of attackers) expect(received()).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
    });
  });
});
