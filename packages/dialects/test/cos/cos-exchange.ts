import { locateCos } from '../../src/cos/routes.ts';
import type { Exchange } from '../../src/exchange.ts';

export const BUCKET = 'examplebucket-1250000000';
export const HOST = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`;

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface SentRequest {
  readonly method?: string;
  readonly target?: string;
  /** The value of `Host`. */
  readonly host?: string;
  /** Further headers, as they go on the wire. */
  readonly headers?: Pairs;
  /** In seconds since the epoch. */
  readonly at?: number;
}

/** The exchange of a request as the server would have it. */
export function exchangeOf({
  method = 'GET',
  target = '/',
  host = HOST,
  headers = [],
  at = 1_700_000_100,
}: SentRequest): Exchange {
  const request = { method, target, rawHeaders: ['Host', host, ...headers.flat()] };
  return {
    request,
    location: locateCos(request),
    requestId: 'NjU1M2YxMDBfMDAwMDAwMDBfMDAwMDBfMDAwMDAwMDAw',
    receivedAt: at * 1000,
  };
}
