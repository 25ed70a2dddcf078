import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdPolicyStore, openEtcdPolicyStore } from '@crossgate/policy-store';
import { policyStoreContract } from '@crossgate/policy-store/testing';
import { afterAll, beforeAll } from 'vitest';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { describeWith } from '../support/required.ts';

describeWith(ETCD_MISSING)('with three members of etcd', () => {
  let cluster: EtcdCluster;
  let stores = 0;
  beforeAll(async () => {
    cluster = await startEtcdCluster();
  });
  afterAll(() => cluster.stop());

  policyStoreContract('openEtcdPolicyStore', async () => {
    const changeLogLimit = 5;
    const replicaDirectory = await mkdtemp(join(tmpdir(), 'crossgate-replica-'));
    stores += 1;
    const prefix = `/crossgate-${stores}/`;
    async function open(): Promise<EtcdPolicyStore> {
      const store = openEtcdPolicyStore({
        endpoints: cluster.endpoints,
        replicaDirectory,
        prefix,
        changeLogLimit,
      });
      await store.whenReady(10_000);
      return store;
    }
    let current = await open();
    return {
      store: current,
      changeLogLimit,
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
  });
});
