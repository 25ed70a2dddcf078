import type { Credential, Dialect } from '@crossgate/dialects';
import type { CredentialEntry, DialectSection, Secret } from './config-file.ts';
import { checkParts } from './credential-parts.ts';
import { environmentCredential } from './credential-variables.ts';
import type { Draft } from './draft.ts';
import { type ConfigPath, formatConfigPath } from './mistake.ts';
import { checkSecret, isPublic } from './public-keys.ts';

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
  checkIds(draft, found);
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
  return entries.map(({ id, secret, token }, i) => {
    const inner = [...path, i];
    const credential: Credential = {
      id,
      secret: readSecret(draft, secret, [...inner, 'secret']),
      ...(token !== undefined && { token: readSecret(draft, token, [...inner, 'token']) }),
      ...(tenant !== undefined && { tenant }),
    };
    return { credential, path: inner };
  });
}

export function readSecret(draft: Draft, secret: Secret, path: ConfigPath): string {
  if (typeof secret === 'string') return secret;
  const value = draft.environment[secret.env] ?? '';
  if (value === '') {
    draft.refuse(`the environment has no ${secret.env}; set it to the secret`, { at: [...path, 'env'] });
  }
  return value;
}

/** The first credential that is good for a tenant and has the id is the one: another would never be asked. */
function checkIds(draft: Draft, found: readonly Found[]): void {
  for (const [i, { credential, path }] of found.entries()) {
    const { id, tenant } = credential;
    const other = found
      .slice(0, i)
      .find(
        earlier =>
          earlier.credential.id === id &&
          (earlier.credential.tenant === undefined || earlier.credential.tenant === tenant),
      );
    if (!other) continue;
    const where = other.path.length > 0 ? formatConfigPath(other.path) : 'the credential in the environment';
    draft.refuse(`${id} is the id of ${where} too; leave one of them out`, { at: [...path, 'id'] });
  }
}
