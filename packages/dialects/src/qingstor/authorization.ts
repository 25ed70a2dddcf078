import { equalInConstantTime } from '../constant-time.ts';
import type { Authorization, Credentials } from '../dialect.ts';
import type { Exchange, ServiceError } from '../exchange.ts';
import { headerPairs, headerValue } from '../headers.ts';
import { signedBy, verifiedCredential } from '../held-credential.ts';
import { percentDecode } from '../request-target.ts';
import { qingstorError } from './errors.ts';
import { qingstorSignature, qingstorStringToSign, signedQuery } from './signature.ts';

const SKEW_MS = 15 * 60 * 1000;

/** A signature as it was sent, with the line of the string to sign that stands for its time. */
interface SentSignature {
  readonly keyId: string;
  readonly signature: string;
  readonly date: string;
}

/** Who sent the request: nobody, or the holder of a key ("Signature" of the API reference). */
export function authorizeQingstor(exchange: Exchange, credentials: Credentials): Authorization {
  const sent = readSignature(exchange);
  if (sent === undefined) return { kind: 'anonymous' };
  if ('code' in sent) return { kind: 'refused', error: sent };
  const candidates = credentials.find(sent.keyId);
  if (candidates.length === 0) return { kind: 'refused', error: qingstorError('invalid_access_key_id') };
  const credential = verifiedCredential(candidates, ({ secret }) =>
    resources(exchange).some(resource => {
      const expected = qingstorSignature(secret, stringToSign(exchange, sent.date, resource));
      return equalInConstantTime(expected, sent.signature);
    }),
  );
  if (credential) return signedBy(credential);
  const [resource = ''] = resources(exchange);
  const signed = stringToSign(exchange, sent.date, resource).replaceAll('\n', '\\n');
  const message = `The signature is not the one of this request. The string that was to be signed is ${signed}`;
  return { kind: 'refused', error: qingstorError('signature_not_matched', message) };
}

function readSignature(exchange: Exchange): SentSignature | ServiceError | undefined {
  const header = headerValue(exchange.request, 'authorization');
  if (header) return readHeaderSignature(exchange, header);
  const parameter = (name: string): string | undefined =>
    exchange.location.parameters.find(([candidate]) => candidate === name)?.[1];
  const signature = parameter('signature');
  const keyId = parameter('access_key_id');
  if (signature === undefined && keyId === undefined) return undefined;
  const expires = parameter('expires');
  if (!signature || !keyId || !expires || !/^\d{1,12}$/.test(expires)) {
    const message = 'A signed URL has access_key_id, signature, and expires in seconds since 1970.';
    return qingstorError('invalid_argument', message);
  }
  if (exchange.receivedAt > Number(expires) * 1000) return qingstorError('request_expired');
  return { keyId, signature, date: expires };
}

function readHeaderSignature(exchange: Exchange, header: string): SentSignature | ServiceError {
  const [, keyId, signature] = /^QS ([^:\s]+):(\S+)$/.exec(header.trim()) ?? [];
  if (!keyId || !signature) {
    return qingstorError('invalid_argument', 'Authorization must be QS <access_key_id>:<signature>.');
  }
  const ownDate = headerValue(exchange.request, 'x-qs-date');
  const date = ownDate ?? headerValue(exchange.request, 'date');
  const time = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(time)) {
    return qingstorError(
      'invalid_argument',
      'A signed request needs a Date or x-qs-date of the form of HTTP.',
    );
  }
  if (Math.abs(exchange.receivedAt - time) > SKEW_MS) return qingstorError('request_expired');
  return { keyId, signature, date: ownDate === undefined ? (date ?? '') : '' };
}

function stringToSign(exchange: Exchange, date: string, resource: string): string {
  const { request } = exchange;
  return qingstorStringToSign({
    method: request.method,
    contentMd5: headerValue(request, 'content-md5') ?? '',
    contentType: headerValue(request, 'content-type') ?? '',
    date,
    headers: serviceHeaders(exchange),
    resource,
  });
}

function serviceHeaders(exchange: Exchange): readonly (readonly [string, string])[] {
  const names = headerPairs(exchange.request).map(([name]) => name.toLowerCase());
  return [...new Set(names)]
    .filter(name => name.startsWith('x-qs-'))
    .map(name => [name, headerValue(exchange.request, name) ?? '']);
}

/**
 * The SDKs sign the values of parameters encoded or decoded; each names the same request. A value that holds what
 * separates parameters is taken as it was sent only: decoded it could stand for parameters of its own.
 */
function resources(exchange: Exchange): readonly string[] {
  const { tenant, path, pathStyle, query } = exchange.location;
  const base = pathStyle || tenant === undefined ? path : `/${tenant}${path}`;
  const sent = query
    .split('&')
    .filter(Boolean)
    .map(part => {
      const equals = part.indexOf('=');
      return equals === -1
        ? ([part, ''] as const)
        : ([part.slice(0, equals), part.slice(equals + 1)] as const);
    });
  const decoded = sent.map(([name, value]) => [name, decode(value)] as const);
  return [...new Set([signedQuery(decoded), signedQuery(sent)])].map(signed => base + signed);
}

function decode(value: string): string {
  const text = percentDecode(value.replaceAll('+', ' '));
  return text === undefined || text.includes('&') ? value : Buffer.from(text, 'utf8').toString('latin1');
}
