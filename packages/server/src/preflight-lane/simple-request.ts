import type { PreflightRequest } from '@crossgate/core';
import type { RequestHead } from '@crossgate/dialects';
import { isHost } from '../request-framing.ts';

/** A request that is read from bytes without a parser. */
export interface SimpleRequest {
  readonly head: RequestHead;
  /** What it asks for, of the same headers. */
  readonly preflight: PreflightRequest;
  /** Where it ends in the text that it was read from. */
  readonly end: number;
}

/**
 * A request line with an origin-form target, and not the asterisk or absolute form (RFC 9112, section 3.2); fields of
 * visible ASCII and spaces, and an empty line. Sticky: it begins where a request does. At no character there are two ways
 * to go on, so that time is linear.
 */
const HEAD = /OPTIONS \/[\x21-\x7e]* HTTP\/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\x20-\x7e]*\r\n)+\r\n/y;
const TARGET_FROM: number = 'OPTIONS '.length;
const BEHIND_TARGET: number = ' HTTP/1.1\r\n'.length;
const SPACE = 0x20;

type NameKind = 'host' | 'connection' | 'origin' | 'method' | 'headers' | 'not-simple';

/** A field name that is more than something to pass on. */
interface KnownName {
  /** As browsers spell it. */
  readonly text: string;
  readonly lowerCase: string;
  readonly kind: NameKind;
}

const KNOWN_NAMES: readonly KnownName[] = [
  known('Host', 'host'),
  known('Connection', 'connection'),
  known('Origin', 'origin'),
  known('Access-Control-Request-Method', 'method'),
  known('Access-Control-Request-Headers', 'headers'),
  // What says anything about a body, the connection, or what else must happen before an answer.
  ...[
    'Content-Length',
    'Expect',
    'HTTP2-Settings',
    'Keep-Alive',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
  ].map(text => known(text, 'not-simple')),
];

function known(text: string, kind: NameKind): KnownName {
  return { text, lowerCase: text.toLowerCase(), kind };
}

/** Their length, and their first letter, tell most others from them. */
const BY_LENGTH: readonly (readonly KnownName[])[] = Array.from({ length: 32 }, (_, length) =>
  KNOWN_NAMES.filter(({ text }) => text.length === length),
);

/**
 * Reads a complete and simple `OPTIONS` request of HTTP/1.1 that begins at `start`: its head has no more than
 * `limitBytes`, there is no body, one `Host`, and nothing about it that two parsers could read in two ways. Undefined
 * for everything else, be it right, wrong, or not here yet: that is for the real parser.
 *
 * @param text one character a byte
 */
export function readSimpleRequest(
  text: string,
  start: number,
  limitBytes: number,
): SimpleRequest | undefined {
  HEAD.lastIndex = start;
  if (!HEAD.test(text)) return undefined;
  const end = HEAD.lastIndex;
  if (end - start > limitBytes) return undefined;
  const targetFrom = start + TARGET_FROM;
  const targetEnd = text.indexOf(' ', targetFrom);
  const rawHeaders: string[] = [];
  let host: string | undefined;
  let origin: string | undefined;
  let requestMethod: string | undefined;
  let requestHeaders: string | undefined;
  let from = targetEnd + BEHIND_TARGET;
  while (from < end - 2) {
    const colon = text.indexOf(':', from);
    let valueFrom = colon + 1;
    while (text.charCodeAt(valueFrom) === SPACE) valueFrom++;
    const lineEnd = text.indexOf('\r', valueFrom);
    if (text.charCodeAt(lineEnd - 1) === SPACE) return undefined;
    const value = text.slice(valueFrom, lineEnd);
    rawHeaders.push(text.slice(from, colon), value);
    switch (kindOf(text, from, colon)) {
      case undefined:
        break;
      case 'host':
        if (host !== undefined || !isHost(value)) return undefined;
        host = value;
        break;
      case 'connection':
        if (value !== 'keep-alive' && value.toLowerCase() !== 'keep-alive') return undefined;
        break;
      case 'origin':
        origin = joined(origin, value);
        break;
      case 'method':
        requestMethod = joined(requestMethod, value);
        break;
      case 'headers':
        requestHeaders = joined(requestHeaders, value);
        break;
      case 'not-simple':
        return undefined;
    }
    from = lineEnd + 2;
  }
  if (host === undefined) return undefined;
  return {
    head: { method: 'OPTIONS', target: text.slice(targetFrom, targetEnd), rawHeaders },
    preflight: { origin, requestMethod, requestHeaders },
    end,
  };
}

/** Several lines of one header (RFC 9110, section 5.3). */
function joined(former: string | undefined, value: string): string {
  return former === undefined ? value : `${former}, ${value}`;
}

/** What the name from `from` to `to` is, in any case of letters. */
function kindOf(text: string, from: number, to: number): NameKind | undefined {
  const names = BY_LENGTH[to - from];
  if (!names) return undefined;
  const first = text.charCodeAt(from) | LOWER_CASE;
  for (const name of names) {
    if (name.lowerCase.charCodeAt(0) !== first) continue;
    if (text.startsWith(name.text, from) || text.slice(from, to).toLowerCase() === name.lowerCase) {
      return name.kind;
    }
  }
  return undefined;
}

/** Makes a letter of ASCII one in lower case. */
const LOWER_CASE = 0x20;
