import { BoundedCache } from './bounded-cache.ts';
import { CHANGE_LOG_LIMIT, createChangeFeed } from './change-feed.ts';
import { changed } from './changed.ts';
import { isExpected } from './expectation.ts';
import { inTransaction, openEnvironment } from './lmdb-environment.ts';
import {
  changedRevision,
  changeKey,
  changeRange,
  decodeLogExtent,
  decodePolicyRevision,
  decodeRevision,
  decodeTenantKey,
  encodeLogExtent,
  encodePolicyRevision,
  encodeRevision,
  encodeTenantKey,
  historyKey,
  historyRange,
  LOG_EXTENT_KEY,
  type LogExtent,
  policyKey,
  policyRange,
  REVISION_KEY,
} from './lmdb-records.ts';
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
import { assertDialect, assertTenantKey, keyId } from './tenant-key.ts';

export interface LmdbPolicyStoreOptions {
  /** Created when it does not exist. Any number of processes may have it open, each of them once. */
  readonly directory: string;
  /** How many answers of `get` are kept in memory, those for absent tenants included. Default 100,000. */
  readonly cacheEntries?: number;
  /**
   * How many changes are remembered for watches that begin at an earlier revision, and for the caches of other
   * processes. Default 10,000. Give the same in every process: each write trims to its own.
   */
  readonly changeLogLimit?: number;
}

/** How often the writes of other processes are looked for while somebody watches. */
const WATCH_INTERVAL_MILLISECONDS = 25;
/** How many changes are read at once for a watch that begins far back. */
const CHANGES_AT_ONCE = 256;

/**
 * A store on disk that the processes of one machine share. Use it from the main thread only; LMDB's binding does not
 * support worker threads. Throws when the directory is open in this process already, or has a newer format.
 */
export function openLmdbPolicyStore(options: LmdbPolicyStoreOptions): PolicyStore {
  const { directory, cacheEntries = 100_000, changeLogLimit = CHANGE_LOG_LIMIT } = options;
  const { environment, close } = openEnvironment(directory);
  /** `null` where a tenant is known to have no policy. */
  const cache = new BoundedCache<StoredPolicy | null>(cacheEntries);
  /** What the cache knows is true at this revision. */
  let cacheRevision = 0;
  const underWay = new Set<Promise<WriteResult>>();
  let closing: Promise<void> | undefined;
  let polling: NodeJS.Timeout | undefined;

  const feed = createChangeFeed({ revision: refresh, changesAfter: readChanges }, watched => {
    if (watched) polling = setInterval(() => feed.deliver(), WATCH_INTERVAL_MILLISECONDS).unref();
    else clearInterval(polling);
  });

  function assertOpen(): void {
    if (closing !== undefined) throw new Error('the policy store is closed');
  }

  /** In the transaction that is going on, or else in the snapshot that is being read. */
  function readRevision(): number {
    const bytes = environment.getBinaryFast(REVISION_KEY);
    return bytes === undefined ? 0 : decodeRevision(bytes);
  }

  function readPolicy(key: TenantKey): StoredPolicy | undefined {
    const bytes = environment.getBinary(policyKey(key));
    return bytes && asStored(decodePolicyRevision(bytes));
  }

  /**
   * Lets this and the following reads see everything that is committed now, and drops from the cache what has changed.
   *
   * Every read begins with it, though it is most of what a cached `get` costs. Once per turn of the event loop would
   * not do: within one turn, a request can be read from its socket that was sent after another process acknowledged a
   * write, when that socket was ready for other bytes, or when a timer's read preceded the wait for sockets.
   */
  function refresh(): number {
    assertOpen();
    environment.resetReadTxn();
    const revision = readRevision();
    if (revision !== cacheRevision) {
      const changes = readLog(cacheRevision, revision);
      if (changes === undefined) cache.clear();
      else for (const { key } of changes) cache.delete(keyId(key));
      cacheRevision = revision;
    }
    return revision;
  }

  function readLogExtent(): LogExtent {
    const bytes = environment.getBinary(LOG_EXTENT_KEY);
    return bytes === undefined ? { forgotten: 0, length: 0 } : decodeLogExtent(bytes);
  }

  /**
   * Whose policies changed after one revision up to another, oldest first and `limit` at most; undefined when that is
   * not remembered.
   */
  function readLog(
    after: number,
    revision: number,
    limit = Number.POSITIVE_INFINITY,
  ): readonly LoggedChange[] | undefined {
    if (after === revision) return [];
    if (after > revision || after < readLogExtent().forgotten) return undefined;
    const range = { ...changeRange(after + 1), ...(limit < Number.POSITIVE_INFINITY && { limit }) };
    return Array.from(environment.getRange(range), ({ key, value }) => ({
      revision: changedRevision(key),
      key: decodeTenantKey(value),
    }));
  }

  function readChanges(after: number): readonly PolicyRevision[] | undefined {
    const log = readLog(after, refresh(), CHANGES_AT_ONCE);
    if (log === undefined) return undefined;
    const changes: PolicyRevision[] = [];
    for (const { key, revision } of log) {
      const bytes = environment.getBinary(historyKey(key, revision));
      // A tenant that was written more than HISTORY_LIMIT times since.
      if (bytes === undefined) return undefined;
      changes.push(decodePolicyRevision(bytes));
    }
    return changes;
  }

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
      const revision = readRevision() + 1;
      record({ key, revision, ...changed(current, update), writtenAt: Date.now() });
      return { kind: 'written', revision };
    });
    underWay.add(transaction);
    const result = await transaction.finally(() => underWay.delete(transaction));
    if (result.kind === 'written') feed.deliver();
    return result;
  }

  /** Writes all that belongs to one change. Only within a transaction. */
  function record(change: PolicyRevision): void {
    const { key, revision } = change;
    const bytes = encodePolicyRevision(change);
    if (change.policy === undefined) environment.removeSync(policyKey(key));
    else environment.putSync(policyKey(key), bytes);
    environment.putSync(historyKey(key, revision), bytes);
    log(change);
    environment.putSync(REVISION_KEY, encodeRevision(revision));

    const history = Array.from(environment.getKeys(historyRange(key)));
    for (const old of history.slice(0, -HISTORY_LIMIT)) environment.removeSync(old);
  }

  function log({ key, revision }: PolicyRevision): void {
    let { forgotten, length } = readLogExtent();
    environment.putSync(changeKey(revision), encodeTenantKey(key));
    length += 1;
    const surplus = Math.max(0, length - changeLogLimit);
    for (const old of Array.from(environment.getKeys({ ...changeRange(0), limit: surplus }))) {
      forgotten = changedRevision(old);
      length -= 1;
      environment.removeSync(old);
    }
    environment.putSync(LOG_EXTENT_KEY, encodeLogExtent({ forgotten, length }));
  }

  return {
    revision: refresh,
    get(key) {
      refresh();
      const id = keyId(key);
      let answer = cache.get(id);
      if (answer === undefined) {
        assertTenantKey(key);
        answer = readPolicy(key) ?? null;
        cache.set(id, answer);
      }
      return answer ?? undefined;
    },
    put: (key, policy, expected) => write(key, { policy }, expected),
    update: write,
    delete: (key, expected) => write(key, 'delete', expected),
    list({ dialect, after, limit = Number.POSITIVE_INFINITY } = {}) {
      refresh();
      if (dialect !== undefined) assertDialect(dialect);
      if (after !== undefined) assertTenantKey(after);
      const policies: StoredPolicy[] = [];
      for (const { value } of environment.getRange(policyRange(dialect, after))) {
        if (policies.length >= limit) break;
        policies.push(asStored(decodePolicyRevision(value)));
      }
      return policies;
    },
    history(key) {
      refresh();
      assertTenantKey(key);
      return Array.from(environment.getRange(historyRange(key)), ({ value }) =>
        decodePolicyRevision(value),
      ).reverse();
    },
    watch(listener, watchOptions) {
      assertOpen();
      return feed.watch(listener, watchOptions);
    },
    close() {
      if (closing === undefined) {
        feed.clear();
        // LMDB's binding refuses the operations of a transaction that has not run yet when it is closed.
        closing = Promise.allSettled(underWay).then(close);
      }
      return closing;
    },
  };
}

/** An entry of the log of changes. */
type LoggedChange = Pick<PolicyRevision, 'key' | 'revision'>;

function asStored(revision: PolicyRevision): StoredPolicy {
  const { policy } = revision;
  if (policy === undefined) throw new Error(`revision ${revision.revision} is in force and has no policy`);
  return { ...revision, policy };
}
