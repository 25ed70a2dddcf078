import type { Draft } from '../lmdb-draft.ts';
import { type Operation, writeTogether } from '../lmdb-environment.ts';
import { encodeChange, openHistories } from '../lmdb-histories.ts';
import { keysOfGeneration, REVISION_KEY, type RecordKeys, SOURCE_KEY } from '../lmdb-keys.ts';
import { type LmdbPolicies, type LmdbPoliciesOptions, openLmdbPolicies } from '../lmdb-policies.ts';
import { decodeRecord, encodeLogExtent, encodePosition, GENERATIONS } from '../lmdb-records.ts';
import { HISTORY_LIMIT, type TenantKey } from '../policy-store.ts';
import type { LogPage, WatchMessage } from './shared-log.ts';
import type { LogEntry } from './shared-records.ts';

/** Where a replica is from, and how far it has come. */
export interface ReplicaSource {
  readonly prefix: string;
  readonly clusterId: string;
  /** Everything up to this revision of etcd is in it. */
  readonly etcdRevision: number;
}

type Changes = Extract<WatchMessage, { readonly kind: 'changes' }>;

/** The log of etcd as an LMDB directory that the processes of one machine share. One of them writes into it. */
export interface Replica {
  readonly policies: LmdbPolicies;
  /** Undefined until it was complete for the first time. */
  readonly source: () => ReplicaSource | undefined;
  readonly newest: (key: TenantKey) => LogEntry | undefined;
  /**
   * Writes down what happened since, all at once. `foreign` when that does not follow from what is there, because somebody else than
   * a gateway changed the log: then nothing is written, and all is to be read again.
   */
  readonly apply: (changes: readonly Changes[]) => Promise<'applied' | 'foreign'>;
  /** Nothing happened up to this revision of etcd. */
  readonly moveTo: (etcdRevision: number) => Promise<void>;
  /** Replaces everything by the pages of one revision, of which there is at least one: for readers, all at once. */
  readonly replaceAll: (pages: AsyncIterable<LogPage>) => Promise<void>;
}

/** How many keys are removed in one transaction. */
const REMOVED_AT_ONCE = 1_000;

/** Throws when the directory is open in this process already, and when it is something else or of another prefix. */
export function openReplica(options: LmdbPoliciesOptions, prefix: string): Replica {
  const policies = openLmdbPolicies(options, 'replica');
  const { environment, readPosition } = policies;

  function readSource(): ReplicaSource | undefined {
    const bytes = environment.getBinary(SOURCE_KEY);
    return bytes && (JSON.parse(bytes.toString()) as ReplicaSource);
  }

  function sourceOperation(source: ReplicaSource): Operation {
    return [SOURCE_KEY, Buffer.from(JSON.stringify(source))];
  }

  function newestOf(draft: Draft, key: TenantKey): LogEntry | undefined {
    const bytes = draft.newestRecord(key);
    return bytes && decodeRecord<LogEntry>(bytes);
  }

  function applyEntry(draft: Draft, entry: LogEntry): void {
    const newest = newestOf(draft, entry.key);
    // A watch that was resumed tells some of it again.
    if (newest && entry.revision <= newest.revision) return;
    if (entry.sequence !== (newest?.sequence ?? 0) + 1) throw new ForeignChange();
    draft.add(entry);
  }

  /** Writers remove what has left the history. Nobody removes anything else. */
  function checkRemoved(draft: Draft, { key, sequence }: Changes['removed'][number]): void {
    const newest = newestOf(draft, key);
    if (newest && sequence > newest.sequence - HISTORY_LIMIT) throw new ForeignChange();
  }

  async function clear(keys: RecordKeys): Promise<void> {
    for (const range of keys.ranges) {
      for (;;) {
        environment.resetReadTxn();
        const old = Array.from(environment.getKeys({ ...range, limit: REMOVED_AT_ONCE }));
        await writeTogether(
          environment,
          old.map(key => [key, undefined]),
        );
        if (old.length < REMOVED_AT_ONCE) break;
      }
    }
  }

  const known = readSource();
  if (known && known.prefix !== prefix) {
    void policies.close();
    throw new Error(
      `\`${options.directory}\` is the replica of \`${known.prefix}\` in etcd, not of \`${prefix}\`: remove it, or choose another directory`,
    );
  }

  return {
    policies,
    source() {
      policies.revision();
      return readSource();
    },
    newest: key => newestOf(policies.draft(), key),
    async apply(changes) {
      const draft = policies.draft();
      try {
        for (const { appended, removed } of changes) {
          for (const entry of appended) applyEntry(draft, entry);
          for (const place of removed) checkRemoved(draft, place);
        }
      } catch (error) {
        if (error instanceof ForeignChange) return 'foreign';
        throw error;
      }
      const source = readSource();
      const etcdRevision = changes.at(-1)?.etcdRevision;
      await writeTogether(environment, [
        ...draft.operations(),
        ...(source && etcdRevision !== undefined ? [sourceOperation({ ...source, etcdRevision })] : []),
      ]);
      policies.committed(draft);
      return 'applied';
    },
    async moveTo(etcdRevision) {
      policies.revision();
      const source = readSource();
      if (source) await writeTogether(environment, [sourceOperation({ ...source, etcdRevision })]);
    },
    async replaceAll(pages) {
      policies.revision();
      const former = readPosition().generation;
      const generation = (former + 1) % GENERATIONS;
      const keys = keysOfGeneration(generation);
      const histories = openHistories(environment);
      // What an attempt left that came to nothing.
      await clear(keys);
      let revision = 0;
      let source: ReplicaSource | undefined;
      for await (const { entries, clusterId, etcdRevision } of pages) {
        environment.resetReadTxn();
        await writeTogether(environment, histories.operations(keys, entries.map(encodeChange)));
        for (const entry of entries) revision = Math.max(revision, entry.revision);
        source = { prefix, clusterId, etcdRevision };
      }
      await writeTogether(environment, [
        [keys.logExtent, encodeLogExtent({ forgotten: revision, length: 0 })],
        [REVISION_KEY, encodePosition({ revision, generation })],
        ...(source ? [sourceOperation(source)] : []),
      ]);
      policies.deliver();
      await clear(keysOfGeneration(former));
    },
  };
}

class ForeignChange extends Error {}
