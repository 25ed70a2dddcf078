import { describe, expect, it } from 'vitest';
import { BodyTooLargeError, withCrc64 } from '../../src/objects/checksums.ts';
import { formatCrc64 } from '../../src/objects/crc64.ts';

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part, 'latin1');
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('latin1');
}

describe('withCrc64', () => {
  it('passes the body on and sums it up', async () => {
    const { crc, stream } = withCrc64(chunks('1234', '', '56789'), 9);
    expect(await textOf(stream)).toBe('123456789');
    expect(formatCrc64(crc)).toBe('11051210869376104954');
  });

  it('fails as soon as the body is longer than the limit', async () => {
    const read: string[] = [];
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const part of ['12345', '6789', '0', 'never']) {
        read.push(part);
        yield Buffer.from(part, 'latin1');
      }
    }
    const { stream } = withCrc64(body(), 9);
    await expect(textOf(stream)).rejects.toThrow(BodyTooLargeError);
    expect(read).toEqual(['12345', '6789', '0']);
  });
});
