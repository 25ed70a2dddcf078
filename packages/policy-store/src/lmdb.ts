import type { PolicyArchive } from './archive.ts';
import { changed } from './changed.ts';
import { isExpected } from './expectation.ts';
import { type LmdbPoliciesOptions, openLmdbPolicies } from './lmdb-policies.ts';
import { decodePolicyRevision } from './lmdb-records.ts';
import { openWriter } from './lmdb-writer.ts';
import type { Expected, PolicyStore, PolicyUpdate, TenantKey, WriteResult } from './policy-store.ts';
import { assertTenantKey } from './tenant-key.ts';

export interface LmdbPolicyStoreOptions extends LmdbPoliciesOptions {}

export interface LmdbPolicyStore extends PolicyStore {
  readonly archive: PolicyArchive;
}

/**
 * A store on disk that the processes of one machine share. Use it from the main thread only; LMDB's binding does not
 * support worker threads. Throws when the directory is open in this process already, or has a newer format.
 */
export function openLmdbPolicyStore(options: LmdbPolicyStoreOptions): LmdbPolicyStore {
  const policies = openLmdbPolicies(options, 'store');
  const { assertOpen } = policies;
  const writer = openWriter(policies, options.soleWriter ?? false);

  async function write(
    { dialect, tenant }: TenantKey,
    update: PolicyUpdate | 'delete',
    expected: Expected | undefined,
  ): Promise<WriteResult> {
    assertOpen();
    const key = { dialect, tenant };
    assertTenantKey(key);
    return await writer.write(draft => {
      const current = draft.policy(key);
      if (!isExpected(expected, current)) return { kind: 'conflict', current };
      if (update === 'delete' && current === undefined) return { kind: 'absent' };
      const revision = draft.revision() + 1;
      draft.add({ key, revision, ...changed(current, update), writtenAt: Date.now() });
      return { kind: 'written', revision, replaced: current?.revision };
    });
  }

  const archive: PolicyArchive = {
    countTenants: policies.countTenants,
    histories: policies.histories,
    revisions: key => policies.history(key).toReversed(),
    async append(key, after, past) {
      assertOpen();
      assertTenantKey(key);
      return await writer.write(draft => {
        const newest = draft.newestRecord(key);
        if ((newest && decodePolicyRevision(newest).revision) !== after) return undefined;
        const revision = draft.revision() + 1;
        draft.add({ key, revision, ...past });
        return revision;
      });
    },
  };

  return {
    revision: policies.revision,
    get: policies.get,
    put: (key, policy, expected) => write(key, { policy }, expected),
    update: write,
    delete: (key, expected) => write(key, 'delete', expected),
    list: policies.list,
    history: policies.history,
    watch: policies.watch,
    archive,
    close: () => policies.close(writer.idle()),
  };
}
