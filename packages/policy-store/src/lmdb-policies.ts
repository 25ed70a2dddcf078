import type { PolicyArchive, TenantHistory } from './archive.ts';
import { BoundedCache } from './bounded-cache.ts';
import { CHANGE_LOG_LIMIT, createChangeFeed } from './change-feed.ts';
import { logChange, readLogExtent, recordRevision } from './lmdb-change.ts';
import { type Environment, type EnvironmentKind, openEnvironment } from './lmdb-environment.ts';
import { changedRevision, keysOfGeneration, REVISION_KEY } from './lmdb-keys.ts';
import {
  decodePolicyRevision,
  decodePosition,
  decodeTenantKey,
  encodePosition,
  type Position,
} from './lmdb-records.ts';
import type { PolicyRevision, PolicyStore, StoredPolicy, TenantKey } from './policy-store.ts';
import { assertDialect, assertTenantKey, keyId } from './tenant-key.ts';

export interface LmdbPoliciesOptions {
  /** Created when it does not exist. Any number of processes may have it open, each of them once. */
  readonly directory: string;
  /** How many answers of `get` are kept in memory, those for absent tenants included. Default 16,000. */
  readonly cacheEntries?: number;
  /**
   * How many changes are remembered for watches that begin at an earlier revision, and for the caches of other
   * processes. Default 10,000. Give the same in every process: each write trims to its own.
   */
  readonly changeLogLimit?: number;
  /**
   * No other process writes while this one has it open: reads then need not look for what others have written, which is
   * most of what a cached `get` costs.
   */
  readonly soleWriter?: boolean;
}

/** Policies in an LMDB directory: the reading half of a store, and how one change is written down. */
export interface LmdbPolicies extends Pick<PolicyStore, 'revision' | 'get' | 'list' | 'history' | 'watch'> {
  readonly environment: Environment;
  readonly assertOpen: () => void;
  /** The next three read in the transaction that is going on, or else in the snapshot that is being read. */
  readonly readPosition: () => Position;
  readonly readPolicy: (key: TenantKey) => StoredPolicy | undefined;
  /** Of a tenant's history; undefined when there is none. */
  readonly newestRevision: (key: TenantKey) => number | undefined;
  /** Those of an archive. */
  readonly countTenants: PolicyArchive['countTenants'];
  readonly histories: () => Iterable<TenantHistory>;
  /** Writes all that belongs to one change. Only within a transaction. */
  readonly record: (change: PolicyRevision) => void;
  /** Tells the watchers what is new, without waiting for the next look. */
  readonly deliver: () => void;
  /** Ends the watches and all operations, and the environment when `underWay` has settled. */
  readonly close: (underWay: Iterable<Promise<unknown>>) => Promise<void>;
}

/**
 * Policies of two rules take 5 KB each with what is compiled of them, and V8 lets a heap grow to some three times of what
 * is alive.
 */
const DEFAULT_CACHE_ENTRIES = 16_000;

/** How often the writes of other processes are looked for while somebody watches. */
const WATCH_INTERVAL_MILLISECONDS = 25;
/** How many changes are read at once for a watch that begins far back. */
const CHANGES_AT_ONCE = 256;

/** Throws when the directory is open in this process already, is something else, or has a newer format. */
export function openLmdbPolicies(
  options: LmdbPoliciesOptions & { readonly isReadOnly?: boolean },
  kind: EnvironmentKind,
): LmdbPolicies {
  const {
    directory,
    cacheEntries = DEFAULT_CACHE_ENTRIES,
    changeLogLimit = CHANGE_LOG_LIMIT,
    soleWriter = false,
    isReadOnly = false,
  } = options;
  const { environment, close } = openEnvironment(directory, kind, isReadOnly);
  /** `null` where a tenant is known to have no policy. */
  const cache = new BoundedCache<StoredPolicy | null>(cacheEntries);
  /** What the cache knows is true here. */
  let cached: Position = readPosition();
  let keys = keysOfGeneration(cached.generation);
  /** The newest that was written here. It is there to be read when its transaction has been committed. */
  let written = cached.revision;
  let closing: Promise<void> | undefined;
  let polling: NodeJS.Timeout | undefined;

  const feed = createChangeFeed({ revision: refresh, changesAfter: readChanges }, watched => {
    if (watched) polling = setInterval(() => feed.deliver(), WATCH_INTERVAL_MILLISECONDS).unref();
    else clearInterval(polling);
  });

  function assertOpen(): void {
    if (closing !== undefined) throw new Error('the policy store is closed');
  }

  function readPosition(): Position {
    const bytes = environment.getBinaryFast(REVISION_KEY);
    return bytes === undefined ? { revision: 0, generation: 0 } : decodePosition(bytes);
  }

  function readPolicy(key: TenantKey): StoredPolicy | undefined {
    const bytes = environment.getBinaryFast(keys.policyForNow(key));
    return bytes && asStored(decodePolicyRevision(bytes));
  }

  /**
   * Lets this and the following reads see everything that is committed now, and drops from the cache what has changed.
   *
   * Every read begins with it, unless nobody else can have written. Once per turn of the event loop would
   * not do: within one turn, a request can be read from its socket that was sent after another process acknowledged a
   * write, when that socket was ready for other bytes, or when a timer's read preceded the wait for sockets.
   */
  function refresh(): number {
    assertOpen();
    if (soleWriter && cached.revision >= written) return cached.revision;
    environment.resetReadTxn();
    const position = readPosition();
    const { revision, generation } = position;
    if (generation !== cached.generation) {
      keys = keysOfGeneration(generation);
      cache.clear();
      feed.restart();
      cached = position;
    } else if (revision !== cached.revision) {
      const changes = readLog(cached.revision, revision);
      if (changes === undefined) cache.clear();
      else for (const { key } of changes) cache.delete(keyId(key));
      cached = position;
    }
    return revision;
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
    if (after > revision || after < readLogExtent(environment, keys).forgotten) return undefined;
    const range = { ...keys.changeRange(after + 1), ...(limit < Number.POSITIVE_INFINITY && { limit }) };
    return Array.from(environment.getRange(range), ({ key, value }) => ({
      revision: changedRevision(key),
      key: decodeTenantKey(value),
    }));
  }

  function readChanges(after: number): readonly PolicyRevision[] | undefined {
    const { generation } = cached;
    const revision = refresh();
    const log = generation === cached.generation ? readLog(after, revision, CHANGES_AT_ONCE) : undefined;
    if (log === undefined) return undefined;
    const changes: PolicyRevision[] = [];
    for (const { key, revision } of log) {
      const bytes = environment.getBinary(keys.history(key, revision));
      // A tenant that was written more than HISTORY_LIMIT times since.
      if (bytes === undefined) return undefined;
      changes.push(decodePolicyRevision(bytes));
    }
    return changes;
  }

  return {
    environment,
    assertOpen,
    readPosition,
    readPolicy,
    newestRevision(key) {
      const { start, end } = keys.historyRange(key);
      const [newest] = environment.getKeys({ start: end, end: start, reverse: true, limit: 1 });
      return newest && changedRevision(newest);
    },
    record(change) {
      const { generation } = readPosition();
      written = Math.max(written, change.revision);
      const writtenKeys = keysOfGeneration(generation);
      recordRevision(environment, writtenKeys, change);
      logChange(environment, writtenKeys, change, changeLogLimit);
      environment.putSync(REVISION_KEY, encodePosition({ revision: change.revision, generation }));
    },
    countTenants() {
      refresh();
      let count = 0;
      for (let range = keys.histories; ; count++) {
        const [key] = environment.getKeys({ ...range, limit: 1 });
        if (key === undefined) return count;
        range = keys.historiesBehind(key);
      }
    },
    *histories() {
      refresh();
      const { histories } = keys;
      // Other reads of this process begin a transaction of their own meanwhile.
      const transaction = environment.useReadTransaction();
      try {
        let revisions: PolicyRevision[] = [];
        for (const { value } of environment.getRange({ ...histories, transaction })) {
          const next = decodePolicyRevision(value);
          const [first] = revisions;
          if (first && keyId(first.key) !== keyId(next.key)) {
            yield { key: first.key, revisions };
            revisions = [];
          }
          revisions.push(next);
        }
        const [first] = revisions;
        if (first) yield { key: first.key, revisions };
      } finally {
        transaction.done();
      }
    },
    deliver: feed.deliver,
    revision: refresh,
    get(key) {
      refresh();
      const id = keyId(key);
      let answer = cache.get(id);
      if (answer === undefined) {
        assertTenantKey(key);
        answer = readPolicy(key) ?? null;
        cache.offer(id, answer);
      }
      return answer ?? undefined;
    },
    list({ dialect, after, limit = Number.POSITIVE_INFINITY } = {}) {
      refresh();
      if (dialect !== undefined) assertDialect(dialect);
      if (after !== undefined) assertTenantKey(after);
      const policies: StoredPolicy[] = [];
      for (const { value } of environment.getRange(keys.policyRange(dialect, after))) {
        if (policies.length >= limit) break;
        policies.push(asStored(decodePolicyRevision(value)));
      }
      return policies;
    },
    history(key) {
      refresh();
      assertTenantKey(key);
      return Array.from(environment.getRange(keys.historyRange(key)), ({ value }) =>
        decodePolicyRevision(value),
      ).reverse();
    },
    watch(listener, watchOptions) {
      assertOpen();
      return feed.watch(listener, watchOptions);
    },
    close(underWay) {
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
  if (!isStored(revision)) throw new Error(`revision ${revision.revision} is in force and has no policy`);
  return revision;
}

function isStored(revision: PolicyRevision): revision is StoredPolicy {
  return revision.policy !== undefined;
}
