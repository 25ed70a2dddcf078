import type { IncomingMessage } from 'node:http';
import type { ResponseHeader } from '@crossgate/core';
import { isEncrypted } from './same-origin.ts';

const NAME = 'crossgate_session';

/**
 * Cookies know no ports (RFC 6265, section 8.5): servers on one host have each its own by the port in `Host`. Over TLS the
 * prefix keeps other hosts and plain connections from setting it (RFC 6265bis, section 4.1.3.2).
 */
function nameOf({ headers }: IncomingMessage, prefix: '' | '__Host-'): string {
  const port = /:(\d{1,5})$/.exec(headers.host ?? '')?.[1];
  return `${prefix}${NAME}${port === undefined ? '' : `_${port}`}`;
}

/** The id of the session that a browser has; undefined when it has none. */
export function sessionIdOf(request: IncomingMessage): string | undefined {
  const cookies = new Map(
    (request.headers.cookie ?? '').split(';').map(pair => {
      const [name = '', ...value] = pair.trim().split('=');
      return [name, value.join('=')] as const;
    }),
  );
  return cookies.get(nameOf(request, isEncrypted(request) ? '__Host-' : '')) || undefined;
}

/** Scripts cannot read it, and it comes with no request of another site. It goes with the browser's own session. */
export function sessionCookie(request: IncomingMessage, id: string): ResponseHeader {
  return ['Set-Cookie', cookie(request, id)];
}

export function endedSessionCookie(request: IncomingMessage): ResponseHeader {
  return ['Set-Cookie', `${cookie(request, '')}; Max-Age=0`];
}

function cookie(request: IncomingMessage, value: string): string {
  const isSecure = isEncrypted(request);
  const name = nameOf(request, isSecure ? '__Host-' : '');
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

const SESSION = new RegExp(`^(?:__Host-)?${NAME}(?:_\\d+)?$`);

/**
 * What is left of a `Cookie` header without sessions of the admin API: a browser in which somebody is logged in to the
 * console sends them to the listeners on the same host as well. Undefined when nothing is left.
 */
export function withoutSessions(cookies: string): string | undefined {
  if (!cookies.includes(NAME)) return cookies;
  const others = cookies.split(';').filter(pair => !SESSION.test(pair.split('=', 1)[0]?.trim() ?? ''));
  return others.length === 0 ? undefined : others.join(';').trim();
}
