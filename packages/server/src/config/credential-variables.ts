import { type Credential, DIALECTS, type Dialect } from '@crossgate/dialects';
import type { DialectSection } from './config-file.ts';
import type { CredentialEntry } from './credential-section.ts';
import type { Draft } from './draft.ts';
import { suggestName } from './mistake.ts';

/** The environment variable of a dialect's credential. */
export function credentialVariable(dialect: Dialect): string {
  return `CROSSGATE_${dialect.id.toUpperCase().replaceAll('-', '_')}_CREDENTIAL`;
}

/** The credential of a dialect that the environment has: `id:secret`. */
export function environmentCredential(draft: Draft, dialect: Dialect): Credential | undefined {
  const variable = credentialVariable(dialect);
  const text = draft.environment[variable] ?? '';
  if (text === '') return undefined;
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) {
    draft.refuse(`${variable} must be id:secret`);
    return undefined;
  }
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/**
 * Refuses variables that look like credentials and are of no dialect: with a slip in its name a service would be served
 * with its public key, and nobody told. The file may name any for its secrets.
 */
export function checkCredentialVariables({ environment, file, refuse }: Draft): void {
  const known = DIALECTS.map(credentialVariable);
  const named = new Set(Object.values(file.dialects ?? {}).flatMap(variablesNamedIn));
  for (const [name, value = ''] of Object.entries(environment)) {
    if (value === '' || known.includes(name) || named.has(name)) continue;
    if (!/^CROSSGATE_(?:.*_)?CREDENTIALS?$/.test(name)) continue;
    refuse(`${name} is of no service; ${suggestName(name, known)}`, { from: [['dialects']] });
  }
}

/** The environment variables that the file names for secrets of a service. */
export function variablesNamedIn({ credentials = [], tenants = {} }: DialectSection): readonly string[] {
  const ofTenants = Object.values(tenants).flatMap(tenant => tenant.credentials ?? []);
  return [...credentials, ...ofTenants].flatMap(({ secret, token }: CredentialEntry) =>
    [secret, token].flatMap(value =>
      typeof value === 'object' && value.env !== undefined ? [value.env] : [],
    ),
  );
}
