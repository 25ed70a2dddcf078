import { isToken } from '../field-name.ts';
import {
  FORBIDDEN_REQUEST_HEADER_PREFIXES,
  FORBIDDEN_REQUEST_HEADERS,
} from '../forbidden-request-headers.ts';
import { type HeaderList, normalizeValue } from './header-list.ts';
import { isForbiddenMethod } from './request-method.ts';

const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(FORBIDDEN_REQUEST_HEADERS);

const METHOD_OVERRIDES: ReadonlySet<string> = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

/** Headers that a script cannot set (Fetch, "forbidden request-header"). Setting one does nothing, and says nothing. */
export function isForbiddenRequestHeader(name: string, value: string): boolean {
  const key = name.toLowerCase();
  if (FORBIDDEN_NAMES.has(key)) return true;
  if (FORBIDDEN_REQUEST_HEADER_PREFIXES.some(prefix => key.startsWith(prefix))) return true;
  return METHOD_OVERRIDES.has(key) && splitValue(value).some(isForbiddenMethod);
}

/** The elements of a value, commas in quoted strings aside (Fetch, "get, decode, and split"). */
function splitValue(value: string): readonly string[] {
  const elements: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const character = value.charAt(i);
    if (character === '"') quoted = !quoted;
    else if (character === '\\' && quoted) i++;
    else if (character === ',' && !quoted) {
      elements.push(value.slice(from, i));
      from = i + 1;
    }
  }
  return [...elements, value.slice(from)].map(normalizeValue);
}

export type RequestHeaders =
  | {
      readonly kind: 'headers';
      readonly sent: HeaderList;
      /** Forbidden ones, which are left out silently. */
      readonly dropped: HeaderList;
    }
  /** One that is not a header: the constructor throws. */
  | { readonly kind: 'invalid'; readonly name: string };

/** Fills a header list as the constructor of a request does (Fetch, "append" of a `Headers` object). */
export function fillHeaders(init: HeaderList): RequestHeaders {
  const sent: (readonly [string, string])[] = [];
  const dropped: (readonly [string, string])[] = [];
  for (const [name, given] of init) {
    const value = normalizeValue(given);
    if (!isToken(name) || !isHeaderValue(value)) return { kind: 'invalid', name };
    (isForbiddenRequestHeader(name, value) ? dropped : sent).push([name, value]);
  }
  return { kind: 'headers', sent, dropped };
}

/** Any bytes but NUL, LF and CR (Fetch, "header value"). A character above U+00FF is no byte. */
function isHeaderValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0 || code === 0x0a || code === 0x0d || code > 0xff) return false;
  }
  return true;
}
