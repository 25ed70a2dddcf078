import type { AdminToken } from '../admin/access/access.ts';
import { isLoopback } from '../loopback.ts';
import type { AdminConfig } from '../serve-config.ts';
import { SECTIONS, variablesNamedIn } from './credential-variables.ts';
import type { Draft } from './draft.ts';
import { type ConfigPath, formatConfigPath } from './mistake.ts';
import { isPublic } from './public-keys.ts';
import { readSecret } from './secrets.ts';

/** The environment variable of the token `admin`, which may do everything. */
const ADMIN_TOKEN_VARIABLE = 'CROSSGATE_ADMIN_TOKEN';

/** Shorter ones can be guessed by who tries long enough. */
const SHORTEST_TOKEN = 24;
/** Room in the head of a request. */
const LONGEST_TOKEN = 512;

const ONE_TO_MAKE = 'make one with: openssl rand -base64 32';

/** A token and where it stands in the file; an empty path when it does not. */
interface Found {
  readonly token: AdminToken;
  readonly path: ConfigPath;
}

/** Where the admin API listens, and who may use it. The token of the environment takes the place of one called `admin`. */
export function readAdmin(draft: Draft, portBase: number): AdminConfig {
  const { flags, file, environment } = draft;
  const host = flags.adminHost ?? file.admin?.host ?? '127.0.0.1';
  const fromEnvironment = environment[ADMIN_TOKEN_VARIABLE] ?? '';
  const found: Found[] = [];
  if (fromEnvironment !== '') {
    found.push({ token: { name: 'admin', token: fromEnvironment, role: 'all' }, path: [] });
  }
  for (const [i, { name, token, role }] of (file.admin?.tokens ?? []).entries()) {
    if (fromEnvironment !== '' && name === 'admin') continue;
    const path = ['admin', 'tokens', i];
    found.push({ token: { name, token: readSecret(draft, token, [...path, 'token']), role }, path });
  }
  for (const one of found) checkToken(draft, one);
  checkTwice(draft, found);
  checkVariables(draft);
  if (found.length === 0 && !isLoopback(host)) refuseWithoutTokens(draft, host);
  return {
    host,
    port: file.admin?.port ?? portBase,
    tokens: found.map(({ token }) => token),
  };
}

function refuseWithoutTokens(draft: Draft, host: string): void {
  const message = `${host} can be reached from other machines, and the admin API has no tokens: set ${ADMIN_TOKEN_VARIABLE}, add admin.tokens, or listen on 127.0.0.1`;
  const isFromFile = draft.flags.adminHost === undefined;
  draft.refuse(message, { ...(isFromFile && { at: ['admin', 'host'] }), from: [['admin']] });
}

function checkToken(draft: Draft, { token: { token }, path }: Found): void {
  // A variable that is not there has been told.
  const problem = token === '' ? undefined : tokenProblem(token);
  if (problem === undefined) return;
  if (path.length > 0) draft.refuse(problem, { at: [...path, 'token'] });
  else draft.refuse(`${ADMIN_TOKEN_VARIABLE} ${problem}`);
}

/** What is wrong with a token, and never what it is. */
function tokenProblem(token: string): string | undefined {
  // RFC 6750, section 2.1: what a request can come with.
  if (!/^[\w.~+/-]+=*$/.test(token)) {
    return 'must be letters, digits and - . _ ~ + /, with = at the end, and nothing else, such as a line break';
  }
  if (token.length < SHORTEST_TOKEN) {
    return `must have ${SHORTEST_TOKEN} characters or more; ${ONE_TO_MAKE}`;
  }
  if (token.length > LONGEST_TOKEN) return `must have ${LONGEST_TOKEN} characters or less; ${ONE_TO_MAKE}`;
  return isPublic({ secret: token }) ? `is a secret that everybody knows; ${ONE_TO_MAKE}` : undefined;
}

/** With two of a name the log could not tell who did something. */
function checkTwice(draft: Draft, found: readonly Found[]): void {
  for (const [i, { token, path }] of found.entries()) {
    const earlier = found.slice(0, i);
    const where = (other: Found): string =>
      other.path.length > 0 ? formatConfigPath(other.path) : ADMIN_TOKEN_VARIABLE;
    const namesake = earlier.find(other => other.token.name === token.name);
    if (namesake) {
      draft.refuse(`${token.name} is the name of ${where(namesake)} too; give each its own`, {
        at: [...path, 'name'],
      });
    }
    const twin = earlier.find(other => token.token !== '' && other.token.token === token.token);
    if (twin)
      draft.refuse(`${where(twin)} has the same token; give each its own`, { at: [...path, 'token'] });
  }
}

/** With a slip in its name the admin API would be open to everybody on this machine, and nobody told. */
function checkVariables({ environment, file, refuse }: Draft): void {
  const named = variablesNamedIn(file);
  for (const [name, value = ''] of Object.entries(environment)) {
    if (value === '' || name === ADMIN_TOKEN_VARIABLE || named.has(name)) continue;
    if (!/^CROSSGATE_(?:ADMIN_)?TOKENS?$/.test(name)) continue;
    refuse(`${name} is not read; did you mean ${ADMIN_TOKEN_VARIABLE}?`, { from: SECTIONS });
  }
}
