import type { Credential, Dialect } from '@crossgate/dialects';
import type { DialectSection } from './config-file.ts';
import { checkParts } from './credential-parts.ts';
import type { CredentialEntry } from './credential-section.ts';
import { environmentCredential } from './credential-variables.ts';
import type { Draft } from './draft.ts';
import { type ConfigPath, formatConfigPath } from './mistake.ts';
import { checkSecret, isPublic } from './public-keys.ts';
import { readSecret } from './secrets.ts';

/** A credential and where it stands in the file; an empty path when it does not. */
interface Found {
  readonly credential: Credential;
  readonly path: ConfigPath;
}

export interface DialectCredentials {
  readonly credentials: readonly Credential[];
  /** Whether everybody knows one of them that is not in the file. */
  readonly hasPublicKey: boolean;
}

/**
 * The credentials of a dialect. One in the environment (`CROSSGATE_COS_CREDENTIAL=id:secret`) takes the place of those
 * that are good for every tenant; a dialect without any has its local one.
 */
export function readCredentials(
  draft: Draft,
  dialect: Dialect,
  { credentials, tenants }: DialectSection,
  host: string,
): DialectCredentials {
  const path = ['dialects', dialect.id];
  const fromEnvironment = environmentCredential(draft, dialect);
  const found: Found[] = [];
  if (!fromEnvironment)
    found.push(...readEntries(draft, credentials ?? [], [...path, 'credentials'], undefined));
  for (const [tenant, section] of Object.entries(tenants ?? {})) {
    const inner = [...path, 'tenants', tenant, 'credentials'];
    found.push(...readEntries(draft, section.credentials ?? [], inner, tenant));
  }
  for (const { credential, path: place } of found) checkSecret(draft, credential, [...place, 'secret'], host);
  if (fromEnvironment) found.unshift({ credential: fromEnvironment, path: [] });
  else if (found.length === 0 && credentials === undefined) {
    return { credentials: [dialect.localCredential], hasPublicKey: true };
  }
  for (const { credential, path: place } of found) checkParts(draft, dialect, credential, place);
  checkTwice(draft, found);
  return {
    credentials: found.map(({ credential }) => credential),
    hasPublicKey: fromEnvironment !== undefined && isPublic(fromEnvironment),
  };
}

function readEntries(
  draft: Draft,
  entries: readonly CredentialEntry[],
  path: ConfigPath,
  tenant: string | undefined,
): readonly Found[] {
  return entries.map(({ id, secret, token, role }, i) => {
    const inner = [...path, i];
    const credential: Credential = {
      id,
      ...(role !== undefined && { role }),
      secret: readSecret(draft, secret, [...inner, 'secret']),
      ...(token !== undefined && { token: readSecret(draft, token, [...inner, 'token']) }),
      ...(tenant !== undefined && { tenant }),
    };
    return { credential, path: inner };
  });
}

/** The same twice: what the role of such a credential is, nobody knows. */
function checkTwice(draft: Draft, found: readonly Found[]): void {
  for (const [i, { credential, path }] of found.entries()) {
    const other = found.slice(0, i).find(earlier => isSame(earlier.credential, credential));
    // A secret that could not be read has been told.
    if (!other || credential.secret === '') continue;
    const where = other.path.length > 0 ? formatConfigPath(other.path) : 'the credential in the environment';
    const message = `${credential.id} has the same secret as in ${where}; leave one of them out`;
    draft.refuse(message, { at: [...path, 'id'] });
  }
}

function isSame(a: Credential, b: Credential): boolean {
  const isForBoth = a.tenant === undefined || b.tenant === undefined || a.tenant === b.tenant;
  return isForBoth && a.id === b.id && a.secret === b.secret && a.token === b.token;
}
