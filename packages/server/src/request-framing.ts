import type { IncomingMessage } from 'node:http';
import type { RequestHead } from '@crossgate/dialects';

/** RFC 9112, section 3.2: a request of HTTP/1.1 has exactly one `Host`. */
export function hasOneHost(request: IncomingMessage, head: RequestHead): boolean {
  const { rawHeaders } = head;
  let host: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) return false;
    host = rawHeaders[i + 1] ?? '';
  }
  return host === undefined ? request.httpVersion === '1.0' : host === '' || isHost(host);
}

const HOST = /^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]+$/;

/** `uri-host [ ":" port ]` of ASCII (RFC 9110, section 7.2; RFC 3986, section 3.2.2), by its characters: not empty, and no user. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/**
 * Whether the body comes as it is: no transfer coding but `chunked` is undone here, and HTTP/1.0 has none
 * (RFC 9112, section 6.1).
 */
export function isPlain({ headers, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersion !== '1.0');
}
