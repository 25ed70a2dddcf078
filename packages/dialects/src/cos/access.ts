import type { Acl } from '@crossgate/object-store';
import type { Authorization } from '../dialect.ts';
import type { Exchange, ServiceError } from '../exchange.ts';
import { cosError } from './errors.ts';

/**
 * Why the request may not read or write what has this access control list; undefined when it may. Whoever signs owns
 * everything.
 */
export function accessProblem(
  exchange: Exchange,
  authorization: Authorization,
  acl: Acl,
  access: 'read' | 'write',
): ServiceError | undefined {
  switch (authorization.kind) {
    case 'signed':
      return undefined;
    case 'refused':
      return authorization.error;
    case 'anonymous':
      if (acl === 'public-read-write' || (acl === 'public-read' && access === 'read')) return undefined;
      return accessDenied(exchange);
    default:
      return authorization satisfies never;
  }
}

/** For an anonymous request to what is not public. */
export function accessDenied(exchange: Exchange): ServiceError {
  const serverTime = `${new Date(exchange.receivedAt).toISOString().slice(0, 19)}Z`;
  return cosError('AccessDenied', undefined, [['ServerTime', serverTime]]);
}
