import { isSingleRangeWithStart } from './byte-range.ts';
import type { HeaderList } from './header-list.ts';
import { mimeEssence } from './mime-essence.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/** Methods that need no preflight, case-sensitive (Fetch, "CORS-safelisted method"). */
export function isSafelistedMethod(method: string): boolean {
  return METHODS.has(method);
}

/**
 * Why a request header needs a preflight:
 * - `name`: it is none of the five names that can do without.
 * - `value-length`: its value has more than 128 bytes.
 * - `value-byte`: its value has a byte that this header may not have.
 * - `media-type`: a `Content-Type` that a form could not send.
 * - `range`: a `Range` that is not one range with a start.
 * - `total-length`: the values of all headers that could do without have more than 1024 bytes.
 */
export type UnsafeReason = 'name' | 'value-length' | 'value-byte' | 'media-type' | 'range' | 'total-length';

export interface UnsafeHeader {
  readonly name: string;
  readonly value: string;
  readonly reason: UnsafeReason;
}

const VALUE_LIMIT_BYTES = 128;
const TOTAL_LIMIT_BYTES = 1024;

const FORM_MEDIA_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** Fetch, "CORS-safelisted request-header": undefined for one that is. The value is normalised. */
export function unsafeReason(name: string, value: string): UnsafeReason | undefined {
  const isSafelistedName = SAFELIST.get(name.toLowerCase());
  if (!isSafelistedName) return 'name';
  return value.length > VALUE_LIMIT_BYTES ? 'value-length' : isSafelistedName(value);
}

const SAFELIST: ReadonlyMap<string, (value: string) => UnsafeReason | undefined> = new Map([
  ['accept', unsafeByte],
  ['accept-language', languageByte],
  ['content-language', languageByte],
  [
    'content-type',
    value => unsafeByte(value) ?? (FORM_MEDIA_TYPES.has(mimeEssence(value)) ? undefined : 'media-type'),
  ],
  ['range', value => (isSingleRangeWithStart(value) ? undefined : 'range')],
]);

/** Fetch, "CORS-unsafe request-header byte". Bytes from 0x80 are none. */
function unsafeByte(value: string): UnsafeReason | undefined {
  for (const character of value) {
    const isControl = character < ' ' && character !== '\t';
    if (isControl || '"():<>?@[\\]{}\u007f'.includes(character)) return 'value-byte';
  }
  return undefined;
}

function languageByte(value: string): UnsafeReason | undefined {
  return /^[0-9A-Za-z *,\-.;=]*$/.test(value) ? undefined : 'value-byte';
}

/** The headers that a preflight has to ask for (Fetch, "CORS-unsafe request-header names"), in the order of the list. */
export function unsafeHeaders(list: HeaderList): readonly UnsafeHeader[] {
  const judged = list.map(([name, value]) => ({ name, value, reason: unsafeReason(name, value) }));
  const safelisted = judged.filter(({ reason }) => reason === undefined);
  const totalBytes = safelisted.reduce((sum, { value }) => sum + value.length, 0);
  const reasonOfOthers = totalBytes > TOTAL_LIMIT_BYTES ? 'total-length' : undefined;
  return judged.flatMap(({ name, value, reason = reasonOfOthers }) =>
    reason === undefined ? [] : [{ name, value, reason }],
  );
}
