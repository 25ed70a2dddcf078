import { createHmac } from 'node:crypto';
import { ACCOUNT, KEY, type Pairs, PROPERTIES, type SentRequest } from './azure-tables-exchange.ts';

/** What a client signs. It shares no code with the service. */
export interface Signing {
  readonly scheme?: 'SharedKey' | 'SharedKeyLite';
  readonly method?: string;
  readonly md5?: string;
  readonly type?: string;
  readonly date?: string;
  readonly account?: string;
  readonly resource?: string;
  readonly key?: string;
}

export const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
export const RESOURCE = `/${ACCOUNT}/${ACCOUNT}/?comp=properties`;

function hmac(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
}

/** The value of an `Authorization` header. */
export function authorizationOf(signing: Signing = {}): string {
  const { scheme = 'SharedKeyLite', method = 'GET', md5 = '', type = '', date = DATE } = signing;
  const { account = ACCOUNT, resource = RESOURCE, key = KEY } = signing;
  const lines = scheme === 'SharedKey' ? [method, md5, type, date, resource] : [date, resource];
  return `${scheme} ${account}:${hmac(key, lines.join('\n'))}`;
}

/** The request with its date and signature. */
export function signed(sent: SentRequest = {}, signing: Signing = {}): SentRequest {
  const headers: Pairs = [
    ['x-ms-date', signing.date ?? DATE],
    ['Authorization', authorizationOf(signing)],
    ...(sent.headers ?? []),
  ];
  return { ...sent, headers };
}

/** The fields of an account SAS that is good for everything on the first day of 2026. */
export const SAS: Readonly<Record<string, string>> = {
  sv: '2019-02-02',
  ss: 'bqtf',
  srt: 'sco',
  sp: 'rwdlacup',
  se: '2026-01-01T01:00:00Z',
};

const SIGNED_FIELDS = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv'];

/** A query with an account SAS: these fields, without those that are undefined, and the signature over them. */
export function sasQuery(
  changes: Readonly<Record<string, string | undefined>> = {},
  key: string = KEY,
): string {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...SAS, ...changes }))
    if (value !== undefined) fields[name] = value;
  const names = [...SIGNED_FIELDS, ...((fields['sv'] ?? '') >= '2020-12-06' ? ['ses'] : [])];
  const stringToSign = [ACCOUNT, ...names.map(name => fields[name] ?? ''), ''].join('\n');
  return new URLSearchParams({ ...fields, sig: hmac(key, stringToSign) }).toString();
}

export function withSas(sent: SentRequest = {}, query: string = sasQuery()): SentRequest {
  return { ...sent, target: `${sent.target ?? PROPERTIES}&${query}` };
}
