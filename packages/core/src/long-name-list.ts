import { COMMA, codesOf, KINDS_OF_CODES, OTHER, UPPER } from './field-name.ts';

// A list of requested headers can be as long as the head of a request, and made to cost. All that is about each character
// is done here in few and simple loops, four characters at a time, and no text is made of a name that nobody asks for.

/** A long list that is nothing but names and commas. What it refers to is there until the next one is begun. */
export interface LongNameList {
  /** In lower case. */
  readonly text: string;
  /** How far it was read. */
  at: number;
  /** How many different names have been found. */
  count: number;
  /** Whether these are all. */
  isWhole: boolean;
}

/** Shorter ones are read as fast without all this. */
const LEAST_LENGTH = 256;
/** No server takes more. */
const MOST_LENGTH: number = 1 << 19;

const MOST_NAMES: number = 1 << 16;
/** Where each name that was found stands first. What no list has needed yet is no memory but an address. */
const starts: Int32Array = new Int32Array(MOST_NAMES);
const ends: Int32Array = new Int32Array(MOST_NAMES);
const hashes: Int32Array = new Int32Array(MOST_NAMES);
/** The numbers of names and one, each at the first free place after the one that its hash tells. */
const places: Int32Array = new Int32Array(2 * MOST_NAMES);
/** So many of them as are enough for the length of a list, but one: all bits are set. */
let lastPlace = 0;

/** Empties as many as there can be names, for those of two characters. */
function emptyPlaces(length: number): void {
  const bits = 31 - Math.clz32(length);
  lastPlace = Math.min(1 << bits, places.length) - 1;
  places.fill(0, 0, lastPlace + 1);
}

/** Names that are made to share a place shall not take the time of their number squared. */
const MOST_PROBES = 32;

let codes: Uint8Array = new Uint8Array(0);
let words: DataView = new DataView(codes.buffer);

/** Undefined for a list that is not long, or has anything else in it, blanks among them. */
export function beginLongNameList(list: string): LongNameList | undefined {
  const { length } = list;
  if (length < LEAST_LENGTH || length > MOST_LENGTH) return undefined;
  codes = codesOf(list);
  // So that the last name ends as others do.
  codes.fill(COMMA, length, length + WORD_BYTES);
  const kinds = kindsOf(codes, length);
  if (kinds >= OTHER) return undefined;
  const text = (kinds & UPPER) === 0 ? list : list.toLowerCase();
  if (text !== list) codes = codesOf(text);
  if (words.buffer !== codes.buffer) words = new DataView(codes.buffer);
  emptyPlaces(length);
  return { text, at: 0, count: 0, isWhole: false };
}

/** Of the characters of a list that has commas behind it. */
function kindsOf(read: Uint8Array, length: number): number {
  const kinds = KINDS_OF_CODES;
  let found = 0;
  for (let i = 0; i < length; i += WORD_BYTES) {
    const first = (kinds[read[i] ?? 0] ?? OTHER) | (kinds[read[i + 1] ?? 0] ?? OTHER);
    found |= first | (kinds[read[i + 2] ?? 0] ?? OTHER) | (kinds[read[i + 3] ?? 0] ?? OTHER);
  }
  return found;
}

export const NONE = -1;

/**
 * The number of the next name that did not come before. `NONE` at the end of the list, and also before it, where the list
 * has more names than there is place for.
 */
export function nextNewName(list: LongNameList): number {
  const { length } = list.text;
  const read = codes;
  const view = words;
  let { at } = list;
  for (;;) {
    while (at < length && view.getInt32(at, true) === COMMAS) at += WORD_BYTES;
    while (at < length && read[at] === COMMA) at++;
    if (at >= length) {
      list.isWhole = true;
      return NONE;
    }
    const from = at;
    at = readName(from);
    const name = find(list.count, from, at, true);
    if (name >= 0 && name < list.count) continue;
    list.at = at;
    if (name !== NONE) list.count++;
    return name;
  }
}

export function nameOf({ text }: LongNameList, name: number): string {
  return text.slice(starts[name], ends[name]);
}

/** Whether a name begins with so many characters as another does, which has no less. */
export function beginAlike(name: number, other: number, length: number): boolean {
  // A shorter one ends with a comma, which is not in the other.
  return isSame(starts[name] ?? 0, starts[other] ?? 0, length);
}

/** All names of a list that was read to its end, each once, with commas between them, but for some. */
export function joinNames(list: LongNameList, without: readonly string[]): string {
  const left = new Set(without.map(name => numberOf(list, name)));
  left.delete(NONE);
  const { text, count } = list;
  let joined = '';
  // Names that stand one after the other are taken together: in the end that is nearly always the text itself.
  let from = 0;
  let to = NONE;
  for (let name = 0; name < count; name++) {
    if (left.size > 0 && left.has(name)) continue;
    const start = starts[name] ?? 0;
    if (start !== to + 1 || to === NONE) {
      if (to !== NONE) joined += `${text.slice(from, to)},`;
      from = start;
    }
    to = ends[name] ?? 0;
  }
  return to === NONE ? joined : joined + text.slice(from, to);
}

/** `NONE` where the list does not have the name. */
function numberOf({ text, count }: LongNameList, name: string): number {
  // Behind the text, where it is read as one of its names.
  const from = text.length + WORD_BYTES;
  const to = from + name.length;
  if (to + WORD_BYTES > codes.length) return slowNumberOf(text, count, name);
  for (let i = 0; i < name.length; i++) codes[from + i] = name.charCodeAt(i);
  codes.fill(COMMA, to, to + WORD_BYTES);
  readName(from);
  return find(count, from, to, false);
}

function slowNumberOf(text: string, count: number, name: string): number {
  for (let i = 0; i < count; i++) if (text.slice(starts[i], ends[i]) === name) return i;
  return NONE;
}

const WORD_BYTES = 4;
const COMMAS = 0x2c2c2c2c;
const LOW_BITS = 0x01010101;
const HIGH_BITS: number = 0x80808080 | 0;
/** FNV's. */
const HASH_FACTOR = 0x01000193;

/** Of the name that was read last. */
let lastHash = 0;

/** The end of the name that begins there. */
function readName(from: number): number {
  const read = words;
  let hash = 0;
  let at = from;
  let word = read.getInt32(at, true);
  let commas = ((word ^ COMMAS) - LOW_BITS) & ~(word ^ COMMAS) & HIGH_BITS;
  while (commas === 0) {
    hash = Math.imul(hash ^ word, HASH_FACTOR);
    at += WORD_BYTES;
    word = read.getInt32(at, true);
    commas = ((word ^ COMMAS) - LOW_BITS) & ~(word ^ COMMAS) & HIGH_BITS;
  }
  // The lowest of its marks is right, whatever those above it are.
  const rest = (31 - Math.clz32(commas & -commas)) >> 3;
  at += rest;
  lastHash = (Math.imul(hash ^ (word & ((1 << (rest << 3)) - 1)), HASH_FACTOR) + at - from) | 0;
  return at;
}

/** The number of the name that was read last. A new one gets the next, `count`, or is `NONE` where it gets no place. */
function find(count: number, from: number, to: number, takesPlace: boolean): number {
  const hash = lastHash;
  const last = lastPlace;
  let place = (hash ^ (hash >>> 15)) & last;
  for (let probe = 0; probe < MOST_PROBES; probe++) {
    const known = (places[place] ?? 0) - 1;
    if (known === NONE) {
      if (!takesPlace || count === MOST_NAMES) return NONE;
      places[place] = count + 1;
      starts[count] = from;
      ends[count] = to;
      hashes[count] = hash;
      return count;
    }
    const start = starts[known] ?? 0;
    if (
      hashes[known] === hash &&
      (ends[known] ?? 0) - start === to - from &&
      isSame(from, start, to - from)
    ) {
      return known;
    }
    place = (place + 1) & last;
  }
  return NONE;
}

function isSame(a: number, b: number, length: number): boolean {
  const read = words;
  const last = length - WORD_BYTES;
  if (last < 0) {
    for (let i = 0; i < length; i++) if (read.getUint8(a + i) !== read.getUint8(b + i)) return false;
    return true;
  }
  for (let i = 0; i < last; i += WORD_BYTES) {
    if (read.getInt32(a + i, true) !== read.getInt32(b + i, true)) return false;
  }
  return read.getInt32(a + last, true) === read.getInt32(b + last, true);
}
