import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openEtcdPolicyStore,
  openLmdbPolicyStore,
  openStoredHistories,
  type PolicyArchive,
  type PolicySource,
} from '@crossgate/policy-store';
import type { ConfigText } from './config/read-config-file.ts';
import { readServeConfig } from './config/read-serve-config.ts';
import {
  DataDirectoryInUseError,
  lockDataDirectory,
  lockForCopy,
  UnfinishedCopyError,
  unfinishedCopy,
} from './data-lock.ts';
import { etcdConnection } from './policies.ts';

/** Where users and certificates of etcd are from, as they are for a server. */
export interface ArchiveSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigText | undefined;
}

/** A store that cannot be opened, with why. */
export class StoreProblem extends Error {}

export interface Opened<Archive> {
  readonly archive: Archive;
  readonly close: () => Promise<void>;
}

/** The store of a server that does not run, or a cluster: to be read from, while nobody writes there. */
export async function openToMove(choice: string, settings: ArchiveSettings): Promise<Opened<PolicySource>> {
  const { kind, value } = parseChoice(choice, '--from', ['lmdb=DIRECTORY', 'etcd=URL,URL']);
  if (kind === 'etcd') return await openCluster(choice, '--from', settings);
  assertPolicies(value, 'policies');
  const unlock = claimed(() => lockDataDirectory(value), '--from', value);
  return openDirectory(value, unlock);
}

/** The same, or the replica of a cluster on this machine: to be read from as it is at one moment, whoever uses it. */
export async function openToBackUp(choice: string, settings: ArchiveSettings): Promise<Opened<PolicySource>> {
  const kinds = ['lmdb=DIRECTORY', 'etcd=URL,URL', 'replica=DIRECTORY'];
  const { kind, value } = parseChoice(choice, '--from', kinds);
  if (kind === 'etcd') return await openCluster(choice, '--from', settings);
  const isReplica = kind === 'replica';
  const name = isReplica ? 'policy-replica' : 'policies';
  assertPolicies(value, name);
  const problem = unfinishedCopy(value);
  if (problem !== undefined && !isReplica) throw new StoreProblem(`--from: ${problem}`);
  const archive = openStoredHistories({
    directory: join(value, name),
    kind: isReplica ? 'replica' : 'store',
  });
  return { archive, close: archive.close };
}

/** A store to be written to, of a server that does not run, or a cluster. `done` when all is in it. */
export async function openToFill(
  choice: string,
  settings: ArchiveSettings,
): Promise<Opened<PolicyArchive> & { readonly done: () => void }> {
  const { kind, value } = parseChoice(choice, '--to', ['lmdb=DIRECTORY', 'etcd=URL,URL']);
  if (kind === 'etcd') return { ...(await openCluster(choice, '--to', settings)), done: () => {} };
  const { begin, done, unlock } = claimed(() => lockForCopy(value), '--to', value);
  const opened = openDirectory(value, unlock);
  begin();
  return { ...opened, done };
}

function parseChoice(
  choice: string,
  flag: string,
  choices: readonly string[],
): { readonly kind: string; readonly value: string } {
  const [kind = ''] = choice.split('=', 1);
  const value = choice.slice(kind.length + 1);
  if (value === '' || !choices.some(known => known.startsWith(`${kind}=`))) {
    throw new StoreProblem(`${flag} must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);
  }
  return { kind, value };
}

function assertPolicies(dataDirectory: string, name: 'policies' | 'policy-replica'): void {
  if (existsSync(join(dataDirectory, name))) return;
  const noun = name === 'policies' ? 'are no policies' : 'is no replica of policies';
  throw new StoreProblem(`--from: there ${noun} in ${dataDirectory}: give the data directory of a server`);
}

/** @throws StoreProblem when the directory is not to be had */
function claimed<Lock>(claim: () => Lock, flag: string, dataDirectory: string): Lock {
  try {
    return claim();
  } catch (error) {
    if (error instanceof UnfinishedCopyError) throw new StoreProblem(`${flag}: ${error.message}`);
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    throw new StoreProblem(`${flag}: process ${error.processId} uses ${dataDirectory}: stop it`);
  }
}

function openDirectory(dataDirectory: string, unlock: () => void): Opened<PolicyArchive> {
  try {
    const store = openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
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

/** How long a cluster may not answer before it is given up. To be read it may take its time. */
const CONTACT_TIMEOUT_SECONDS = 3;
const LOOK_INTERVAL_MS = 250;

async function openCluster(
  choice: string,
  flag: '--from' | '--to',
  { environment, file }: ArchiveSettings,
): Promise<Opened<PolicyArchive>> {
  const read = readServeConfig({ store: choice }, environment, file);
  if (read.kind === 'problem') throw new StoreProblem(read.message.replaceAll('--store', flag));
  const { store } = read.config;
  if (typeof store !== 'object') throw new Error(`${choice} was read as another store`);
  const connection = etcdConnection(store);
  const replicaDirectory = mkdtempSync(join(tmpdir(), 'crossgate-store-'));
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
    throw new StoreProblem(`${flag}: ${error instanceof Error ? error.message : String(error)}`);
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
