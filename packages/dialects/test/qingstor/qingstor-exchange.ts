import { createHmac } from 'node:crypto';
import type { Exchange } from '../../src/exchange.ts';
import { locateQingstor } from '../../src/qingstor/routes.ts';

export const KEY = { id: 'ACCESSKEYLOCAL', secret: 'local-test-secret' };
export const BUCKET = 'mybucket';
export const HOST = '127.0.0.1:4002';
export const VIRTUAL_HOST = `${BUCKET}.pek3a.qingstor.com`;
/** When requests are received unless they say otherwise, as HTTP writes it. */
export const DATE = 'Tue, 14 Nov 2023 22:15:00 GMT';

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface SentRequest {
  readonly method?: string;
  readonly target?: string;
  /** The value of `Host`. */
  readonly host?: string;
  /** Further headers, as they go on the wire. */
  readonly headers?: Pairs;
  /** When it is received, in seconds since the epoch. */
  readonly at?: number;
}

export const NOW = Date.parse(DATE) / 1000;

/** The exchange of a request as the server would have it. */
export function exchangeOf({
  method = 'GET',
  target = `/${BUCKET}`,
  host = HOST,
  headers = [],
  at = NOW,
}: SentRequest): Exchange {
  const request = { method, target, rawHeaders: ['Host', host, ...headers.flat()] };
  return {
    request,
    location: locateQingstor(request),
    requestId: 'aa08cf7a43f611e5886952542e6ce14b',
    receivedAt: at * 1000,
  };
}

/** Signs lines as the SDKs do; shares no code with the service. */
export function signLines(lines: readonly string[], secret: string = KEY.secret): string {
  return createHmac('sha256', secret).update(lines.join('\n')).digest('base64');
}

/** What a client signs beside its method: all of it as it goes on the wire. */
export interface Signing {
  readonly md5?: string;
  readonly type?: string;
  /** The line of the date. */
  readonly date?: string;
  /** Lines of `x-qs-*` headers, sorted. */
  readonly headers?: readonly string[];
  readonly resource: string;
  readonly secret?: string;
}

export function signatureOf(method: string, signing: Signing): string {
  const { md5 = '', type = '', date = DATE, headers = [], resource, secret } = signing;
  return signLines([method, md5, type, date, ...headers, resource], secret);
}

/** The request with its signature in `Authorization`. */
export function withHeader(sent: SentRequest, signing: Signing): SentRequest {
  const signature = signatureOf(sent.method ?? 'GET', signing);
  return { ...sent, headers: [...(sent.headers ?? []), ['Authorization', `QS ${KEY.id}:${signature}`]] };
}

/** The request with its signature in the query, until `expires`. */
export function withQuery(sent: SentRequest, signing: Signing, expires: number = NOW + 60): SentRequest {
  const signature = signatureOf(sent.method ?? 'GET', { ...signing, date: String(expires) });
  const query = `access_key_id=${KEY.id}&expires=${expires}&signature=${encodeURIComponent(signature)}`;
  const { target = `/${BUCKET}` } = sent;
  return { ...sent, target: `${target}${target.includes('?') ? '&' : '?'}${query}` };
}
