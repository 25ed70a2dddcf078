import type { Environment } from './lmdb-environment.ts';
import { changedRevision, type RecordKeys } from './lmdb-keys.ts';
import {
  decodeLogExtent,
  encodeLogExtent,
  encodePolicyRevision,
  encodeTenantKey,
  type LogExtent,
} from './lmdb-records.ts';
import { HISTORY_LIMIT, type PolicyRevision } from './policy-store.ts';

/** Puts a revision in force and into the history. Only within a transaction. */
export function recordRevision(environment: Environment, keys: RecordKeys, change: PolicyRevision): void {
  const { key, revision } = change;
  const bytes = encodePolicyRevision(change);
  if (change.policy === undefined) environment.removeSync(keys.policy(key));
  else environment.putSync(keys.policy(key), bytes);
  environment.putSync(keys.history(key, revision), bytes);
  const history = Array.from(environment.getKeys(keys.historyRange(key)));
  for (const old of history.slice(0, -HISTORY_LIMIT)) environment.removeSync(old);
}

/** Adds a change to the log, and removes the oldest beyond the limit. Only within a transaction. */
export function logChange(
  environment: Environment,
  keys: RecordKeys,
  { key, revision }: PolicyRevision,
  limit: number,
): void {
  let { forgotten, length } = readLogExtent(environment, keys);
  environment.putSync(keys.change(revision), encodeTenantKey(key));
  length += 1;
  const surplus = Math.max(0, length - limit);
  for (const old of Array.from(environment.getKeys({ ...keys.changeRange(0), limit: surplus }))) {
    forgotten = changedRevision(old);
    length -= 1;
    environment.removeSync(old);
  }
  environment.putSync(keys.logExtent, encodeLogExtent({ forgotten, length }));
}

export function readLogExtent(environment: Environment, keys: RecordKeys): LogExtent {
  const bytes = environment.getBinary(keys.logExtent);
  return bytes === undefined ? { forgotten: 0, length: 0 } : decodeLogExtent(bytes);
}
