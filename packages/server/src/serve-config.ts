import { isIPv4 } from 'node:net';
import { type Credential, type Credentials, DIALECTS, type Dialect } from '@crossgate/dialects';
import { z } from 'zod';
import type { LogLevel } from './log.ts';

/** Room for the admin API and the services above the base. */
const HIGHEST_PORT_BASE = 65_535 - 4;

/** Everything that `serve` needs to know. */
export interface ServeConfig extends Omit<Settings, 'variant' | 'upstream'> {
  /** By id. A dialect that is not here is not served. */
  readonly dialects: Readonly<Record<string, DialectConfig>>;
}

/** How one service is served. */
export interface DialectConfig {
  /** Another reading of the service, by its name. */
  readonly variant?: string;
  readonly credentials: readonly Credential[];
  /** Where data requests go; without one to the embedded service, if there is one. */
  readonly upstream?: UpstreamConfig;
  /** Upstreams of single tenants, before that of all others. */
  readonly tenantUpstreams: Readonly<Record<string, UpstreamConfig>>;
}

/** The real service behind the gateway. */
export interface UpstreamConfig {
  /** `http(s)://host[:port]`, nothing else. */
  readonly url: string;
  /** The `Host` it is sent; left out, as the dialect has it. */
  readonly host?: 'as-sent' | 'upstream';
  readonly connectTimeoutSeconds: number;
  /** From the end of the request to the head of the answer. */
  readonly headersTimeoutSeconds: number;
  /** Between two pieces of a body, in either direction. */
  readonly idleTimeoutSeconds: number;
}

export const UPSTREAM_TIMEOUTS: Omit<UpstreamConfig, 'url' | 'host'> = {
  connectTimeoutSeconds: 10,
  headersTimeoutSeconds: 60,
  idleTimeoutSeconds: 60,
};

interface Settings {
  /** The address that the services listen on. The admin API listens on loopback, whatever this is. */
  readonly host: string;
  /** The admin API's port; services have the next ones. With 0 the system chooses each. */
  readonly portBase: number;
  /** Where policies and objects are kept. */
  readonly dataDirectory: string;
  readonly store: 'lmdb' | 'memory';
  /** Processes that serve. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** `dialect=variant`, each. */
  readonly variant: readonly string[];
  /** `dialect=url`, each. */
  readonly upstream: readonly string[];
}

const NON_EMPTY = z.string().min(1, 'must not be empty');

const SETTINGS: z.ZodType<Settings> = z.strictObject({
  host: NON_EMPTY.default('127.0.0.1'),
  portBase: wholeNumber(0, HIGHEST_PORT_BASE).default(4000),
  dataDirectory: NON_EMPTY.default('.crossgate'),
  store: oneOf(['lmdb', 'memory']).default('lmdb'),
  workers: wholeNumber(1, 64).default(1),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  variant: z.array(z.string()).default([]),
  upstream: z.array(z.string()).default([]),
});

/** As people give them. */
const OPTIONS: Readonly<Record<keyof Settings, string>> = {
  host: '--host',
  portBase: '--port-base',
  dataDirectory: '--data',
  store: '--store',
  workers: '--workers',
  logLevel: '--log-level',
  variant: '--variant',
  upstream: '--upstream',
};

/** A number, or its digits. */
function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  const digits = z.string({ error }).regex(/^\d+$/, error).transform(Number);
  return z.union([z.number(), digits], { error }).pipe(z.int({ error }).min(min, error).max(max, error));
}

function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}

/** One line for each setting that is wrong. */
function formatProblems({ issues }: z.ZodError): string {
  const lines = issues.map(({ path, message }) => {
    const name = String(path[0] ?? '');
    return Object.hasOwn(OPTIONS, name) ? `${OPTIONS[name as keyof Settings]} ${message}` : message;
  });
  return [...new Set(lines)].join('\n');
}

export type ServeConfigResult =
  | { readonly kind: 'config'; readonly config: ServeConfig }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Checks what was asked for on the command line and in the environment (`CROSSGATE_COS_CREDENTIAL=id:secret`, and so
 * for each dialect). Undefined settings have their defaults.
 */
export function readServeConfig(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): ServeConfigResult {
  const parsed = SETTINGS.safeParse(settings);
  if (!parsed.success) return { kind: 'problem', message: formatProblems(parsed.error) };
  const { variant, upstream, ...data } = parsed.data;
  const variants = readVariants(variant);
  if (typeof variants === 'string') return { kind: 'problem', message: variants };
  const upstreams = readUpstreams(upstream);
  if (typeof upstreams === 'string') return { kind: 'problem', message: upstreams };
  if (data.store === 'memory' && data.workers > 1) {
    const message = 'the memory store belongs to one process: use --workers 1, or --store lmdb';
    return { kind: 'problem', message };
  }
  const dialects: Record<string, DialectConfig> = {};
  const publicKeys: string[] = [];
  for (const dialect of DIALECTS) {
    const variable = credentialVariable(dialect);
    const credential = readCredential(environment[variable]) ?? dialect.localCredential;
    if (credential === 'malformed') return { kind: 'problem', message: `${variable} must be id:secret` };
    // Also when somebody has written it out: the secret is what everybody knows.
    if (credential.secret === dialect.localCredential.secret) publicKeys.push(`${variable}=id:secret`);
    const chosen = variants[dialect.id];
    const url = upstreams[dialect.id];
    dialects[dialect.id] = {
      credentials: [credential],
      ...(chosen !== undefined && { variant: chosen }),
      ...(url !== undefined && { upstream: { url, ...UPSTREAM_TIMEOUTS } }),
      tenantUpstreams: {},
    };
  }
  if (publicKeys.length > 0 && !isLoopback(data.host)) {
    const message = `${data.host} can be reached from other machines, and the local keys are public: set ${publicKeys.join(' and ')}, or listen on 127.0.0.1`;
    return { kind: 'problem', message };
  }
  return { kind: 'config', config: { ...data, dialects } };
}

/** The chosen variants, or what is wrong with them. */
function readVariants(chosen: readonly string[]): Readonly<Record<string, string>> | string {
  const known = DIALECTS.flatMap(({ id, variants }) => Object.keys(variants).map(name => `${id}=${name}`));
  const unknown = chosen.find(choice => !known.includes(choice));
  if (unknown !== undefined) return `--variant must be one of ${known.join(', ')}`;
  return Object.fromEntries(chosen.map(choice => choice.split('=', 2)));
}

/** The URLs of upstreams by dialect, or what is wrong with them. */
function readUpstreams(chosen: readonly string[]): Readonly<Record<string, string>> | string {
  const ids = DIALECTS.map(({ id }) => id);
  const urls: Record<string, string> = {};
  for (const choice of chosen) {
    const [, id = '', url = ''] = /^([^=]*)=(.*)$/s.exec(choice) ?? [];
    if (!ids.includes(id)) return `--upstream must be DIALECT=URL, with one of ${ids.join(', ')}`;
    const problem = upstreamUrlProblem(url);
    if (problem) return `--upstream ${id}: ${problem}`;
    urls[id] = url;
  }
  return urls;
}

/** Why requests cannot be sent there as they came; undefined when they can. */
function upstreamUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return `${text || 'the URL'} must be http://host[:port] or https://host[:port]`;
  }
  if (url.username !== '' || url.password !== '')
    return 'an upstream is sent the credentials of its clients: leave out user and password';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return 'paths go to the upstream as they came: leave out everything behind host and port';
  }
  return undefined;
}

function credentialVariable(dialect: Dialect): string {
  return `CROSSGATE_${dialect.id.toUpperCase().replaceAll('-', '_')}_CREDENTIAL`;
}

function readCredential(text: string | undefined): Credential | 'malformed' | undefined {
  if (text === undefined || text === '') return undefined;
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return 'malformed';
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** A dialect as it was chosen to be read. */
export function chosenDialect(dialect: Dialect, config: DialectConfig): Dialect {
  const profile = dialect.variants[config.variant ?? ''];
  return profile ? { ...dialect, profile } : dialect;
}

/** The credentials of a dialect that are good for a tenant. */
export function credentialsOf({ credentials }: DialectConfig, tenant: string | undefined): Credentials {
  const good = credentials.filter(
    credential => credential.tenant === undefined || credential.tenant === tenant,
  );
  return { find: id => good.find(credential => credential.id === id), isEmpty: good.length === 0 };
}
