import type { IncomingMessage } from 'node:http';
import { headerLines, type RequestHead } from '@crossgate/dialects';

/** RFC 9112, section 3.2: a request of HTTP/1.1 has exactly one `Host`. */
export function hasOneHost(request: IncomingMessage, head: RequestHead): boolean {
  const lines = headerLines(head, 'host');
  if (lines.length === 0) return request.httpVersion === '1.0';
  return lines.length === 1 && HOST.test(lines[0] ?? '');
}

const HOST = /^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]*$/;

/**
 * Whether the body comes as it is: no transfer coding but `chunked` is undone here, and HTTP/1.0 has none
 * (RFC 9112, section 6.1).
 */
export function isPlain({ headers, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersion !== '1.0');
}
