import { createHmac } from 'node:crypto';

/** Base64 of the HMAC-SHA256 ("Signature" of the API reference). The text is a byte string, one character a byte. */
export function qingstorSignature(secret: string, stringToSign: string): string {
  return createHmac('sha256', secret).update(stringToSign, 'latin1').digest('base64');
}

/** What is signed of a request. */
export interface QingstorSignedParts {
  readonly method: string;
  readonly contentMd5: string;
  readonly contentType: string;
  /** The `Date` header, the end of a signed URL, or nothing when there is an `x-qs-date`. */
  readonly date: string;
  /** Every `x-qs-*` header, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bucket and path as on the wire, with the signed parameters. */
  readonly resource: string;
}

export function qingstorStringToSign(parts: QingstorSignedParts): string {
  const { method, contentMd5, contentType, date, headers, resource } = parts;
  const canonicalHeaders = [...headers]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  return `${method}\n${contentMd5}\n${contentType}\n${date}\n${canonicalHeaders}${resource}`;
}

/** The parameters that belong to the resource; the others are not signed. */
const SIGNED_PARAMETERS = new Set([
  'acl',
  'append',
  'cname',
  'cors',
  'delete',
  'image',
  'lifecycle',
  'logging',
  'mirror',
  'notification',
  'part_number',
  'policy',
  'position',
  'replication',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'stats',
  'upload_id',
  'uploads',
  'version_id',
  'versioning',
  'versions',
]);

/** `?` and the signed parameters, sorted; nothing when there are none. */
export function signedQuery(parameters: readonly (readonly [name: string, value: string])[]): string {
  const signed = parameters
    .filter(([name]) => SIGNED_PARAMETERS.has(name))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .sort();
  return signed.length === 0 ? '' : `?${signed.join('&')}`;
}
