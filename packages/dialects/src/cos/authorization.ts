import { equalInConstantTime } from '../constant-time.ts';
import type { Authorization, Credential, Credentials } from '../dialect.ts';
import type { Exchange, ServiceError } from '../exchange.ts';
import { headerPairs, headerValue } from '../headers.ts';
import { signedBy, verifiedCredential } from '../held-credential.ts';
import { hostWithoutPort, percentDecode } from '../request-target.ts';
import { cosError } from './errors.ts';
import {
  cosHttpString,
  cosSignature,
  cosSignKey,
  cosStringToSign,
  encodeName,
  type SignedParts,
  utf8Bytes,
} from './signature.ts';

/** The seven fields of a signature, in the `Authorization` header or in the query. */
const FIELDS = [
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
] as const;

type SignatureFields = Readonly<Record<(typeof FIELDS)[number], string>>;

export const SECURITY_TOKEN = 'x-cos-security-token';
const SKEW_SECONDS = 15 * 60;

/** Who sent the request: nobody, or the holder of a key ("Request Signature" of the API reference). */
export function authorizeCos(exchange: Exchange, credentials: Credentials): Authorization {
  const fields = readFields(exchange);
  if (fields === undefined) return { kind: 'anonymous' };
  if (typeof fields === 'string') return refuse(cosError('AccessDenied', fields));
  const candidates = credentials.find(fields['q-ak']);
  const [first] = candidates;
  if (!first) return refuse(cosError('InvalidAccessKeyId'));
  const problem = timeProblem(fields, exchange.receivedAt);
  if (problem) return refuse(problem);
  const signers = candidates.filter(credential => isSignedWith(exchange, fields, credential));
  if (signers.length === 0) return refuse(signatureMismatch(exchange, fields));
  const credential = verifiedCredential(signers, candidate => isTokenOf(candidate, tokenOf(exchange)));
  return credential ? signedBy(credential) : refuse(cosError('ExpiredToken'));
}

function refuse(error: ServiceError): Authorization {
  return { kind: 'refused', error };
}

/** The fields; undefined when the request is not signed; a message when it is, but not as it should be. */
function readFields(exchange: Exchange): SignatureFields | string | undefined {
  const header = headerValue(exchange.request, 'authorization');
  const pairs = header ? pairsOf(header) : exchange.location.parameters;
  const found = new Map(pairs);
  if (!header && !found.has('q-sign-algorithm') && !found.has('q-signature')) return undefined;
  const missing = FIELDS.find(name => !found.has(name));
  if (missing) return `Check auth failure: the signature has no ${missing}.`;
  const fields: SignatureFields = {
    'q-sign-algorithm': found.get('q-sign-algorithm') ?? '',
    'q-ak': found.get('q-ak') ?? '',
    'q-sign-time': found.get('q-sign-time') ?? '',
    'q-key-time': found.get('q-key-time') ?? '',
    'q-header-list': found.get('q-header-list') ?? '',
    'q-url-param-list': found.get('q-url-param-list') ?? '',
    'q-signature': found.get('q-signature') ?? '',
  };
  if (fields['q-sign-algorithm'] !== 'sha1') return 'Check auth failure: q-sign-algorithm must be sha1.';
  for (const name of ['q-sign-time', 'q-key-time'] as const) {
    if (!/^\d{1,12};\d{1,12}$/.test(fields[name])) {
      return `Check auth failure: ${name} must be start;end in seconds since 1970.`;
    }
  }
  return fields;
}

function pairsOf(header: string): readonly (readonly [string, string])[] {
  return header.split('&').map(part => {
    const equals = part.indexOf('=');
    return equals === -1 ? [part.trim(), ''] : [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
  });
}

function timeProblem(fields: SignatureFields, nowMilliseconds: number): ServiceError | undefined {
  const now = Math.floor(nowMilliseconds / 1000);
  for (const name of ['q-sign-time', 'q-key-time'] as const) {
    const [start = 0, end = 0] = fields[name].split(';').map(Number);
    const isOver = now > end;
    if (!isOver && now >= start - SKEW_SECONDS) continue;
    const serverTime = `${new Date(nowMilliseconds).toISOString().slice(0, 19)}Z`;
    const details = [['ServerTime', serverTime]] as const;
    return isOver
      ? cosError('AccessDenied', 'Request has expired', details)
      : cosError('RequestTimeTooSkewed', undefined, details);
  }
  return undefined;
}

function tokenOf({ request, location }: Exchange): string | undefined {
  return (
    headerValue(request, SECURITY_TOKEN) ??
    location.parameters.find(([name]) => name.toLowerCase() === SECURITY_TOKEN)?.[1]
  );
}

/** Whether a temporary credential came with its token. Others have none. */
export function isTokenOf({ token }: Credential, sent = ''): boolean {
  return token === undefined || equalInConstantTime(sent, token);
}

/**
 * The SDKs sign the host with and without its port, and, where the bucket is in the path, the path with and without
 * it. Without it a signature names no bucket and would be good for every one: it is taken for a public key only, which
 * guards nothing.
 */
function isSignedWith(exchange: Exchange, fields: SignatureFields, credential: Credential): boolean {
  const signKey = cosSignKey(credential.secret, fields['q-key-time']);
  const { authority, resource, pathStyle } = exchange.location;
  const hosts = new Set([authority, hostWithoutPort(authority)]);
  const withoutBucket = pathStyle && credential.isPublic ? [`/${resource}`] : [];
  const paths = new Set([decodedPath(exchange), ...withoutBucket]);
  return [...paths].some(path =>
    [...hosts].some(host => {
      const httpString = cosHttpString(signedParts(exchange, fields, path, host));
      const expected = cosSignature(signKey, cosStringToSign(fields['q-sign-time'], httpString));
      return equalInConstantTime(expected, fields['q-signature']);
    }),
  );
}

function signatureMismatch(exchange: Exchange, fields: SignatureFields): ServiceError {
  const { authority } = exchange.location;
  const httpString = cosHttpString(signedParts(exchange, fields, decodedPath(exchange), authority));
  return cosError('SignatureDoesNotMatch', undefined, [
    ['StringToSign', cosStringToSign(fields['q-sign-time'], httpString)],
    ['FormatString', Buffer.from(httpString, 'latin1').toString('utf8')],
  ]);
}

function decodedPath({ location: { path } }: Exchange): string {
  return percentDecode(path) ?? path;
}

/** `path` is decoded. */
function signedParts(exchange: Exchange, fields: SignatureFields, path: string, host: string): SignedParts {
  const { request, location } = exchange;
  const listedHeaders = listedNames(fields['q-header-list']);
  const headers = headerPairs(request).filter(
    ([name]) => name.toLowerCase() !== 'host' && listedHeaders.has(encodeName(name)),
  );
  if (listedHeaders.has('host')) headers.push(['host', host]);
  const listedParameters = listedNames(fields['q-url-param-list']);
  const parameters = location.parameters
    .map(([name, value]) => [utf8Bytes(name), utf8Bytes(value)] as const)
    .filter(([name]) => listedParameters.has(encodeName(name)));
  return { method: request.method, path: utf8Bytes(path), parameters, headers };
}

/**
 * The names of a list, in their encoded form. The Node SDK can put a list into a URL as it is, so that reading the
 * query has decoded it: such a name is encoded again.
 */
function listedNames(list: string): ReadonlySet<string> {
  const names = list.toLowerCase().split(';').filter(Boolean);
  return new Set(names.flatMap(name => [name, encodeName(utf8Bytes(name))]));
}
