import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EtcdPolicyStore,
  type EtcdPolicyStoreOptions,
  openEtcdPolicyStore,
  type PolicyStore,
} from '@crossgate/policy-store';
import { policyStoreContract } from '@crossgate/policy-store/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { followModel, steps } from '../support/policy-store-model.ts';
import { describeWith } from '../support/required.ts';

/** Each write takes a round through etcd. */
const MODEL_RUNS = 15;
const MODEL_TIMEOUT_MILLISECONDS = 60_000;

interface Reopened {
  readonly store: PolicyStore;
  readonly reopen: () => Promise<PolicyStore>;
  readonly dispose: () => Promise<void>;
}

describeWith(ETCD_MISSING)('with three members of etcd', () => {
  let cluster: EtcdCluster;
  let stores = 0;
  beforeAll(async () => {
    cluster = await startEtcdCluster();
  });
  afterAll(() => cluster.stop());

  /** An empty store that can be closed and opened again. */
  async function newStore(options: Partial<EtcdPolicyStoreOptions>): Promise<Reopened> {
    const replicaDirectory = await mkdtemp(join(tmpdir(), 'crossgate-replica-'));
    stores += 1;
    const prefix = `/crossgate-${stores}/`;
    async function open(): Promise<EtcdPolicyStore> {
      const store = openEtcdPolicyStore({
        endpoints: cluster.endpoints,
        replicaDirectory,
        prefix,
        ...options,
      });
      await store.whenReady(10_000);
      return store;
    }
    let current = await open();
    return {
      store: current,
      async reopen() {
        await current.close();
        current = await open();
        return current;
      },
      async dispose() {
        await current.close();
        await rm(replicaDirectory, { recursive: true, force: true });
      },
    };
  }

  policyStoreContract('openEtcdPolicyStore', async () => {
    const changeLogLimit = 5;
    return { ...(await newStore({ changeLogLimit })), changeLogLimit };
  });

  it(
    'does what a list of all changes would do',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async program => {
          // Hardly anything fits into the cache, so that it is emptied and filled all the time.
          const { store, reopen, dispose } = await newStore({ cacheEntries: 4 });
          try {
            await followModel(program, store, reopen);
          } finally {
            await dispose();
          }
        }),
        { numRuns: MODEL_RUNS },
      );
    },
    MODEL_TIMEOUT_MILLISECONDS,
  );
});
