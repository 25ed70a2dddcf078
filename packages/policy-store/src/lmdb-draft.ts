import type { ChangeLog } from './lmdb-change-log.ts';
import type { Environment, Operation } from './lmdb-environment.ts';
import { type EncodedChange, encodeChange, type Histories } from './lmdb-histories.ts';
import { keysOfGeneration, REVISION_KEY } from './lmdb-keys.ts';
import { decodeStoredPolicy, encodePosition, type Position } from './lmdb-records.ts';
import type { PolicyRevision, StoredPolicy, TenantKey } from './policy-store.ts';
import { keyId } from './tenant-key.ts';

/** Changes that are going to be written together. Each is made on top of those before it, which nobody else sees yet. */
export interface Draft {
  /** What the changes are made on top of. */
  readonly base: Position;
  readonly changes: readonly EncodedChange[];
  /** The store-wide revision, these changes included. */
  readonly revision: () => number;
  /** What a tenant has. */
  readonly policy: (key: TenantKey) => StoredPolicy | undefined;
  /** The newest record of a tenant's history, which may be a deletion; undefined when there is none. */
  readonly newestRecord: (key: TenantKey) => Buffer | undefined;
  /** Puts a revision in force, into the history and into the log. When it throws, the draft is as it was. */
  readonly add: (change: PolicyRevision) => void;
  /** All that is to be written. */
  readonly operations: () => readonly Operation[];
  /** What is there when another process has written the first of these revisions; undefined while there are none. */
  readonly firstWritten: () => Buffer | undefined;
}

export interface DraftParts {
  readonly environment: Environment;
  readonly base: Position;
  /** What a tenant has at `base`. */
  readonly policyAtBase: (key: TenantKey) => StoredPolicy | undefined;
  readonly histories: Histories;
  readonly changeLog: ChangeLog;
}

export function openDraft({ environment, base, policyAtBase, histories, changeLog }: DraftParts): Draft {
  const { generation } = base;
  const keys = keysOfGeneration(generation);
  const changes: EncodedChange[] = [];
  const newest = new Map<string, EncodedChange>();
  const revision = (): number => changes.at(-1)?.change.revision ?? base.revision;

  return {
    base,
    changes,
    revision,
    policy(key) {
      const added = newest.get(keyId(key));
      if (!added) return policyAtBase(key);
      return added.change.policy && decodeStoredPolicy(added.bytes);
    },
    newestRecord(key) {
      const added = newest.get(keyId(key));
      if (added) return added.bytes;
      const { start, end } = keys.historyRange(key);
      const [last] = environment.getRange({ start: end, end: start, reverse: true, limit: 1 });
      return last?.value;
    },
    add(change) {
      const encoded = encodeChange(change);
      changes.push(encoded);
      newest.set(keyId(change.key), encoded);
    },
    firstWritten() {
      const [first] = changes;
      return first && keys.change(first.change.revision);
    },
    operations() {
      if (changes.length === 0) return [];
      return [
        ...histories.operations(keys, changes),
        ...changeLog.operations(base, changes),
        [REVISION_KEY, encodePosition({ revision: revision(), generation })],
      ];
    },
  };
}
