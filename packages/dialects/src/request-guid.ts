import { randomBytes, randomUUID } from 'node:crypto';

/** Of a byte. */
const DIGITS: readonly string[] = Array.from({ length: 0x100 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

let counter = randomBytes(4).readUInt32BE();

/** Eight hexadecimal digits: a count of this process. */
export function nextDigits(): string {
  counter = (counter + 1) >>> 0;
  const high = `${DIGITS[counter >>> 24]}${DIGITS[(counter >>> 16) & 0xff]}`;
  return `${high}${DIGITS[(counter >>> 8) & 0xff]}${DIGITS[counter & 0xff]}`;
}

const AFTER_FIRST_DIGITS: string = randomUUID().slice(8);

/**
 * A GUID in lower case, unique by process and counter. Every request has one, also where nobody ever sees it: to make a
 * random one costs more than to find out where the request goes.
 */
export function newRequestGuid(): string {
  return nextDigits() + AFTER_FIRST_DIGITS;
}
