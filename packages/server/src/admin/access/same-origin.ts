import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

export function isEncrypted({ socket }: IncomingMessage): boolean {
  return socket instanceof TLSSocket;
}

/** Whether `Host` is a name of this machine, in a request that nobody but this machine could make. */
export function namesThisMachine({ headers }: IncomingMessage): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(headers.host ?? '');
}

/**
 * Whether a page of another origin sent it, as far as the browser says. The session cookie alone does not tell: it also
 * comes with requests of pages on other ports of the same host, such as an object that a listener serves.
 */
export function isFromElsewhere(request: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  if (origin !== undefined) return !isOwnOrigin(request, origin);
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  // Somebody follows a link: the page that has it sees nothing of the answer.
  return !(mode === 'navigate' && isRead(request));
}

/** Whether the browser says that a page of this server sent it. */
export function isFromOwnPage(request: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  return origin === undefined ? site === 'same-origin' : isOwnOrigin(request, origin);
}

export function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Before a plain connection there may be a proxy that speaks TLS to the browser. */
function isOwnOrigin(request: IncomingMessage, origin: string): boolean {
  const { host } = request.headers;
  if (host === undefined) return false;
  const schemes = isEncrypted(request) ? ['https'] : ['http', 'https'];
  return schemes.some(scheme => origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`);
}
