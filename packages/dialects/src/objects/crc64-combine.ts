/**
 * The CRC-64 of two bodies one after the other, from theirs. Appending zeros to a body is a linear map of its CRC over
 * GF(2); the maps for 1, 2, 4, … bytes are made once, by squaring, and those of a length are applied in turn.
 */
export function combineCrc64(first: string, second: string, secondBytes: number): string {
  let crc = BigInt(first);
  for (let bit = 0, length = BigInt(secondBytes); length > 0n; bit++, length >>= 1n) {
    if (length & 1n) crc = apply(zeros(bit), crc);
  }
  return (crc ^ BigInt(second)).toString();
}

/** A linear map of 64 bits: what becomes of each bit, from the lowest. */
type LinearMap = readonly bigint[];

const POLYNOMIAL = 0xc96c5795d7870f42n;
const BITS = 64;

/** The map for one zero bit: a shift, and the polynomial where a one is shifted out. */
const ONE_BIT: LinearMap = Array.from({ length: BITS }, (_, bit) =>
  bit === 0 ? POLYNOMIAL : 1n << BigInt(bit - 1),
);

const BY_POWER: LinearMap[] = [];

/** The map for 2 ** `power` zero bytes. */
function zeros(power: number): LinearMap {
  const known = BY_POWER[power];
  if (known) return known;
  const map = power === 0 ? square(square(square(ONE_BIT))) : square(zeros(power - 1));
  BY_POWER[power] = map;
  return map;
}

function square(map: LinearMap): LinearMap {
  return map.map(image => apply(map, image));
}

function apply(map: LinearMap, vector: bigint): bigint {
  let result = 0n;
  for (let bit = 0, rest = vector; rest > 0n; bit++, rest >>= 1n) {
    if (rest & 1n) result ^= map[bit] ?? 0n;
  }
  return result;
}
