import type { RequestHead } from '@crossgate/dialects';

/** A request that is read from bytes without a parser. */
export interface SimpleRequest {
  readonly head: RequestHead;
  /** Where it ends in the text that it was read from. */
  readonly end: number;
}

/** Lines of visible ASCII and spaces, and an empty one. Sticky: it begins where a request does. */
const HEAD = /(?:[\x20-\x7e]+\r\n)+\r\n/y;
/** An origin-form target, and not the asterisk or absolute form (RFC 9112, section 3.2). */
const REQUEST_LINE = /^OPTIONS (\/[\x21-\x7e]*) HTTP\/1\.1$/;
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** `uri-host [ ":" port ]` of ASCII (RFC 9110, section 7.2). */
const HOST = /^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]+$/;
const SPACE = 0x20;

/** What says anything about a body, the connection, or what else must happen before an answer. */
const NOT_SIMPLE: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What is known of field names as they were spelled, for requests have the same ones again and again. */
type NameKind = 'plain' | 'host' | 'connection' | 'not-simple';

/** More than these spellings nobody needs, nor longer ones, and strangers could send any number of them. */
const SPELLINGS_KEPT = 512;
const LONGEST_KEPT = 64;

const spellings = new Map<string, NameKind>();

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
  let lineEnd = text.indexOf('\r\n', start);
  const target = REQUEST_LINE.exec(text.slice(start, lineEnd))?.[1];
  if (target === undefined) return undefined;
  const rawHeaders: string[] = [];
  let hosts = 0;
  for (let from = lineEnd + 2; from < end - 2; from = lineEnd + 2) {
    lineEnd = text.indexOf('\r\n', from);
    const colon = text.indexOf(':', from);
    if (colon === -1 || colon >= lineEnd) return undefined;
    const name = text.slice(from, colon);
    let valueFrom = colon + 1;
    while (valueFrom < lineEnd && text.charCodeAt(valueFrom) === SPACE) valueFrom++;
    if (text.charCodeAt(lineEnd - 1) === SPACE) return undefined;
    const value = text.slice(valueFrom, lineEnd);
    const kind = spellings.get(name) ?? learn(name);
    if (kind !== 'plain') {
      if (kind === 'not-simple') return undefined;
      if (kind === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined;
      if (kind === 'host') {
        if (!HOST.test(value)) return undefined;
        hosts++;
      }
    }
    rawHeaders.push(name, value);
  }
  return hosts === 1 ? { head: { method: 'OPTIONS', target, rawHeaders }, end } : undefined;
}

function learn(name: string): NameKind {
  const kind = kindOf(name);
  // A copy: what is cut out of a text keeps all of it in memory.
  if (spellings.size < SPELLINGS_KEPT && name.length <= LONGEST_KEPT) spellings.set(copyOf(name), kind);
  return kind;
}

function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function kindOf(name: string): NameKind {
  const lowerCase = name.toLowerCase();
  if (!FIELD_NAME.test(name) || NOT_SIMPLE.has(lowerCase)) return 'not-simple';
  return lowerCase === 'host' || lowerCase === 'connection' ? lowerCase : 'plain';
}
