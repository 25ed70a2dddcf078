import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EtcdPolicyStore,
  type EtcdPolicyStoreOptions,
  openEtcdPolicyStore,
} from '@crossgate/policy-store';
import { afterEach, beforeEach } from 'vitest';

type StoreOptions = Partial<EtcdPolicyStoreOptions>;

/** Stores and directories of one test, which are closed and removed after it. */
export interface EtcdStores {
  /** Below it, every test has keys of its own. */
  readonly prefix: () => string;
  readonly newDirectory: () => string;
  /** On a replica of its own, unless one is given. */
  readonly open: (options?: StoreOptions) => EtcdPolicyStore;
  readonly openReady: (options?: StoreOptions) => Promise<EtcdPolicyStore>;
}

let prefixes = 0;

/** Call it in a `describe`. */
export function useEtcdStores(endpoints: () => readonly string[]): EtcdStores {
  let prefix = '';
  let directories: string[] = [];
  let stores: EtcdPolicyStore[] = [];

  beforeEach(() => {
    prefixes += 1;
    prefix = `/crossgate-${prefixes}/`;
    directories = [];
    stores = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map(store => store.close()));
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });

  function newDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'crossgate-replica-'));
    directories.push(directory);
    return directory;
  }

  function open(options: StoreOptions = {}): EtcdPolicyStore {
    const store = openEtcdPolicyStore({
      endpoints: endpoints(),
      replicaDirectory: options.replicaDirectory ?? newDirectory(),
      prefix,
      ...options,
    });
    stores.push(store);
    return store;
  }

  return {
    prefix: () => prefix,
    newDirectory,
    open,
    async openReady(options) {
      const store = open(options);
      await store.whenReady(10_000);
      return store;
    },
  };
}
