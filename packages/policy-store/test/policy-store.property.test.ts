import { openLmdbPolicyStore, openMemoryPolicyStore, type PolicyStore } from '@crossgate/policy-store';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { followModel, steps } from '../../../test/support/policy-store-model.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

describe('openMemoryPolicyStore', () => {
  it('does what a list of all changes would do', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async program => {
        const store = openMemoryPolicyStore();
        await followModel(program, store, async () => store);
        await store.close();
      }),
      { numRuns: 100 },
    );
  });
});

describe('openLmdbPolicyStore', () => {
  it.each([
    { name: 'beside others', soleWriter: false },
    { name: 'alone', soleWriter: true },
  ])('does what a list of all changes would do, $name', async ({ soleWriter }) => {
    await fc.assert(
      fc.asyncProperty(steps, async program => {
        const { path, remove } = await createTemporaryDirectory();
        // Hardly anything fits into the cache, so that it is emptied and filled all the time.
        const open = () => openLmdbPolicyStore({ directory: path, cacheEntries: 4, soleWriter });
        let store = open();
        async function reopen(): Promise<PolicyStore> {
          await store.close();
          store = open();
          return store;
        }
        try {
          await followModel(program, store, reopen);
        } finally {
          await store.close();
          await remove();
        }
      }),
      { numRuns: 40 },
    );
  });
});
