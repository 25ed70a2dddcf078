import { dirname, resolve } from 'node:path';
import { DIALECTS } from '@crossgate/dialects';
import { DEFAULT_LIMITS, type DialectConfig, type ServeConfig } from '../serve-config.ts';
import { readAdmin } from './admin.ts';
import type { DialectSection } from './config-file.ts';
import { checkCredentialVariables } from './credential-variables.ts';
import { readCredentials } from './credentials.ts';
import type { Cause, Draft } from './draft.ts';
import { readFlags } from './flags.ts';
import type { ConfigPath } from './mistake.ts';
import { checkPorts } from './ports.ts';
import { checkPublicKeys, type PubliclyServed } from './public-keys.ts';
import { type ConfigText, type ReadConfigFile, readConfigFile } from './read-config-file.ts';
import { readStore } from './store.ts';
import { readUpstreams } from './upstreams.ts';

export type ServeConfigResult =
  | { readonly kind: 'config'; readonly config: ServeConfig }
  /** A line for each mistake. */
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Puts together what was asked for: on the command line, else in the environment (`CROSSGATE_COS_CREDENTIAL=id:secret`,
 * and so for each dialect, and `CROSSGATE_ADMIN_TOKEN`), else in a file, else by default. Undefined settings are not given. Finds everything that is
 * wrong, and opens nothing.
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
  const draft: Draft = { flags: flags.flags, file: read.file, environment, isSound: read.isSound, refuse };
  const config = assemble(draft, file?.name);
  lines.push(...read.format(mistakes));
  return lines.length > 0 ? problem(lines) : { kind: 'config', config };
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

function assemble(draft: Draft, fileName: string | undefined): ServeConfig {
  const { flags, file } = draft;
  const portBase = flags.portBase ?? file.portBase ?? 4000;
  const workers = flags.workers ?? file.workers ?? 1;
  const store = readStore(draft, workers, fileName);
  const limits = { ...DEFAULT_LIMITS, ...file.limits };
  const admin = readAdmin(draft, portBase);
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
    const variant = flags.variant[dialect.id] ?? section.variant;
    dialects[dialect.id] = {
      host,
      port: section.port ?? (portBase === 0 ? 0 : portBase + dialect.portOffset),
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
    dataDirectory: flags.dataDirectory ?? dataDirectoryOf(file.data, fileName) ?? '.crossgate',
    store,
    workers,
    logLevel: flags.logLevel ?? file.logLevel ?? 'info',
    limits,
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

/** A path in a file begins at the file, from wherever the server is started. */
function dataDirectoryOf(data: string | undefined, fileName: string | undefined): string | undefined {
  return data !== undefined && fileName !== undefined ? resolve(dirname(fileName), data) : data;
}
