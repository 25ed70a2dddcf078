import type { PolicyArchive } from './archive.ts';
import { changed } from './changed.ts';
import { isExpected } from './expectation.ts';
import { inTransaction } from './lmdb-environment.ts';
import { type LmdbPoliciesOptions, openLmdbPolicies } from './lmdb-policies.ts';
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
  const { assertOpen, environment, readPolicy, readPosition, record } = policies;
  const underWay = new Set<Promise<unknown>>();

  async function write(
    { dialect, tenant }: TenantKey,
    update: PolicyUpdate | 'delete',
    expected: Expected | undefined,
  ): Promise<WriteResult> {
    assertOpen();
    const key = { dialect, tenant };
    assertTenantKey(key);
    const transaction = inTransaction(environment, (): WriteResult => {
      const current = readPolicy(key);
      if (!isExpected(expected, current)) return { kind: 'conflict', current };
      if (update === 'delete' && current === undefined) return { kind: 'absent' };
      const revision = readPosition().revision + 1;
      record({ key, revision, ...changed(current, update), writtenAt: Date.now() });
      return { kind: 'written', revision };
    });
    const result = await waited(transaction);
    if (result.kind === 'written') policies.deliver();
    return result;
  }

  function waited<Result>(transaction: Promise<Result>): Promise<Result> {
    underWay.add(transaction);
    return transaction.finally(() => underWay.delete(transaction));
  }

  const archive: PolicyArchive = {
    countTenants: policies.countTenants,
    histories: policies.histories,
    revisions: key => policies.history(key).toReversed(),
    async append(key, after, past) {
      assertOpen();
      assertTenantKey(key);
      const revision = await waited(
        inTransaction(environment, () => {
          if (policies.newestRevision(key) !== after) return undefined;
          const next = readPosition().revision + 1;
          record({ key, revision: next, ...past });
          return next;
        }),
      );
      policies.deliver();
      return revision;
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
    close: () => policies.close(underWay),
  };
}
