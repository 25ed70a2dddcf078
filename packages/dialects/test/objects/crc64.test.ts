import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCrc64, newCrc64, updateCrc64 } from '../../src/objects/crc64.ts';

function crc64(...chunks: readonly Uint8Array[]): string {
  const crc = newCrc64();
  for (const chunk of chunks) updateCrc64(crc, chunk);
  return formatCrc64(crc);
}

/** CRC-64/XZ bit by bit. */
function naiveCrc64(bytes: Uint8Array): string {
  const ones = 0xffff_ffff_ffff_ffffn;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c_5795_d787_0f42n : crc >> 1n;
  }
  return (crc ^ ones).toString();
}

interface Crc64Case {
  readonly name: string;
  readonly text: string;
  readonly crc: string;
}

const known: readonly Crc64Case[] = [
  { name: 'nothing', text: '', crc: '0' },
  { name: 'the check value of the catalogues', text: '123456789', crc: '11051210869376104954' },
  { name: 'the body of the documented samples', text: '[Object Content]', crc: '16749565679157681890' },
];

describe('updateCrc64', () => {
  it.each(known)('gives the documented number for $name', ({ text, crc }) => {
    expect(crc64(Buffer.from(text, 'latin1'))).toBe(crc);
  });

  it('gives what a bit-by-bit computation gives, whatever the chunks', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(chunks, parts => {
        expect(crc64(...parts)).toBe(naiveCrc64(Buffer.concat(parts)));
      }),
    );
  });

  it('reads views into larger buffers', () => {
    const large = Buffer.from('xx123456789yy', 'latin1');
    expect(crc64(large.subarray(2, 11))).toBe('11051210869376104954');
  });
});
