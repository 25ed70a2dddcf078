import { equalInConstantTime } from '../constant-time.ts';
import type { Authorization, Credential, Credentials } from '../dialect.ts';
import type { Exchange, QueryParameter } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { namesCredential, signedBy, verifiedCredential } from '../held-credential.ts';
import { type AzureTablesErrorCode, azureTablesError } from './errors.ts';
import { accountSasProblem } from './shared-access-signature.ts';
import {
  accountKey,
  accountSasStringToSign,
  azureTablesSignature,
  type SharedKeyParts,
  sharedKeyLiteStringToSign,
  sharedKeyStringToSign,
} from './signature.ts';

/** What a request shows of who sends it. Of both at once, the header counts. */
export type PresentedCredential = 'none' | 'shared-key' | 'shared-access-signature';

export function presentedCredential({ request, location }: Exchange): PresentedCredential {
  if (headerValue(request, 'authorization')) return 'shared-key';
  return location.parameters.some(([name]) => name === 'sig') ? 'shared-access-signature' : 'none';
}

/** A shared access signature does not say whose it is: it may be that of any account. */
export function namesAccount(exchange: Exchange, credential: Credential): boolean {
  const hasSignature = exchange.location.parameters.some(([name]) => name.toLowerCase() === 'sig');
  return hasSignature || namesCredential(exchange, credential);
}

/** Who sent the request: nobody, the holder of the account's key, or somebody whom they gave a signature. */
export function authorizeAzureTables(exchange: Exchange, credentials: Credentials): Authorization {
  const presented = presentedCredential(exchange);
  switch (presented) {
    case 'none':
      return { kind: 'anonymous' };
    case 'shared-key':
      return authorizeSharedKey(exchange, credentials);
    case 'shared-access-signature':
      return authorizeAccountSas(exchange, credentials);
    default:
      return presented satisfies never;
  }
}

function refuse(code: AzureTablesErrorCode, explanation?: string): Authorization {
  return { kind: 'refused', error: azureTablesError(code, explanation) };
}

const AUTHORIZATION = /^(SharedKey|SharedKeyLite) ([^:\s]+):([A-Za-z0-9+/]+={0,2})$/;

/** "Authorize with Shared Key". */
function authorizeSharedKey(exchange: Exchange, credentials: Credentials): Authorization {
  const { request, location, receivedAt } = exchange;
  const header = headerValue(request, 'authorization') ?? '';
  const [, scheme, account, signature] = AUTHORIZATION.exec(header) ?? [];
  if (scheme === undefined || account === undefined || signature === undefined) {
    const form = 'It must be SharedKey or SharedKeyLite, a space, the account, a colon, and the signature.';
    return refuse('InvalidAuthenticationInfo', form);
  }
  const date = headerValue(request, 'x-ms-date') ?? headerValue(request, 'date') ?? '';
  const problem = dateProblem(date, receivedAt);
  if (problem !== undefined) return refuse('AuthenticationFailed', problem);
  const candidates = account === location.tenant ? credentials.find(account) : [];
  const parts: SharedKeyParts = {
    method: request.method,
    contentMd5: headerValue(request, 'content-md5') ?? '',
    contentType: headerValue(request, 'content-type') ?? '',
    date,
    account,
    path: location.path,
    comp: signedComp(location.parameters),
  };
  const stringToSign =
    scheme === 'SharedKey' ? sharedKeyStringToSign(parts) : sharedKeyLiteStringToSign(parts);
  const credential = signerOf(stringToSign, signature, candidates);
  return credential ? signedBy(credential) : refuse('AuthenticationFailed');
}

/** All of them, so that nobody can put a second one to a request that somebody else signed. */
function signedComp(parameters: readonly QueryParameter[]): string | undefined {
  const values = parameters.filter(([name]) => name.toLowerCase() === 'comp').map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(',');
}

/** An account has two keys, for one to stay while the other is changed ("Manage storage account access keys"). */
function signerOf(
  stringToSign: string,
  signature: string,
  candidates: readonly Credential[],
): Credential | undefined {
  return verifiedCredential(candidates, ({ secret }) => {
    const key = accountKey(secret);
    return key !== undefined && equalInConstantTime(azureTablesSignature(key, stringToSign), signature);
  });
}

const SKEW_MILLISECONDS = 15 * 60 * 1000;

/** Documented for requests that are too old; for those of the future it is ours. */
function dateProblem(date: string, now: number): string | undefined {
  const time = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(time)) {
    return 'Send the time of the request in x-ms-date or Date, such as Fri, 20 Nov 2026 06:25:21 GMT.';
  }
  if (time < now - SKEW_MILLISECONDS) return `Request date header too old: '${date}'`;
  return time > now + SKEW_MILLISECONDS ? `Request date header too far ahead: '${date}'` : undefined;
}

/** "Create an account SAS". A signature for one table is good for nothing that is asked of the gate. */
function authorizeAccountSas(exchange: Exchange, credentials: Credentials): Authorization {
  const { location } = exchange;
  const fields = new Map(location.parameters);
  if (!fields.has('ss') && !fields.has('srt')) {
    return refuse('AuthorizationFailure', 'Only a shared access signature of the account can do this.');
  }
  const missing = ['sv', 'ss', 'srt', 'sp', 'se'].find(name => !fields.get(name));
  if (missing) return refuse('AuthenticationFailed', `The shared access signature has no ${missing}.`);
  const account = location.tenant ?? '';
  // A plus that a client did not encode was read as a space, which no signature has.
  const signature = (fields.get('sig') ?? '').replaceAll(' ', '+');
  const credential = signerOf(accountSasStringToSign(account, fields), signature, credentials.find(account));
  if (!credential) return refuse('AuthenticationFailed');
  const error = accountSasProblem(exchange, fields);
  return error ? { kind: 'refused', error } : signedBy(credential);
}
