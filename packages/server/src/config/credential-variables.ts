import { type Credential, DIALECTS, type Dialect } from '@crossgate/dialects';
import type { ConfigFile } from './config-file.ts';
import type { Draft } from './draft.ts';
import { type ConfigPath, suggestName } from './mistake.ts';

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
  const named = variablesNamedIn(file);
  for (const [name, value = ''] of Object.entries(environment)) {
    if (value === '' || known.includes(name) || named.has(name)) continue;
    if (!/^CROSSGATE_(?:.*_)?CREDENTIALS?$/.test(name)) continue;
    refuse(`${name} is of no service; ${suggestName(name, known)}`, { from: SECTIONS });
  }
}

/** The sections of a file that can name environment variables. */
export const SECTIONS: readonly ConfigPath[] = [['admin'], ['dialects'], ['etcd']];

/** The environment variables that a file names for its secrets. */
export function variablesNamedIn({ admin, dialects = {}, etcd }: ConfigFile): ReadonlySet<string> {
  const credentials = Object.values(dialects).flatMap(({ credentials: ofAll = [], tenants = {} }) => [
    ...ofAll,
    ...Object.values(tenants).flatMap(tenant => tenant.credentials ?? []),
  ]);
  const secrets = [
    ...(admin?.tokens ?? []).map(({ token }) => token),
    ...credentials.flatMap(({ secret, token }) => [secret, token]),
    etcd?.user?.password,
  ];
  return new Set(
    secrets.flatMap(secret => (typeof secret === 'object' && secret.env !== undefined ? [secret.env] : [])),
  );
}
