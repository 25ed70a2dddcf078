import { open } from 'lmdb';
import { type BucketRecord, FORMAT, type ObjectRecord, readable, toBucket } from './index-records.ts';
import type { Acl, Bucket, CreateBucketResult, DeleteBucketResult } from './object-store.ts';
import { bucketNameBytes, keyBytes, MAX_KEY_BYTES } from './storable-names.ts';

const BUCKET = 'a bucket in the index';
const OBJECT = 'an object in the index';
const STORE_KEY = Buffer.from('store');

export type PutObjectResult =
  | { readonly kind: 'put'; readonly record: ObjectRecord; readonly replaced: ObjectRecord | undefined }
  | { readonly kind: 'no-such-bucket' };

/** Where a scan begins: from what sorts at or after `key`, which need not be an object's key, or only after it. */
export interface ScanStart {
  readonly key: Uint8Array;
  readonly bound: 'at' | 'after';
}

export interface ScannedObject {
  readonly key: Buffer;
  readonly record: ObjectRecord;
}

/** Which buckets there are, and which file holds which object. What a promise says when it is kept is on the disk. */
export interface IndexDatabase {
  createBucket(name: string, acl: Acl, region: string): Promise<CreateBucketResult>;
  bucket(name: string): Bucket | undefined;
  buckets(): readonly Bucket[];
  deleteBucket(name: string): Promise<DeleteBucketResult>;
  putObject(
    bucket: string,
    key: string,
    object: Omit<ObjectRecord, 'format' | 'modifiedAt'>,
  ): Promise<PutObjectResult>;
  object(bucket: string, key: string): ObjectRecord | undefined;
  /** Gives the record that was removed. */
  removeObject(bucket: string, key: string): Promise<ObjectRecord | undefined>;
  /**
   * A function that gives a bucket's objects by the bytes of their keys, lazily. All scans by one such function within
   * one turn of the event loop see one state; do not use it in a later turn.
   */
  objectScanner(bucket: string): (start: ScanStart) => Iterable<ScannedObject>;
  /** The files of all objects, lazily, for use within one turn of the event loop. */
  fileIds(): Iterable<string>;
  close(): Promise<void>;
}

/**
 * Opens the index in a directory, which is made when it is not there. Several processes may have it open.
 *
 * @throws Error when a newer version of this package wrote it.
 */
export async function openIndexDatabase(directory: string): Promise<IndexDatabase> {
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
  const buckets = root.openDB<BucketRecord, Buffer>({ name: 'buckets', ...options });
  const objects = root.openDB<ObjectRecord, Buffer>({ name: 'objects', ...options });

  // A read transaction lasts for a turn of the event loop and would hide what another process commits meanwhile, and
  // a turn may begin to serve a request that was sent because of that commit. Renewing it costs under a microsecond.
  const refresh = () => root.resetReadTxn();

  // A transaction whose action throws is committed nevertheless, with those it is batched with: an action does at most
  // one write, as its last step.
  async function transact<T>(action: () => T): Promise<T> {
    try {
      // Of the root, which refuses it once closed. One of its databases would take it, and end the process later.
      return await root.transaction(action);
    } catch (error) {
      // The reason why the disk did not take it. It is a promise that rejects, so it has to be awaited in any case.
      if (error instanceof Error && 'commitError' in error) await error.commitError;
      throw error;
    }
  }

  const readObject = (key: Buffer) => {
    const record = objects.get(key);
    return record && readable(record, OBJECT);
  };

  try {
    await transact(() => {
      const written = store.get(STORE_KEY);
      if (written) readable(written, `the index in ${directory}`);
      else store.putSync(STORE_KEY, { format: FORMAT });
    });
  } catch (error) {
    await root.close();
    throw error;
  }

  return {
    createBucket(name, acl, region) {
      const key = bucketNameBytes(name);
      return transact(() => {
        if (buckets.doesExist(key)) return 'exists';
        buckets.putSync(key, { format: FORMAT, createdAt: Date.now(), acl, region });
        return 'created';
      });
    },
    bucket(name) {
      refresh();
      const record = buckets.get(bucketNameBytes(name));
      return record && toBucket(name, readable(record, BUCKET));
    },
    buckets() {
      refresh();
      return Array.from(buckets.getRange(), ({ key, value }) =>
        toBucket(key.toString('utf8'), readable(value, BUCKET)),
      );
    },
    deleteBucket(name) {
      const key = bucketNameBytes(name);
      const start = objectIndexKey(name, '');
      return transact(() => {
        if (!buckets.doesExist(key)) return 'no-such-bucket';
        for (const first of objects.getKeys({ start, limit: 1 }))
          if (startsWith(first, start)) return 'not-empty';
        buckets.removeSync(key);
        return 'deleted';
      });
    },
    putObject(bucket, key, object) {
      const bucketKey = bucketNameBytes(bucket);
      const objectKey = objectIndexKey(bucket, key);
      return transact((): PutObjectResult => {
        if (!buckets.doesExist(bucketKey)) return { kind: 'no-such-bucket' };
        const replaced = readObject(objectKey);
        const record = { format: FORMAT, modifiedAt: Date.now(), ...object };
        objects.putSync(objectKey, record);
        return { kind: 'put', record, replaced };
      });
    },
    object(bucket, key) {
      refresh();
      return readObject(objectIndexKey(bucket, key));
    },
    removeObject(bucket, key) {
      const objectKey = objectIndexKey(bucket, key);
      return transact(() => {
        const record = readObject(objectKey);
        if (record) objects.removeSync(objectKey);
        return record;
      });
    },
    objectScanner(bucket) {
      refresh();
      const prefix = objectIndexKey(bucket, '');
      return function* ({ key, bound }) {
        // LMDB bounds the length of what it is asked for. No stored key is longer than this, so those that sort after
        // a longer one are those that sort after its beginning.
        const start = Buffer.concat([prefix, key.subarray(0, MAX_KEY_BYTES)]);
        const exclusiveStart = bound === 'after' || key.length > MAX_KEY_BYTES;
        for (const entry of objects.getRange({ start, exclusiveStart })) {
          if (!startsWith(entry.key, prefix)) return;
          yield { key: entry.key.subarray(prefix.length), record: readable(entry.value, OBJECT) };
        }
      };
    },
    *fileIds() {
      refresh();
      for (const { value } of objects.getRange()) yield readable(value, OBJECT).fileId;
    },
    close: () => root.close(),
  };
}

// No bucket's name has a NUL, so the keys of one bucket lie together, and a key may have any.
function objectIndexKey(bucket: string, key: string): Buffer {
  return Buffer.concat([bucketNameBytes(bucket), Buffer.of(0), keyBytes(key)]);
}

export function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix);
}
