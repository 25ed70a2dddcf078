import type { PolicyArchive, TenantHistory } from './archive.ts';
import { BoundedCache } from './bounded-cache.ts';
import { CHANGE_LOG_LIMIT, createChangeFeed } from './change-feed.ts';
import { openChangeLog, readLogExtent } from './lmdb-change-log.ts';
import { type Draft, openDraft } from './lmdb-draft.ts';
import { type Environment, type EnvironmentKind, openEnvironment } from './lmdb-environment.ts';
import { openHistories } from './lmdb-histories.ts';
import { changedRevision, keysOfGeneration, REVISION_KEY } from './lmdb-keys.ts';
import {
  decodePolicyRevision,
  decodePosition,
  decodeStoredPolicy,
  decodeTenantKey,
  isStored,
  type Position,
} from './lmdb-records.ts';
import {
  HISTORY_LIMIT,
  type PolicyRevision,
  type PolicyStore,
  type StoredPolicy,
  type TenantKey,
} from './policy-store.ts';
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
  /** In the snapshot that is being read. */
  readonly readPosition: () => Position;
  /** Those of an archive. */
  readonly countTenants: PolicyArchive['countTenants'];
  readonly histories: () => Iterable<TenantHistory>;
  /** Begins changes of what is committed now, or in the transaction that is going on. */
  readonly draft: () => Draft;
  /** The changes of a draft are committed: every read sees them from now on, and the watchers are told. */
  readonly committed: (draft: Draft) => void;
  /** Tells the watchers what is new, without waiting for the next look. */
  readonly deliver: () => void;
  /** Ends the watches and all operations, and the environment when `idle` has resolved. */
  readonly close: (idle?: Promise<void>) => Promise<void>;
}

/**
 * Policies of two rules take 3.5 KB each with what is compiled of them, and V8 lets a heap grow to some three times of what
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
  /** The newest that was committed here. */
  let written = cached.revision;
  let closing: Promise<void> | undefined;
  let polling: NodeJS.Timeout | undefined;

  /** The changes that were written here the last time, for those who watch. */
  let latest: (Pick<Draft, 'base'> & { readonly changes: readonly PolicyRevision[] }) | undefined;
  const histories = openHistories(environment);
  const changeLog = openChangeLog(environment, changeLogLimit);

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
    return bytes && decodeStoredPolicy(bytes);
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
    return look();
  }

  function look(): number {
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
    if (latest?.base.revision === after && latest.base.generation === cached.generation) {
      return latest.changes;
    }
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

  /** As of the last look. */
  function find(key: TenantKey): StoredPolicy | undefined {
    const id = keyId(key);
    let answer = cache.get(id);
    if (answer === undefined) {
      assertTenantKey(key);
      answer = readPolicy(key) ?? null;
      cache.offer(id, answer);
    }
    return answer ?? undefined;
  }

  return {
    environment,
    assertOpen,
    readPosition,
    draft() {
      // What it becomes may be there to be read before this process knows. And were somebody to write beside a sole writer
      // for so long that the log has forgotten the beginning, nothing else would tell of it.
      written = Number.POSITIVE_INFINITY;
      look();
      return openDraft({ environment, base: cached, policyAtBase: find, histories, changeLog });
    },
    committed(draft) {
      const { base, changes } = draft;
      const revision = draft.revision();
      written = revision;
      if (changes.length === 0) return;
      const read = changes.map(({ bytes }) => decodePolicyRevision(bytes));
      latest = { base, changes: read };
      if (base === cached) {
        environment.resetReadTxn();
        cached = { ...base, revision };
        for (const change of read) {
          const id = keyId(change.key);
          cache.delete(id);
          cache.offer(id, isStored(change) ? change : null);
        }
      }
      feed.deliver();
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
            yield { key: first.key, revisions: revisions.slice(-HISTORY_LIMIT) };
            revisions = [];
          }
          revisions.push(next);
        }
        const [first] = revisions;
        if (first) yield { key: first.key, revisions: revisions.slice(-HISTORY_LIMIT) };
      } finally {
        transaction.done();
      }
    },
    deliver: feed.deliver,
    revision: refresh,
    get(key) {
      refresh();
      return find(key);
    },
    list({ dialect, after, limit = Number.POSITIVE_INFINITY } = {}) {
      refresh();
      if (dialect !== undefined) assertDialect(dialect);
      if (after !== undefined) assertTenantKey(after);
      const policies: StoredPolicy[] = [];
      for (const { value } of environment.getRange(keys.policyRange(dialect, after))) {
        if (policies.length >= limit) break;
        policies.push(decodeStoredPolicy(value));
      }
      return policies;
    },
    history(key) {
      refresh();
      assertTenantKey(key);
      const { start, end } = keys.historyRange(key);
      const newestFirst = environment.getRange({
        start: end,
        end: start,
        reverse: true,
        limit: HISTORY_LIMIT,
      });
      return Array.from(newestFirst, ({ value }) => decodePolicyRevision(value));
    },
    watch(listener, watchOptions) {
      assertOpen();
      return feed.watch(listener, watchOptions);
    },
    close(idle = Promise.resolve()) {
      if (closing === undefined) {
        feed.clear();
        // LMDB's binding refuses the operations of a transaction that has not run yet when it is closed.
        closing = idle.then(close);
      }
      return closing;
    },
  };
}

/** An entry of the log of changes. */
type LoggedChange = Pick<PolicyRevision, 'key' | 'revision'>;
