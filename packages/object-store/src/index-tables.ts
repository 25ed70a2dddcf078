import { statfsSync } from 'node:fs';
import { type Database, open } from 'lmdb';
import {
  type BucketRecord,
  type FileListRecord,
  FORMAT,
  type ObjectRecord,
  type ObjectRecord1,
  type PartRecord,
  readable,
  type UploadRecord,
} from './index-records.ts';

const STORE_KEY = Buffer.from('store');

/** The tables of the index, by the keys of `index-keys.ts`. */
export interface IndexTables {
  readonly buckets: Database<BucketRecord, Buffer>;
  readonly objects: Database<ObjectRecord | ObjectRecord1, Buffer>;
  readonly fileLists: Database<FileListRecord, Buffer>;
  readonly uploads: Database<UploadRecord, Buffer>;
  readonly parts: Database<PartRecord, Buffer>;
  /** To be called before reading outside of a transaction: makes what any process committed visible. */
  refresh(): void;
  /** Runs an action alone. Its writes are made all together, or, when it throws, not at all. */
  transact<T>(action: () => T): Promise<T>;
  /** The same for what makes the index larger. Rejects, with the code `ENOSPC`, when the disk has little room. */
  transactAdding<T>(action: () => T): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the tables in a directory, which is made when it is not there. Several processes may have them open.
 *
 * @throws Error when a newer version of this package wrote them.
 */
export async function openIndexTables(directory: string): Promise<IndexTables> {
  const root = open({
    path: directory,
    // With this, LMDB shows a commit to readers before it is on the disk: one could read an object, and act on it,
    // that a power failure takes back. Without it, awaiting a transaction is awaiting the disk.
    overlappingSync: false,
    // With this, lmdb makes a promise of its own for each batch and gives it to nobody. When the disk is full it rejects,
    // which ends the process. Transactions that come while one is written are written together in either case.
    eventTurnBatching: false,
  });
  // Keys as bytes are ordered as bytes, and UTF-8 bytes are ordered as code points.
  const options = { keyEncoding: 'binary', encoding: 'json' } as const;
  const store = root.openDB<{ readonly format: number }, Buffer>({ name: 'store', ...options });

  async function transact<T>(action: () => T): Promise<T> {
    try {
      // A child, because lmdb commits the writes of any other action that throws, with those it is batched with. Of the
      // root, which refuses it once closed. One of its databases would take it, and end the process later.
      return await root.childTransaction(action);
    } catch (error) {
      // The reason why the disk did not take it. It is a promise that rejects, so it has to be awaited in any case.
      if (error instanceof Error && 'commitError' in error) await error.commitError;
      throw error;
    }
  }

  function transactAdding<T>(action: () => T): Promise<T> {
    return hasRoom(directory) ? transact(action) : Promise.reject(noRoom());
  }

  try {
    await transact(() => {
      const written = store.get(STORE_KEY);
      if (written) readable(written, `the index in ${directory}`);
      // Code that knows an older format is to refuse the store from now on: it would take parts for unnamed files.
      if (written?.format !== FORMAT) store.putSync(STORE_KEY, { format: FORMAT });
    });
  } catch (error) {
    await root.close();
    throw error;
  }

  return {
    buckets: root.openDB({ name: 'buckets', ...options }),
    objects: root.openDB({ name: 'objects', ...options }),
    fileLists: root.openDB({ name: 'file-lists', ...options }),
    uploads: root.openDB({ name: 'uploads', ...options }),
    parts: root.openDB({ name: 'parts', ...options }),
    // A read transaction lasts for a turn of the event loop and would hide what another process commits meanwhile, and
    // a turn may begin to serve a request that was sent because of that commit. Renewing it costs under a microsecond.
    refresh: () => root.resetReadTxn(),
    transact,
    transactAdding,
    close: () => root.close(),
  };
}

/**
 * This much stays free, so that what is there can be deleted. LMDB's binding (3.5.6) tells of a full disk in a text that is
 * longer than the memory it has for it: the process ends of that, at once or later.
 */
const KEPT_FREE_BYTES = 8 * 1024 ** 2;

/** As far as the file system tells. */
function hasRoom(directory: string): boolean {
  try {
    const { blocks, bavail, bsize } = statfsSync(directory);
    return blocks === 0 || bavail * bsize >= KEPT_FREE_BYTES;
  } catch {
    return true;
  }
}

function noRoom(): Error {
  const message = `the disk has less than ${KEPT_FREE_BYTES / 1024 ** 2} MiB of room`;
  return Object.assign(new Error(message), { code: 'ENOSPC' });
}
