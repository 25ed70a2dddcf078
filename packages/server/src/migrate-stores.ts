import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type MigrationOptions,
  type MigrationReport,
  migratePolicies,
  openEtcdPolicyStore,
  openLmdbPolicyStore,
  type PolicyArchive,
} from '@crossgate/policy-store';
import type { ConfigText } from './config/read-config-file.ts';
import { readServeConfig } from './config/read-serve-config.ts';
import { lockDataDirectory } from './data-lock.ts';
import { etcdConnection } from './policies.ts';

/** Which stores: `lmdb=DIRECTORY`, the data directory of a server that does not run, or `etcd=URL,URL`. */
export interface MigratedStores {
  readonly from: string;
  readonly to: string;
}

/** Where users and certificates of etcd are from, as they are for a server. */
export interface MigrationSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigText | undefined;
}

export type MigrationOutcome =
  | { readonly kind: 'migrated'; readonly report: MigrationReport }
  /** A store that cannot be opened, with why. */
  | { readonly kind: 'problem'; readonly message: string };

interface OpenedArchive {
  readonly archive: PolicyArchive;
  readonly close: () => Promise<void>;
}

/** How long a cluster may not answer before it is given up. To be read it may take its time. */
const CONTACT_TIMEOUT_SECONDS = 3;
const LOOK_INTERVAL_MS = 250;

/** Copies all policies with their histories, and compares. Rejects when that breaks off; it can be run again. */
export async function migrateStores(
  { from, to }: MigratedStores,
  settings: MigrationSettings,
  options: MigrationOptions,
): Promise<MigrationOutcome> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const opened: PolicyArchive[] = [];
    for (const [choice, role] of [
      [from, 'from'],
      [to, 'to'],
    ] as const) {
      const { archive, close } = await openArchive(choice, role, settings);
      closers.push(close);
      opened.push(archive);
    }
    const [source, target] = opened;
    if (!source || !target) throw new Error('two stores were opened');
    return { kind: 'migrated', report: await migratePolicies(source, target, options) };
  } catch (error) {
    if (!(error instanceof StoreProblem)) throw error;
    return { kind: 'problem', message: error.message };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

class StoreProblem extends Error {}

async function openArchive(
  choice: string,
  role: 'from' | 'to',
  settings: MigrationSettings,
): Promise<OpenedArchive> {
  const [kind = ''] = choice.split('=', 1);
  const value = choice.slice(kind.length + 1);
  if (kind === 'lmdb' && value !== '') return openDirectory(value, role);
  if (kind === 'etcd') return await openCluster(choice, role, settings);
  throw new StoreProblem(`--${role} must be lmdb=DIRECTORY or etcd=URL,URL`);
}

function openDirectory(dataDirectory: string, role: 'from' | 'to'): OpenedArchive {
  const directory = join(dataDirectory, 'policies');
  if (role === 'from' && !existsSync(directory)) {
    throw new StoreProblem(
      `--from: there are no policies in ${dataDirectory}: give the data directory of a server`,
    );
  }
  const unlock = lockDataDirectory(dataDirectory);
  try {
    const store = openLmdbPolicyStore({ directory });
    return {
      archive: store.archive,
      async close() {
        await store.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openCluster(
  choice: string,
  role: 'from' | 'to',
  { environment, file }: MigrationSettings,
): Promise<OpenedArchive> {
  const read = readServeConfig({ store: choice }, environment, file);
  if (read.kind === 'problem') throw new StoreProblem(read.message.replaceAll('--store', `--${role}`));
  const { store } = read.config;
  if (typeof store !== 'object') throw new Error(`${choice} was read as another store`);
  const connection = etcdConnection(store);
  const replicaDirectory = mkdtempSync(join(tmpdir(), 'crossgate-migration-'));
  const remove = (): void => rmSync(replicaDirectory, { recursive: true, force: true });
  const opened = openEtcdPolicyStore({ ...connection, replicaDirectory });
  // The files live on until they are closed, however this process ends. Windows removes none that is open.
  if (process.platform !== 'win32') remove();
  const close = async (): Promise<void> => {
    await opened.close();
    remove();
  };
  try {
    await untilReady(opened);
  } catch (error) {
    await close();
    throw new StoreProblem(`--${role}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { archive: opened.archive, close };
}

async function untilReady(store: ReturnType<typeof openEtcdPolicyStore>): Promise<void> {
  for (;;) {
    try {
      await store.whenReady(LOOK_INTERVAL_MS);
      return;
    } catch (error) {
      const { problem, secondsSinceContact = 0 } = store.status();
      if (problem !== undefined && secondsSinceContact > CONTACT_TIMEOUT_SECONDS) throw error;
    }
  }
}
