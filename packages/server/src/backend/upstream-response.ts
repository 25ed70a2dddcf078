import type { ResponseHeader } from '@crossgate/core';
import { connectionOptions, isEndToEnd } from './hop-by-hop.ts';

/** What is passed on of the head of an upstream's answer. */
export interface UpstreamHead {
  readonly status: number;
  /** Empty when it has none. */
  readonly reason: string;
  readonly headers: readonly ResponseHeader[];
  /** Undefined when it has no `Content-Length`. */
  readonly lengthBytes: number | undefined;
}

/**
 * Reads the head of an answer as it came off the wire: names and values in turn. The upstream's own `Access-Control-*`
 * headers are left out: this gateway has the rules. So is the length of a 204, which must not have one (RFC 9110, section
 * 8.6). Undefined when it has a transfer coding that cannot be passed on.
 *
 * What no value can have is not looked for: undici's parser takes none of it, nor would `writeHead` write it. The reason
 * phrase is less well kept.
 */
export function readUpstreamHead(
  status: number,
  reason: string,
  rawHeaders: readonly Buffer[],
): UpstreamHead | undefined {
  const lines = rawHeaders.map(part => part.toString('latin1'));
  const options = connectionOptions(lines);
  const headers: ResponseHeader[] = [];
  let lengthBytes: number | undefined;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] ?? '';
    const value = lines[i + 1] ?? '';
    if (name.length >= SHORTEST_MEANT) {
      const key = name.toLowerCase();
      if (key.startsWith('access-control-')) continue;
      // Any other coding is still in the body, and its name would be lost.
      if (key === 'transfer-encoding' && value.toLowerCase() !== 'chunked') return undefined;
      if (key === 'content-length') {
        if (status === 204) continue;
        lengthBytes = Number(value);
      }
    }
    if (isEndToEnd(name, options)) headers.push([name, value]);
  }
  return { status, reason: PHRASE.test(reason) ? reason : '', headers, lengthBytes };
}

/** `Content-Length`: a shorter name means nothing here. */
const SHORTEST_MEANT = 14;

/** RFC 9112, section 4: visible characters, spaces, tabs and bytes beyond ASCII. */
const PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;
