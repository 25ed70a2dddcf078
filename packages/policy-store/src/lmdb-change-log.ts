import type { Environment, Operation } from './lmdb-environment.ts';
import type { EncodedChange } from './lmdb-histories.ts';
import { changedRevision, keysOfGeneration, type RecordKeys } from './lmdb-keys.ts';
import {
  decodeLogExtent,
  encodeLogExtent,
  encodeTenantKey,
  type LogExtent,
  type Position,
} from './lmdb-records.ts';

/** The log of changes, which remembers so many at least, and a sixteenth more before the oldest are removed. */
export interface ChangeLog {
  /** What adds changes to it that are made on top of `base`. */
  readonly operations: (base: Position, changes: readonly EncodedChange[]) => readonly Operation[];
}

export function openChangeLog(environment: Environment, limit: number): ChangeLog {
  const slack = Math.floor(limit / 16);
  /** Up to which revision of a generation there cannot be too many, for each of them has a number of its own. */
  let room: Position | undefined;

  function roomOf({ generation }: Position, keys: RecordKeys): Position {
    if (room?.generation === generation) return room;
    return { generation, revision: readLogExtent(environment, keys).forgotten + limit + slack };
  }

  return {
    operations(base, changes) {
      const { generation } = base;
      const keys = keysOfGeneration(generation);
      const last = changes.at(-1)?.change.revision ?? base.revision;
      room = roomOf(base, keys);
      if (last <= room.revision) return changes.map(change => changeOperation(keys, change));
      const before = environment.getKeysCount(keys.changeRange(0));
      const surplus = before + changes.length - limit;
      if (surplus <= slack) {
        room = { generation, revision: last + slack - surplus };
        return changes.map(change => changeOperation(keys, change));
      }
      room = { generation, revision: last + slack };
      const old = Array.from(environment.getKeys({ ...keys.changeRange(0), limit: surplus }));
      const passedOver = changes.slice(0, surplus - old.length);
      const added = changes.slice(passedOver.length);
      const forgotten = passedOver.at(-1)?.change.revision ?? changedRevision(old.at(-1) ?? keys.change(0));
      return [
        ...old.map((key): Operation => [key, undefined]),
        ...added.map(change => changeOperation(keys, change)),
        [keys.logExtent, encodeLogExtent({ forgotten, length: limit })],
      ];
    },
  };
}

function changeOperation(keys: RecordKeys, { change }: EncodedChange): Operation {
  return [keys.change(change.revision), encodeTenantKey(change.key)];
}

export function readLogExtent(environment: Environment, keys: RecordKeys): LogExtent {
  const bytes = environment.getBinary(keys.logExtent);
  return bytes === undefined ? { forgotten: 0, length: 0 } : decodeLogExtent(bytes);
}
