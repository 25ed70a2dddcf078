import type { RequestHead } from '../exchange.ts';
import { headerValue } from '../headers.ts';

/** What a client can hold against an object: its quoted ETag, and when it was last modified. */
export interface Validators {
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/**
 * Evaluates the preconditions of a request to read an object (RFC 9110, section 13.2.2): go on, answer 304, or
 * answer 412. A copy has conditions on its source in headers of the same names after a prefix, in lower case.
 */
export function evaluatePreconditions(
  request: RequestHead,
  object: Validators,
  prefix = '',
): 'proceed' | 'not-modified' | 'failed' {
  const ifMatch = headerValue(request, `${prefix}if-match`);
  const ifUnmodifiedSince = seconds(headerValue(request, `${prefix}if-unmodified-since`));
  const modifiedAt = Math.floor(object.modifiedAt / 1000);
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, object.etag, 'strong')) return 'failed';
  } else if (ifUnmodifiedSince !== undefined && modifiedAt > ifUnmodifiedSince) {
    return 'failed';
  }
  const ifNoneMatch = headerValue(request, `${prefix}if-none-match`);
  const ifModifiedSince = seconds(headerValue(request, `${prefix}if-modified-since`));
  if (ifNoneMatch !== undefined) return lists(ifNoneMatch, object.etag, 'weak') ? 'not-modified' : 'proceed';
  if (ifModifiedSince !== undefined && modifiedAt <= ifModifiedSince) return 'not-modified';
  return 'proceed';
}

/** Whether a `Range` counts, as far as `If-Range` has a say (RFC 9110, section 13.1.5). */
export function rangeApplies(request: RequestHead, object: Validators): boolean {
  const ifRange = headerValue(request, 'if-range');
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === object.etag;
  return seconds(ifRange) === Math.floor(object.modifiedAt / 1000);
}

/**
 * Whether a list of ETags has that of the object, which is a strong one. In the weak comparison a `W/` does not matter
 * (RFC 9110, section 8.8.3.2). Clients of these services also send ETags without quotes.
 */
function lists(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  return header.split(',').some(entry => {
    const trimmed = entry.trim();
    const candidate = comparison === 'weak' ? trimmed.replace(/^W\//, '') : trimmed;
    return candidate === '*' || candidate === etag || `"${candidate}"` === etag;
  });
}

function seconds(date: string | undefined): number | undefined {
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
