/**
 * The request signature of Tencent COS ("Request Signature" of the API reference), as a client makes it. Written from
 * the document alone: it shares nothing with the service that it is to prove.
 */
import { createHash, createHmac } from 'node:crypto';

export interface CosKey {
  readonly id: string;
  readonly secret: string;
}

export const LOCAL_KEY: CosKey = { id: 'AKIDcrossgatelocal', secret: 'crossgate-local-secret' };

type Pairs = readonly (readonly [name: string, value: string])[];

export interface ToSign {
  readonly method: string;
  /** Origin-form, as it is sent. */
  readonly target: string;
  /** The headers to sign. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignOptions {
  readonly key?: CosKey;
  /** Of the signature, in seconds since the epoch. By default it begins now and lasts for ten minutes. */
  readonly start?: number;
  readonly end?: number;
}

/** The value of an `Authorization` header. */
export function cosAuthorization(request: ToSign, options: SignOptions = {}): string {
  return signatureFields(request, options)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The target with the signature in its query: a presigned URL but for the host. */
export function presignCosTarget(request: ToSign, options: SignOptions = {}): string {
  const query = signatureFields(request, options).map(([name, value]) => `${name}=${urlEncode(value)}`);
  return `${request.target}${request.target.includes('?') ? '&' : '?'}${query.join('&')}`;
}

/** The fields of a form that is signed by its policy ("POST Object"). */
export function signedCosPolicyFields(policy: string, options: SignOptions = {}): Record<string, string> {
  const { key = LOCAL_KEY, start = nowSeconds() } = options;
  const keyTime = `${start};${options.end ?? start + 600}`;
  const digest = createHash('sha1').update(policy).digest('hex');
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': key.id,
    'q-key-time': keyTime,
    'q-signature': hmacSha1(hmacSha1(key.secret, keyTime), digest),
  };
}

function signatureFields({ method, target, headers }: ToSign, options: SignOptions): Pairs {
  const { key = LOCAL_KEY, start = nowSeconds() } = options;
  const keyTime = `${start};${options.end ?? start + 600}`;
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const signedHeaders = canonical(Object.entries(headers));
  const signedParameters = canonical(mark === -1 ? [] : parametersOf(target.slice(mark + 1)));
  const httpString = [method.toLowerCase(), decoded(path), text(signedParameters)];
  const formatted = `${httpString.join('\n')}\n${text(signedHeaders)}\n`;
  const digest = createHash('sha1').update(formatted).digest('hex');
  const signKey = hmacSha1(key.secret, keyTime);
  return [
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', key.id],
    ['q-sign-time', keyTime],
    ['q-key-time', keyTime],
    ['q-header-list', names(signedHeaders)],
    ['q-url-param-list', names(signedParameters)],
    ['q-signature', hmacSha1(signKey, `sha1\n${keyTime}\n${digest}\n`)],
  ];
}

function parametersOf(query: string): Pairs {
  return query
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const [name = '', ...value] = part.replaceAll('+', ' ').split('=');
      return [decoded(name), decoded(value.join('='))] as const;
    });
}

/** What cannot be decoded is signed as it is: the service will refuse it for that. */
function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function canonical(pairs: Pairs): Pairs {
  const encoded = pairs.map(([name, value]) => [urlEncode(name).toLowerCase(), urlEncode(value)] as const);
  return encoded.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function text(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function names(pairs: Pairs): string {
  return pairs.map(([name]) => name).join(';');
}

/** Everything but `A-Z a-z 0-9 - _ . ~`, in upper-case hexadecimal. */
export function urlEncode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmacSha1(key: string, value: string): string {
  return createHmac('sha1', key).update(value).digest('hex');
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
