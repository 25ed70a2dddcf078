import { createHmac } from 'node:crypto';

/** What a shared key signs of a request ("Authorize with Shared Key", Table service). */
export interface SharedKeyParts {
  readonly method: string;
  /** As sent; empty when there is none. */
  readonly contentMd5: string;
  readonly contentType: string;
  /** `x-ms-date`, else `Date`. */
  readonly date: string;
  readonly account: string;
  /** As sent. With the account in it, as the emulator has it, the account is signed twice. */
  readonly path: string;
  /** The value of the parameter `comp`; no other parameter is signed. */
  readonly comp: string | undefined;
}

export function sharedKeyStringToSign(parts: SharedKeyParts): string {
  const { method, contentMd5, contentType, date } = parts;
  return `${method}\n${contentMd5}\n${contentType}\n${date}\n${canonicalizedResource(parts)}`;
}

export function sharedKeyLiteStringToSign(parts: SharedKeyParts): string {
  return `${parts.date}\n${canonicalizedResource(parts)}`;
}

function canonicalizedResource({ account, path, comp }: SharedKeyParts): string {
  return `/${account}${path}${comp === undefined ? '' : `?comp=${comp}`}`;
}

/** With this version account signatures got the encryption scope. */
const SCOPE_VERSION = '2020-12-06';

/** The fields of an account SAS by their parameters, decoded ("Create an account SAS"). */
export type AccountSasFields = ReadonlyMap<string, string>;

export function accountSasStringToSign(account: string, fields: AccountSasFields): string {
  const names = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv'];
  if ((fields.get('sv') ?? '') >= SCOPE_VERSION) names.push('ses');
  return [account, ...names.map(name => fields.get(name) ?? ''), ''].join('\n');
}

/** The key of an account as bytes; undefined when it is not Base64, and can have signed nothing. */
export function accountKey(secret: string): Buffer | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/.test(secret)
    ? Buffer.from(secret, 'base64')
    : undefined;
}

/** HMAC-SHA256 in Base64. */
export function azureTablesSignature(key: Buffer, stringToSign: string): string {
  return createHmac('sha256', key).update(stringToSign, 'utf8').digest('base64');
}
