import { DIALECTS } from '@crossgate/dialects';
import { DEFAULT_LIMITS, type DialectConfig, type ServeConfig } from '../serve-config.ts';
import { readAdmin } from './admin.ts';
import type { DialectSection } from './config-file.ts';
import { checkCredentialVariables } from './credential-variables.ts';
import { readCredentials } from './credentials.ts';
import { type Cause, type Draft, resolveInFile } from './draft.ts';
import { readFlags } from './flags.ts';
import type { ConfigPath, Mistake } from './mistake.ts';
import { checkPorts } from './ports.ts';
import { checkPublicKeys, type PubliclyServed } from './public-keys.ts';
import { type ConfigText, type ReadConfigFile, readConfigFile } from './read-config-file.ts';
import { readStore } from './store.ts';
import { readTls } from './tls.ts';
import { readUpstreams } from './upstreams.ts';

export type ServeConfigResult =
  /** A line for each thing that will most likely not do. */
  | { readonly kind: 'config'; readonly config: ServeConfig; readonly warnings: readonly string[] }
  /** A line for each mistake. */
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Puts together what was asked for: on the command line, else in the environment (`CROSSGATE_COS_CREDENTIAL=id:secret`,
 * and so for each dialect, `CROSSGATE_ADMIN_TOKEN`), else in a file, else by default. Undefined settings are not given.
 * Finds everything that is wrong. Reads the files of secrets and certificates, and opens nothing else.
 */
export function readServeConfig(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  file?: ConfigText,
): ServeConfigResult {
  const flags = readFlags(settings);
  const read = file ? readConfigFile(file) : NO_FILE;
  const lines = flags.kind === 'mistakes' ? [...flags.lines] : [];
  if (isLines(read)) lines.push(...read);
  // What was not understood can make anything else look wrong.
  if (flags.kind === 'mistakes' || isLines(read)) {
    if (!isLines(read)) lines.push(...read.format(read.mistakes));
    return problem(lines);
  }
  const mistakes = [...read.mistakes];
  const refuse = (message: string, { at, from = [] }: Cause = {}): void => {
    if (![...from, ...(at ? [at] : [])].every(read.isSound)) return;
    if (at && read.has(at)) mistakes.push({ path: at, message, about: 'value' });
    else lines.push(message);
  };
  const doubts: Mistake[] = [];
  const draft: Draft = {
    flags: flags.flags,
    file: read.file,
    fileName: file?.name,
    environment,
    isSound: read.isSound,
    refuse,
    warn: (message, { at }) => doubts.push({ path: at, message, about: 'value' }),
  };
  const config = assemble(draft);
  lines.push(...read.format(mistakes));
  return lines.length > 0 ? problem(lines) : { kind: 'config', config, warnings: read.format(doubts) };
}

const NO_FILE: ReadConfigFile = {
  file: {},
  isSound: () => true,
  has: () => false,
  mistakes: [],
  format: () => [],
};

function isLines(read: ReadConfigFile | readonly string[]): read is readonly string[] {
  return Array.isArray(read);
}

function problem(lines: readonly string[]): ServeConfigResult {
  // A line stays one, whatever names are in it.
  const safe = lines.map(line => line.replaceAll('\n', '\\n'));
  return { kind: 'problem', message: [...new Set(safe)].join('\n') };
}

function assemble(draft: Draft): ServeConfig {
  const { flags, file } = draft;
  const portBase = flags.portBase ?? file.portBase ?? 4000;
  const workers = flags.workers ?? file.workers ?? 1;
  const store = readStore(draft, workers);
  const limits = { ...DEFAULT_LIMITS, ...file.limits };
  const admin = readAdmin(draft, portBase);
  const tls = file.tls && readTls(draft, file.tls, ['tls']);
  const dialects: Record<string, DialectConfig> = {};
  const publiclyServed: PubliclyServed[] = [];
  for (const dialect of DIALECTS) {
    const section: DialectSection = file.dialects?.[dialect.id] ?? {};
    if (section.enabled === false) {
      checkUnused(draft, dialect.id);
      continue;
    }
    const host = section.host ?? flags.host ?? file.host ?? '127.0.0.1';
    const { credentials, hasPublicKey } = readCredentials(draft, dialect, section, host);
    if (hasPublicKey) publiclyServed.push({ dialect, host, at: hostPath(draft, dialect.id) });
    const ownTls = section.tls ? readTls(draft, section.tls, ['dialects', dialect.id, 'tls']) : tls;
    const variant = flags.variant[dialect.id] ?? section.variant;
    dialects[dialect.id] = {
      host,
      port: section.port ?? (portBase === 0 ? 0 : portBase + dialect.portOffset),
      ...(ownTls && { tls: ownTls }),
      ...(variant !== undefined && { variant }),
      credentials,
      ...readUpstreams(draft, dialect, section, limits),
    };
  }
  checkCredentialVariables(draft);
  checkPublicKeys(draft, publiclyServed);
  checkPorts(draft, { admin, dialects });
  if (Object.keys(dialects).length === 0) {
    draft.refuse('every service is disabled; enable one', { at: ['dialects'] });
  }
  return {
    portBase,
    admin,
    dataDirectory:
      flags.dataDirectory ?? (file.data === undefined ? '.crossgate' : resolveInFile(draft, file.data)),
    store,
    workers,
    logLevel: flags.logLevel ?? file.logLevel ?? 'info',
    limits,
    ...(tls && { tls }),
    dialects,
  };
}

/** Nobody asks for something of a service on the command line that is not to be served. */
function checkUnused({ flags, refuse }: Draft, id: string): void {
  for (const name of ['upstream', 'variant'] as const) {
    if (flags[name][id] === undefined) continue;
    refuse(`is false, and there is --${name} ${id}; leave one of them out`, {
      at: ['dialects', id, 'enabled'],
    });
  }
}

/** Where the file has the host of a dialect; undefined when that is from elsewhere. */
function hostPath({ flags, file }: Draft, id: string): ConfigPath | undefined {
  if (file.dialects?.[id]?.host !== undefined) return ['dialects', id, 'host'];
  return flags.host === undefined && file.host !== undefined ? ['host'] : undefined;
}
