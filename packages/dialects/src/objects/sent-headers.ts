import type { ResponseHeader } from '@crossgate/core';
import type { RequestHead } from '../exchange.ts';
import { headerPairs, headerValue } from '../headers.ts';

/** The headers of an upload that are answered again with every download, each under its usual name. */
export const REPRESENTATION_HEADERS: readonly string[] = [
  'Content-Type',
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Expires',
];

/**
 * What an upload says of its object: representation headers, and metadata, whose names begin with `metadataPrefix`
 * (lower case). An empty value is as none; SDKs send such.
 */
export function sentHeaders(request: RequestHead, metadataPrefix: string): ResponseHeader[] {
  const headers: ResponseHeader[] = [];
  for (const name of REPRESENTATION_HEADERS) {
    const value = headerValue(request, name.toLowerCase());
    if (value) headers.push([name, value]);
  }
  if (!headers.some(([name]) => name === 'Content-Type')) {
    headers.unshift(['Content-Type', 'application/octet-stream']);
  }
  const metadata = new Map<string, string>();
  for (const [sentName, value] of headerPairs(request)) {
    const name = sentName.toLowerCase();
    if (!name.startsWith(metadataPrefix)) continue;
    const before = metadata.get(name);
    metadata.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  headers.push(...metadata);
  return headers;
}

/**
 * A value from a query as a response header: UTF-8, one character a byte. Undefined when it has a character that no
 * header can have.
 */
export function asHeaderValue(text: string): string | undefined {
  const value = Buffer.from(text, 'utf8').toString('latin1');
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return undefined;
  }
  return value;
}
