import type { Environment, Operation } from './lmdb-environment.ts';
import type { RecordKeys } from './lmdb-keys.ts';
import { encodePolicyRevision } from './lmdb-records.ts';
import { HISTORY_LIMIT, type PolicyRevision, type TenantKey } from './policy-store.ts';
import { keyId } from './tenant-key.ts';

/** A change and its record. */
export interface EncodedChange {
  readonly change: PolicyRevision;
  readonly bytes: Buffer;
}

export function encodeChange(change: PolicyRevision): EncodedChange {
  return { change, bytes: encodePolicyRevision(change) };
}

/** Policies and histories: of a tenant's, the oldest are removed beyond the limit. */
export interface Histories {
  /** What puts revisions in force and into the histories, those of a tenant oldest first. */
  readonly operations: (keys: RecordKeys, changes: readonly EncodedChange[]) => readonly Operation[];
}

/**
 * One in so many writes of a tenant removes what has become too old, which nobody is shown. The oldest and the newest of a
 * tenant are in different pages, and each page that a commit changes has to be written.
 */
const WRITES_BETWEEN_REMOVALS = 8;
/** Of so many tenants it is remembered when that was. */
const REMEMBERED_REMOVALS = 4_096;

export function openHistories(environment: Environment): Histories {
  /** How many writes of a tenant are still to come before the next removal; who is not here has it now. */
  const writesLeft = new Map<string, number>();

  function isDue(key: TenantKey, writes: number): boolean {
    const id = keyId(key);
    const left = (writesLeft.get(id) ?? 0) - writes;
    if (writesLeft.size >= REMEMBERED_REMOVALS) writesLeft.clear();
    writesLeft.set(id, left < 0 ? WRITES_BETWEEN_REMOVALS - 1 : left);
    return left < 0;
  }

  return {
    operations(keys, changes) {
      const operations: Operation[] = [];
      for (const ofTenant of byTenant(changes)) {
        const added = ofTenant.slice(-HISTORY_LIMIT);
        for (const { change, bytes } of added) {
          operations.push([keys.history(change.key, change.revision), bytes]);
        }
        const last = added.at(-1);
        if (!last) continue;
        const { key, policy } = last.change;
        operations.push([keys.policy(key), policy && last.bytes]);
        if (!isDue(key, ofTenant.length)) continue;
        const { start, end } = keys.historyRange(key);
        const offset = HISTORY_LIMIT - added.length;
        for (const old of environment.getKeys({ start: end, end: start, reverse: true, offset })) {
          operations.push([old, undefined]);
        }
      }
      return operations;
    },
  };
}

function byTenant(changes: readonly EncodedChange[]): Iterable<readonly EncodedChange[]> {
  const tenants = new Map<string, EncodedChange[]>();
  for (const each of changes) {
    const id = keyId(each.change.key);
    const ofTenant = tenants.get(id);
    if (ofTenant) ofTenant.push(each);
    else tenants.set(id, [each]);
  }
  return tenants.values();
}
