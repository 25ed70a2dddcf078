import { openLmdbPolicyStore, openMemoryPolicyStore } from '@crossgate/policy-store';
import { policyStoreContract } from '@crossgate/policy-store/testing';
import { describe } from 'vitest';
import { createTemporaryDirectory } from './temporary-directory.ts';

policyStoreContract('openMemoryPolicyStore', async () => {
  const changeLogLimit = 5;
  const store = openMemoryPolicyStore({ changeLogLimit });
  return { store, changeLogLimit, dispose: () => store.close() };
});

describe.each([
  { name: 'openLmdbPolicyStore', soleWriter: false },
  { name: 'openLmdbPolicyStore, where nobody else writes', soleWriter: true },
])('$name', ({ name, soleWriter }) => {
  policyStoreContract(name, async () => {
    const changeLogLimit = 5;
    const { path, remove } = await createTemporaryDirectory();
    const options = { directory: path, changeLogLimit, soleWriter };
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
});
