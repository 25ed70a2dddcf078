import { openLmdbPolicyStore, openMemoryPolicyStore } from '@crossgate/policy-store';
import { policyStoreContract } from '@crossgate/policy-store/testing';
import { createTemporaryDirectory } from './temporary-directory.ts';

policyStoreContract('openMemoryPolicyStore', async () => {
  const changeLogLimit = 5;
  const store = openMemoryPolicyStore({ changeLogLimit });
  return { store, changeLogLimit, dispose: () => store.close() };
});

policyStoreContract('openLmdbPolicyStore', async () => {
  const changeLogLimit = 5;
  const { path, remove } = await createTemporaryDirectory();
  const options = { directory: path, changeLogLimit };
  let current = openLmdbPolicyStore(options);
  return {
    store: current,
    changeLogLimit,
    async reopen() {
      await current.close();
      current = openLmdbPolicyStore(options);
      return current;
    },
    async dispose() {
      await current.close();
      await remove();
    },
  };
});
