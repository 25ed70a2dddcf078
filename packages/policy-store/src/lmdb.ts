import { changed } from './changed.ts';
import { isExpected } from './expectation.ts';
import { inTransaction } from './lmdb-environment.ts';
import { type LmdbPoliciesOptions, openLmdbPolicies } from './lmdb-policies.ts';
import type { Expected, PolicyStore, PolicyUpdate, TenantKey, WriteResult } from './policy-store.ts';
import { assertTenantKey } from './tenant-key.ts';

export interface LmdbPolicyStoreOptions extends LmdbPoliciesOptions {}

/**
 * A store on disk that the processes of one machine share. Use it from the main thread only; LMDB's binding does not
 * support worker threads. Throws when the directory is open in this process already, or has a newer format.
 */
export function openLmdbPolicyStore(options: LmdbPolicyStoreOptions): PolicyStore {
  const policies = openLmdbPolicies(options, 'store');
  const { assertOpen, environment, readPolicy, readPosition, record } = policies;
  const underWay = new Set<Promise<WriteResult>>();

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
    underWay.add(transaction);
    const result = await transaction.finally(() => underWay.delete(transaction));
    if (result.kind === 'written') policies.deliver();
    return result;
  }

  return {
    revision: policies.revision,
    get: policies.get,
    put: (key, policy, expected) => write(key, { policy }, expected),
    update: write,
    delete: (key, expected) => write(key, 'delete', expected),
    list: policies.list,
    history: policies.history,
    watch: policies.watch,
    close: () => policies.close(underWay),
  };
}
