/**
 * The request signature of QingStor ("Signature" of the API reference), as a client makes it. Written from the document
 * alone: it shares nothing with the service that it is to prove.
 */
import { createHmac } from 'node:crypto';

export interface QingstorKey {
  readonly id: string;
  readonly secret: string;
}

export const QINGSTOR_KEY: QingstorKey = { id: 'CROSSGATELOCAL', secret: 'crossgate-local-secret' };

export interface QingstorToSign {
  readonly method: string;
  /** Path style, as it is sent. */
  readonly target: string;
  /** All that are sent, by names in any case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The value of an `Authorization` header. The headers have a `Date` or an `x-qs-date`. */
export function qingstorAuthorization(request: QingstorToSign, key: QingstorKey = QINGSTOR_KEY): string {
  const date = header(request, 'x-qs-date') === undefined ? (header(request, 'date') ?? '') : '';
  return `QS ${key.id}:${hmacSha256(key.secret, stringToSign(request, date))}`;
}

/** The target with the signature in its query: a presigned URL but for the host. `expires` is in seconds since 1970. */
export function presignQingstorTarget(
  request: QingstorToSign,
  expires: number,
  key: QingstorKey = QINGSTOR_KEY,
): string {
  const signature = encodeURIComponent(hmacSha256(key.secret, stringToSign(request, String(expires))));
  const separator = request.target.includes('?') ? '&' : '?';
  return `${request.target}${separator}access_key_id=${key.id}&expires=${expires}&signature=${signature}`;
}

/** The fields of a form that is signed by its policy. */
export function signedPolicyFields(policy: string, key: QingstorKey = QINGSTOR_KEY): Record<string, string> {
  const encoded = Buffer.from(policy).toString('base64');
  return { policy: encoded, access_key_id: key.id, signature: hmacSha256(key.secret, encoded) };
}

const SUBRESOURCES = new Set(['acl', 'cors', 'delete', 'part_number', 'stats', 'upload_id', 'uploads']);

function stringToSign(request: QingstorToSign, date: string): string {
  const { method, target, headers } = request;
  const [path = '', query = ''] = target.split('?', 2);
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name.startsWith('x-qs-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`);
  const signed = query
    .split('&')
    .map(part => decoded(part).replace(/=$/, ''))
    .filter(part => isSigned(part.split('=')[0] ?? ''))
    .sort();
  const resource = signed.length === 0 ? path : `${path}?${signed.join('&')}`;
  const md5 = header(request, 'content-md5') ?? '';
  const type = header(request, 'content-type') ?? '';
  return `${[method, md5, type, date].join('\n')}\n${own.join('')}${resource}`;
}

/** What cannot be decoded is signed as it is: the service will refuse it for that. */
function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function isSigned(name: string): boolean {
  return SUBRESOURCES.has(name) || name.startsWith('response-');
}

function header({ headers }: QingstorToSign, name: string): string | undefined {
  return Object.entries(headers).find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

function hmacSha256(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64');
}
