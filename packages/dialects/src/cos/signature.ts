import { createHash, createHmac } from 'node:crypto';

/**
 * What is signed of a request ("Request Signature" of the API reference). Names and values are byte strings: one
 * character a byte, so that what is not UTF-8 is signed as it was sent.
 */
export interface SignedParts {
  readonly method: string;
  /** Decoded, with its leading slash. */
  readonly path: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** `start;end`, in seconds since the epoch. */
export type KeyTime = string;

export function cosSignKey(secret: string, keyTime: KeyTime): string {
  return createHmac('sha1', secret).update(keyTime).digest('hex');
}

/** The document calls it HttpString; errors call it FormatString. */
export function cosHttpString(parts: SignedParts): string {
  const method = parts.method.toLowerCase();
  return `${method}\n${parts.path}\n${canonicalList(parts.parameters)}\n${canonicalList(parts.headers)}\n`;
}

export function cosStringToSign(signTime: KeyTime, httpString: string): string {
  const digest = createHash('sha1').update(httpString, 'latin1').digest('hex');
  return `sha1\n${signTime}\n${digest}\n`;
}

export function cosSignature(signKey: string, stringToSign: string): string {
  return createHmac('sha1', signKey).update(stringToSign).digest('hex');
}

function canonicalList(pairs: SignedParts['headers']): string {
  return pairs
    .map(([name, value]) => [encodeName(name), percentEncode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The form of a name in `q-header-list` and `q-url-param-list`. */
export function encodeName(name: string): string {
  return percentEncode(name).toLowerCase();
}

/** Percent-encodes a byte string: all but letters, digits and `-_.~`. */
function percentEncode(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9\-_.~]/g,
    byte => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** A string as the byte string of its UTF-8. */
export function utf8Bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** `UrlEncode` of the API reference: the UTF-8 of a text, percent-encoded. */
export function urlEncode(text: string): string {
  return percentEncode(utf8Bytes(text));
}
