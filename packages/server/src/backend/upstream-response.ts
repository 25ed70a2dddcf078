import type { ResponseHeader } from '@crossgate/core';
import { endToEndHeaders } from './hop-by-hop.ts';

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
 * 8.6). Undefined when it cannot be passed on.
 */
export function readUpstreamHead(
  status: number,
  reason: string,
  rawHeaders: readonly (Buffer | string)[],
): UpstreamHead | undefined {
  const all: ResponseHeader[] = [];
  let lengthBytes: number | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = text(rawHeaders[i]);
    const value = text(rawHeaders[i + 1]);
    if (!isFieldValue(value)) return undefined;
    const kind = kindOf(name);
    if (kind === 'cors') continue;
    // Any other coding is still in the body, and its name would be lost.
    if (kind === 'transfer-encoding' && value.toLowerCase() !== 'chunked') return undefined;
    if (kind === 'content-length') {
      if (status === 204) continue;
      lengthBytes = Number(value);
    }
    all.push([name, value]);
  }
  return { status, reason: isFieldValue(reason) ? reason : '', headers: endToEndHeaders(all), lengthBytes };
}

/** What a header means here. Most are told by their length alone. */
function kindOf(name: string): 'cors' | 'content-length' | 'transfer-encoding' | 'other' {
  if (name.length < 14) return 'other';
  const key = name.toLowerCase();
  if (key.startsWith('access-control-')) return 'cors';
  return key === 'content-length' || key === 'transfer-encoding' ? key : 'other';
}

function text(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '');
}

/** RFC 9110, section 5.5: visible characters, spaces, tabs and bytes beyond ASCII. */
function isFieldValue(value: string): boolean {
  return FIELD_VALUE.test(value);
}

const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
