import { CHANGE_LOG_LIMIT, createChangeFeed } from './change-feed.ts';
import { changed } from './changed.ts';
import { isExpected } from './expectation.ts';
import {
  type Expected,
  HISTORY_LIMIT,
  type PolicyRevision,
  type PolicyStore,
  type PolicyUpdate,
  type StoredPolicy,
  type TenantKey,
  type WriteResult,
} from './policy-store.ts';
import { assertDialect, assertTenantKey, keyId, orderedBytes } from './tenant-key.ts';

export interface MemoryPolicyStoreOptions {
  /** How many changes are remembered for watches that begin at an earlier revision. Default 10,000. */
  readonly changeLogLimit?: number;
}

interface Tenant {
  readonly order: Buffer;
  current: StoredPolicy | undefined;
  /** Newest first. */
  history: readonly PolicyRevision[];
}

/** A store that lives as long as the process: for tests, and for a server that is configured anew at every start. */
export function openMemoryPolicyStore(options: MemoryPolicyStoreOptions = {}): PolicyStore {
  const { changeLogLimit = CHANGE_LOG_LIMIT } = options;
  const tenants = new Map<string, Tenant>();
  /** Oldest first; the revisions follow each other without a gap. */
  const changes: PolicyRevision[] = [];
  let lastRevision = 0;
  let closed = false;

  const feed = createChangeFeed(
    {
      revision: () => lastRevision,
      changesAfter(revision) {
        const unseen = lastRevision - revision;
        if (unseen < 0 || unseen > changes.length) return undefined;
        return unseen === 0 ? [] : changes.slice(-unseen);
      },
    },
    () => {},
  );

  function assertOpen(): void {
    if (closed) throw new Error('the policy store is closed');
  }

  function find(key: TenantKey): Tenant | undefined {
    assertOpen();
    assertTenantKey(key);
    return tenants.get(keyId(key));
  }

  function write(
    key: TenantKey,
    update: PolicyUpdate | 'delete',
    expected: Expected | undefined,
  ): WriteResult {
    const tenant = find(key) ?? { order: orderedBytes(key), current: undefined, history: [] };
    const { current } = tenant;
    if (!isExpected(expected, current)) return { kind: 'conflict', current };
    if (update === 'delete' && current === undefined) return { kind: 'absent' };
    const change: PolicyRevision = {
      key: { dialect: key.dialect, tenant: key.tenant },
      revision: lastRevision + 1,
      ...changed(current, update),
      writtenAt: Date.now(),
    };
    tenant.current = change.policy && { ...change, policy: change.policy };
    tenant.history = [change, ...tenant.history].slice(0, HISTORY_LIMIT);
    tenants.set(keyId(key), tenant);
    changes.push(change);
    if (changes.length > changeLogLimit) changes.shift();
    lastRevision = change.revision;
    feed.deliver();
    return { kind: 'written', revision: change.revision, replaced: current?.revision };
  }

  return {
    revision() {
      assertOpen();
      return lastRevision;
    },
    get: key => find(key)?.current,
    async put(key, policy, expected) {
      // A copy, as every store that writes to disk makes one: the caller's object may change later.
      return write(key, JSON.parse(JSON.stringify({ policy })), expected);
    },
    async update(key, update, expected) {
      return write(key, JSON.parse(JSON.stringify(update)), expected);
    },
    async delete(key, expected) {
      return write(key, 'delete', expected);
    },
    list({ dialect, after, limit = Number.POSITIVE_INFINITY } = {}) {
      assertOpen();
      if (dialect !== undefined) assertDialect(dialect);
      if (after !== undefined) assertTenantKey(after);
      const start = after && orderedBytes(after);
      return [...tenants.values()]
        .filter(({ order }) => start === undefined || Buffer.compare(order, start) > 0)
        .sort((a, b) => Buffer.compare(a.order, b.order))
        .flatMap(({ current }) => current ?? [])
        .filter(({ key }) => dialect === undefined || key.dialect === dialect)
        .slice(0, limit);
    },
    history: key => find(key)?.history ?? [],
    watch(listener, watchOptions) {
      assertOpen();
      return feed.watch(listener, watchOptions);
    },
    async close() {
      closed = true;
      feed.clear();
    },
  };
}
