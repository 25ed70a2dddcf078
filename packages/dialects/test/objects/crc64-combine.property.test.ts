import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCrc64, newCrc64, updateCrc64 } from '../../src/objects/crc64.ts';
import { combineCrc64 } from '../../src/objects/crc64-combine.ts';

function crc64Of(...bodies: readonly Uint8Array[]): string {
  const crc = newCrc64();
  for (const body of bodies) updateCrc64(crc, body);
  return formatCrc64(crc);
}

const body = fc.uint8Array({ maxLength: 300 });

describe('combineCrc64', () => {
  it('is the CRC-64 of both bodies, one after the other', () => {
    fc.assert(
      fc.property(body, body, (first, second) => {
        const combined = combineCrc64(crc64Of(first), crc64Of(second), second.length);
        expect(combined).toBe(crc64Of(first, second));
      }),
    );
  });

  it('sums up any number of bodies, beginning with none', () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 6 }), bodies => {
        const combined = bodies.reduce((whole, each) => combineCrc64(whole, crc64Of(each), each.length), '0');
        expect(combined).toBe(crc64Of(...bodies));
      }),
    );
  });

  it('holds for lengths with many and with few bits', () => {
    const first = Buffer.from('123456789');
    for (const length of [2 ** 20, 2 ** 20 - 1, 2 ** 20 + 1]) {
      const second = Buffer.alloc(length, 0xa5);
      expect(combineCrc64(crc64Of(first), crc64Of(second), length)).toBe(crc64Of(first, second));
    }
  });

  it('is quick for lengths that no body has', () => {
    // Two halves of so many zeros: appending a tebibyte twice is appending two.
    const tebibyte = 2 ** 40;
    const start = crc64Of(Buffer.from('a'));
    const twice = combineCrc64(combineCrc64(start, '0', tebibyte), '0', tebibyte);
    expect(combineCrc64(start, '0', 2 * tebibyte)).toBe(twice);
  });
});
