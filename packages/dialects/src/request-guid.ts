import { randomBytes, randomUUID } from 'node:crypto';

/** What request ids are made of. */
export interface RequestIds {
  /** Eight hexadecimal digits: a count of this process. */
  readonly nextDigits: () => string;
  /**
   * A GUID in lower case, unique by process and counter. Every request has one, also where nobody ever sees it: to make a
   * random one costs more than to find out where the request goes.
   */
  readonly newRequestGuid: () => string;
}

/** Of a byte. */
const DIGITS: readonly string[] = Array.from({ length: 0x100 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** @param start the count before the first one, of 32 bits */
export function openRequestIds(start: number): RequestIds {
  let counter = start;
  let afterDigits = randomUUID().slice(8);

  function nextDigits(): string {
    counter = (counter + 1) >>> 0;
    // A busy process counts that far in days: what was counted before must not come again.
    if (counter === 0) afterDigits = randomUUID().slice(8);
    const high = `${DIGITS[counter >>> 24]}${DIGITS[(counter >>> 16) & 0xff]}`;
    return `${high}${DIGITS[(counter >>> 8) & 0xff]}${DIGITS[counter & 0xff]}`;
  }

  return { nextDigits, newRequestGuid: () => nextDigits() + afterDigits };
}

const ofProcess: RequestIds = openRequestIds(randomBytes(4).readUInt32BE());

export const nextDigits: RequestIds['nextDigits'] = ofProcess.nextDigits;
export const newRequestGuid: RequestIds['newRequestGuid'] = ofProcess.newRequestGuid;
