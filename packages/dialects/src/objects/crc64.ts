/**
 * CRC-64/XZ, which COS calls `crc64ecma`: the polynomial of ECMA-182 reflected, begun and ended with all ones. Kept
 * as two halves of 32 bits, eight bytes a step; BigInt would be some thirty times slower.
 */
export interface Crc64 {
  low: number;
  high: number;
}

const POLYNOMIAL_LOW = 0xd7870f42;
const POLYNOMIAL_HIGH = 0xc96c5795;
const SLICES = 8;

const LOW = new Uint32Array(SLICES * 256);
const HIGH = new Uint32Array(SLICES * 256);
for (let byte = 0; byte < 256; byte++) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) {
      low ^= POLYNOMIAL_LOW;
      high ^= POLYNOMIAL_HIGH;
    }
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}
for (let i = 256; i < SLICES * 256; i++) {
  const low = LOW[i - 256] ?? 0;
  const high = HIGH[i - 256] ?? 0;
  LOW[i] = ((low >>> 8) | (high << 24)) ^ (LOW[low & 255] ?? 0);
  HIGH[i] = (high >>> 8) ^ (HIGH[low & 255] ?? 0);
}

export function newCrc64(): Crc64 {
  return { low: 0xffffffff, high: 0xffffffff };
}

export function updateCrc64(crc: Crc64, bytes: Uint8Array): void {
  let { low, high } = crc;
  const wholeSteps = bytes.length - (bytes.length % SLICES);
  let i = 0;
  for (; i < wholeSteps; i += SLICES) {
    low ^= word(bytes, i);
    high ^= word(bytes, i + 4);
    const a = 1792 + (low & 255);
    const b = 1536 + ((low >>> 8) & 255);
    const c = 1280 + ((low >>> 16) & 255);
    const d = 1024 + (low >>> 24);
    const e = 768 + (high & 255);
    const f = 512 + ((high >>> 8) & 255);
    const g = 256 + ((high >>> 16) & 255);
    const h = high >>> 24;
    low =
      at(LOW, a) ^ at(LOW, b) ^ at(LOW, c) ^ at(LOW, d) ^ at(LOW, e) ^ at(LOW, f) ^ at(LOW, g) ^ at(LOW, h);
    high =
      at(HIGH, a) ^
      at(HIGH, b) ^
      at(HIGH, c) ^
      at(HIGH, d) ^
      at(HIGH, e) ^
      at(HIGH, f) ^
      at(HIGH, g) ^
      at(HIGH, h);
  }
  for (; i < bytes.length; i++) {
    const index = (low ^ at(bytes, i)) & 255;
    low = ((low >>> 8) | (high << 24)) ^ at(LOW, index);
    high = (high >>> 8) ^ at(HIGH, index);
  }
  crc.low = low;
  crc.high = high;
}

/** As an unsigned decimal number, which is how the service writes it. */
export function formatCrc64(crc: Crc64): string {
  const low = BigInt(~crc.low >>> 0);
  const high = BigInt(~crc.high >>> 0);
  return ((high << 32n) | low).toString();
}

function word(bytes: Uint8Array, i: number): number {
  return at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
}

function at(values: Uint8Array | Uint32Array, index: number): number {
  return values[index] ?? 0;
}
