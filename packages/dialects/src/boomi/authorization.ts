import { createHash } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';
import type { Authorization, Credential, Credentials } from '../dialect.ts';
import type { Exchange } from '../exchange.ts';
import { headerLines, headerValue } from '../headers.ts';
import { hasId, signedBy, verifiedCredential } from '../held-credential.ts';
import { type BoomiProblem, boomiError } from './errors.ts';

const TOKEN_PREFIX = 'BOOMI_TOKEN.';

/**
 * Who sent the request, by Basic authentication (RFC 7617): `user:password`, or an API token as
 * `BOOMI_TOKEN.user:token`. Of an account whose credentials are not held here, only the upstream can tell.
 */
export function authorizeBoomi(exchange: Exchange, credentials: Credentials): Authorization {
  if (credentials.isEmpty) return { kind: 'anonymous' };
  const header = headerValue(exchange.request, 'authorization');
  if (!header?.trim()) return refused('credentials-missing');
  const sent = readBasic(header);
  if (!sent) return refused('credentials-malformed');
  const candidates = findCredentials(sent.user, credentials);
  // Also for a user that is not known: time must not tell who is.
  if (candidates.length === 0) equalInConstantTime(digest(sent.password), digest(''));
  const credential = verifiedCredential(candidates, ({ secret }) =>
    equalInConstantTime(digest(sent.password), digest(secret)),
  );
  return credential ? signedBy(credential) : refused('credentials-wrong');
}

/** Basic authentication hides the user; what cannot be read as such is looked at as it is, and decoded. */
export function namesUser({ request }: Exchange, credential: Credential): boolean {
  return headerLines(request, 'authorization')
    .flatMap(line => line.split(/[\s,]+/))
    .some(part => hasId(part, credential) || hasId(decode(Buffer.from(part, 'base64')), credential));
}

function refused(problem: BoomiProblem): Authorization {
  return { kind: 'refused', error: boomiError(problem) };
}

/** A credential is good as a password and as a token, unless it is held under the name that only tokens have. */
function findCredentials(user: string, credentials: Credentials): readonly Credential[] {
  const literal = credentials.find(user);
  if (literal.length > 0 || !user.startsWith(TOKEN_PREFIX)) return literal;
  return credentials.find(user.slice(TOKEN_PREFIX.length));
}

/** Of one length, whatever the secret has. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

interface SentCredentials {
  readonly user: string;
  readonly password: string;
}

/** Several `Authorization` lines come joined by a comma, and are malformed: the upstream might take another one. */
function readBasic(header: string): SentCredentials | undefined {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== encoded) return undefined;
  const text = decode(bytes);
  const colon = text.indexOf(':');
  if (colon < 1 || hasControlCharacter(text)) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** As UTF-8, or else as Latin-1, which is what `btoa` of a page makes of text that it takes. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** RFC 7617, section 2: neither the user nor the password has one. */
function hasControlCharacter(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  return /[\u0000-\u001f\u007f]/.test(text);
}
