import { locateAzureTables } from '../../src/azure-tables/routes.ts';
import type { Exchange } from '../../src/exchange.ts';

export const ACCOUNT = 'devstoreaccount1';
/** The key of the storage emulator, which is public. */
export const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
export const LOCAL = '127.0.0.1:4003';
export const PROPERTIES = `/${ACCOUNT}/?restype=service&comp=properties`;

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface SentRequest {
  readonly method?: string;
  readonly target?: string;
  /** The value of `Host`. */
  readonly host?: string;
  /** Undefined to send none. */
  readonly version?: string | undefined;
  /** Further headers, as they go on the wire. */
  readonly headers?: Pairs;
  readonly at?: number;
  readonly clientAddress?: string;
  readonly isSecure?: true;
}

/** The exchange of a request as the server would have it. */
export function exchangeOf(sent: SentRequest = {}): Exchange {
  const { method = 'GET', target = PROPERTIES, host = LOCAL, headers = [], clientAddress } = sent;
  const version = 'version' in sent ? sent.version : '2019-02-02';
  const request = {
    method,
    target,
    rawHeaders: [
      'Host',
      host,
      ...(version === undefined ? [] : ['x-ms-version', version]),
      ...headers.flat(),
    ],
  };
  return {
    request,
    location: locateAzureTables(request),
    requestId: 'eea936c2-f002-0072-3774-aeaad4000000',
    receivedAt: sent.at ?? Date.UTC(2026, 0, 1),
    ...(clientAddress !== undefined && { clientAddress }),
    ...(sent.isSecure && { isSecure: sent.isSecure }),
  };
}
