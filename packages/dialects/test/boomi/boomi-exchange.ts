import { locateBoomi } from '../../src/boomi/routes.ts';
import type { Exchange } from '../../src/exchange.ts';

export const ACCOUNT = 'account-123456';
export const HOST = '127.0.0.1:4004';
export const ATOM_PATH: string = `/api/rest/v1/${ACCOUNT}/Atom/3456789a-bcde-f012-3456-789abcdef012`;

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface SentRequest {
  readonly method?: string;
  readonly target?: string;
  /** Further headers, as they go on the wire. */
  readonly headers?: Pairs;
}

/** The exchange of a request as the server would have it. */
export function exchangeOf({ method = 'GET', target = ATOM_PATH, headers = [] }: SentRequest): Exchange {
  const request = { method, target, rawHeaders: ['Host', HOST, ...headers.flat()] };
  return {
    request,
    location: locateBoomi(request),
    requestId: 'e3f7a1c2-0000-4000-8000-000000000000',
    receivedAt: 1_700_000_000_000,
  };
}
