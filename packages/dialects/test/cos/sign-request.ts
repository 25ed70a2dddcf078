import { createHash, createHmac } from 'node:crypto';
import { HOST, type Pairs } from './cos-exchange.ts';

export const KEY = { id: 'AKIDlocaltest', secret: 'localtestsecret' };
export const KEY_TIME = '1700000000;1700003600';

/** What a client signs. It does as the SDKs do, and shares no code with the service. */
export interface Signing {
  readonly method?: string;
  /** Decoded. */
  readonly path?: string;
  /** Decoded. */
  readonly parameters?: Pairs;
  readonly headers?: Pairs;
  readonly secret?: string;
  readonly signTime?: string;
  readonly keyTime?: string;
}

export type Fields = ReadonlyMap<string, string>;

export function signRequest({
  method = 'GET',
  path = '/',
  parameters = [],
  headers = [['host', HOST]],
  secret = KEY.secret,
  signTime = KEY_TIME,
  keyTime = signTime,
}: Signing): Fields {
  const signedParameters = encodedPairs(parameters);
  const signedHeaders = encodedPairs(headers);
  const httpString = [method.toLowerCase(), path, joined(signedParameters), joined(signedHeaders), ''];
  const digest = createHash('sha1').update(httpString.join('\n')).digest('hex');
  const signKey = createHmac('sha1', secret).update(keyTime).digest('hex');
  const signature = createHmac('sha1', signKey).update(`sha1\n${signTime}\n${digest}\n`).digest('hex');
  return new Map([
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', KEY.id],
    ['q-sign-time', signTime],
    ['q-key-time', keyTime],
    ['q-header-list', listOf(signedHeaders)],
    ['q-url-param-list', listOf(signedParameters)],
    ['q-signature', signature],
  ]);
}

/** The value of an `Authorization` header. */
export function headerForm(fields: Fields): string {
  return [...fields].map(([name, value]) => `${name}=${value}`).join('&');
}

/** Further parameters of a query, percent-encoded as most SDKs have them. */
export function queryForm(fields: Fields): string {
  return [...fields].map(([name, value]) => `${name}=${encode(value)}`).join('&');
}

/** The same pairs with some of them changed, or left out where the value is undefined. */
export function altered(fields: Fields, changes: Readonly<Record<string, string | undefined>>): Fields {
  const result = new Map(fields);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return result;
}

function encodedPairs(pairs: Pairs): Pairs {
  return pairs
    .map(([name, value]) => [encode(name).toLowerCase(), encode(value)] as const)
    .sort((a, b) => (a.join('=') < b.join('=') ? -1 : 1));
}

function joined(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function listOf(pairs: Pairs): string {
  return pairs.map(([name]) => name).join(';');
}

export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
