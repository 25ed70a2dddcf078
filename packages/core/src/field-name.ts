/** What a part of a text is as a field name; a name without letters is in lower case. */
export type NameForm = 'lower-case' | 'mixed-case' | 'no-name';

const LOWER = 1;
export const UPPER = 2;
export const OTHER = 4;

/** Stands for every character beyond ASCII, of which none is in a name. */
const BEYOND = 0xff;

/** Which kind of `tchar` (RFC 9110, section 5.6.2) a character is, by its code, none above {@link BEYOND}. */
const KINDS: Uint8Array = new Uint8Array(BEYOND + 1).fill(OTHER);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  KINDS[character.toUpperCase().charCodeAt(0)] = UPPER;
  KINDS[character.charCodeAt(0)] = LOWER;
}

/** The same of a list of names: its commas count as what has no capital. */
export const KINDS_OF_CODES: Uint8Array = KINDS.slice();
KINDS_OF_CODES[0x2c] = LOWER;

/** Whether `text` can be a field name: one or more `tchar`. */
export function isToken(text: string): boolean {
  return nameForm(text, 0, text.length) !== 'no-name';
}

/** What two spellings of one field name have in common. What is no name is only like itself. */
export function nameKey(text: string): string {
  return isToken(text) ? text.toLowerCase() : text;
}

export function lowerCase(name: string): string {
  return name.toLowerCase();
}

function nameForm(text: string, from: number, to: number): NameForm {
  let kinds = 0;
  for (let i = from; i < to; i++) kinds |= KINDS[text.charCodeAt(i)] ?? OTHER;
  return formOf(kinds);
}

function formOf(kinds: number): NameForm {
  if (kinds === LOWER) return 'lower-case';
  return kinds === 0 || kinds >= OTHER ? 'no-name' : 'mixed-case';
}

export const COMMA = 0x2c;

function isBlank(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Where an element stands, and what it is as a name. Answers from where to go on: `to`, a comma further on, or the length
 * to stop.
 */
export type ElementVisitor = (from: number, to: number, form: NameForm) => number;

/**
 * Calls `visit` with each element of a comma-separated field value, blanks around it removed and empty ones left out
 * (RFC 9110, section 5.6.1). Time is linear in the length: each character is looked at once, but for those of elements
 * with blanks after them.
 */
export function visitElements(value: string, visit: ElementVisitor): void {
  visitCodes(value, codesOf(value), undefined, visit);
}

/**
 * As `visitElements`, and passes over what repeats an element before it, as far as that is remembered: all of a list of
 * few different names, however long it is.
 */
export function visitDistinctElements(value: string, visit: ElementVisitor): void {
  visitCodes(value, codesOf(value), beginMemory(value.length), visit);
}

function visitCodes(
  value: string,
  codes: Uint8Array,
  memory: Memory | undefined,
  visit: ElementVisitor,
): void {
  const { length } = value;
  let from = 0;
  while (from < length) {
    const first = codes[from] ?? BEYOND;
    if (first === COMMA || isBlank(first)) {
      from++;
      continue;
    }
    let kinds = 0;
    let hash = 0;
    let end = from;
    for (; end < length; end++) {
      const code = codes[end] ?? BEYOND;
      if (code === COMMA) break;
      kinds |= KINDS[code] ?? OTHER;
      hash = Math.imul(hash ^ code, HASH_FACTOR);
    }
    let to = end;
    while (isBlank(codes[to - 1])) to--;
    const form = to === end ? formOf(kinds) : nameForm(value, from, to);
    if (memory && form !== 'no-name' && isRepetition(memory, codes, from, to, hash)) from = end + 1;
    else from = visit(from, to, form);
  }
}

/** FNV's: whoever makes names that share a place loses no more than the memory of them. */
const HASH_FACTOR = 0x01000193;

/** Where elements of a list began that may come again, and how long they are, by some bits of a hash. */
interface Memory {
  /** What begins before belongs to lists that are done with. */
  base: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

const PLACES = 64;
/** One for all lists: none is read in the middle of another, and emptying it would cost more than a short list. */
const MEMORY: Memory = { base: 1, starts: new Int32Array(PLACES), lengths: new Int32Array(PLACES) };
let nextBase = 1;
const LAST_BASE = 1 << 30;

function beginMemory(length: number): Memory {
  if (nextBase > LAST_BASE - length) {
    nextBase = 1;
    MEMORY.starts.fill(0);
  }
  MEMORY.base = nextBase;
  nextBase += length;
  return MEMORY;
}

/** Whether the name from `from` to `to` is one that was seen before; it takes a place when not. */
function isRepetition(memory: Memory, codes: Uint8Array, from: number, to: number, hash: number): boolean {
  const { base, starts, lengths } = memory;
  const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
  const length = to - from;
  const start = ((starts[place] ?? 0) - base) | 0;
  if (start >= 0 && lengths[place] === length) {
    const behind = (start - from) | 0;
    let i = from;
    while (i < to && codes[i + behind] === codes[i]) i++;
    if (i === to) return true;
  }
  starts[place] = base + from;
  lengths[place] = length;
  return false;
}

/** What the platform has for it, in every browser and in Node: many times as fast as asking for each character. */
declare const TextEncoder: new () => {
  encodeInto(text: string, into: Uint8Array): { readonly read: number };
};

const ENCODER = new TextEncoder();
let codeBuffer: Uint8Array = new Uint8Array(2048);

/** From this length on it is worth its call. */
const ENCODED_LENGTH = 128;

/** For what is read together with a text. */
const ROOM_BEHIND = 1024;

/** The codes of the characters of a text, none above {@link BEYOND}, with some room behind them; until the next call. */
export function codesOf(text: string): Uint8Array {
  const { length } = text;
  if (codeBuffer.length < length + ROOM_BEHIND) codeBuffer = new Uint8Array(length + ROOM_BEHIND);
  // What is beyond ASCII takes more than a byte: there is no room for all then.
  if (length >= ENCODED_LENGTH && ENCODER.encodeInto(text, codeBuffer.subarray(0, length)).read === length) {
    return codeBuffer;
  }
  for (let i = 0; i < length; i++) codeBuffer[i] = Math.min(text.charCodeAt(i), BEYOND);
  return codeBuffer;
}

/** The elements that {@link visitElements} finds. */
export function listElements(value: string): string[] {
  const elements: string[] = [];
  visitElements(value, (from, to) => {
    elements.push(value.slice(from, to));
    return to;
  });
  return elements;
}

/** Whether a list has an element. */
export function hasElement(value: string): boolean {
  let found = false;
  visitElements(value, () => {
    found = true;
    return value.length;
  });
  return found;
}

/** Whether every element of a list is a name. */
export function hasOnlyNames(value: string): boolean {
  const { length } = value;
  const codes = codesOf(value);
  let hasName = false;
  let mayGoOn = true;
  for (let i = 0; i < length; i++) {
    const code = codes[i] ?? BEYOND;
    if (code === COMMA) {
      hasName = false;
      mayGoOn = true;
    } else if (isBlank(code)) {
      mayGoOn = !hasName;
    } else {
      if (!mayGoOn || (KINDS[code] ?? OTHER) >= OTHER) return false;
      hasName = true;
    }
  }
  return true;
}
