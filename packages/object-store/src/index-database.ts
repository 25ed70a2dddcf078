import { objectIndexKey, startsWith, uploadKeyStart } from './index-keys.ts';
import {
  type BucketRecord,
  FORMAT,
  type ObjectFile,
  type ObjectRecord,
  readable,
  toBucket,
  toObjectRecord,
} from './index-records.ts';
import { openIndexTables } from './index-tables.ts';
import type { Acl, Bucket, CreateBucketResult, DeleteBucketResult, StoredObject } from './object-store.ts';
import {
  type ReleasedFiles,
  readFileList,
  readObjectRecord,
  removeObject,
  replaceObject,
} from './object-table.ts';
import { bucketNameBytes, MAX_KEY_BYTES } from './storable-names.ts';
import { type UploadIndex, uploadIndex } from './upload-index.ts';

const NO_BYTES = new Uint8Array();

export type PutObjectResult =
  | { readonly kind: 'put'; readonly record: ObjectRecord; readonly replaced: ReleasedFiles | undefined }
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

/** Which buckets there are, and which files hold which object. What a promise says when it is kept is on the disk. */
export interface IndexDatabase {
  createBucket(name: string, acl: Acl, region: string): Promise<CreateBucketResult>;
  bucket(name: string): Bucket | undefined;
  buckets(): readonly Bucket[];
  deleteBucket(name: string): Promise<DeleteBucketResult>;
  /** Puts an object that has one file. */
  putObject(
    bucket: string,
    key: string,
    object: Pick<ObjectRecord, 'sizeBytes' | 'etag' | 'attributes'> & { readonly fileId: string },
  ): Promise<PutObjectResult>;
  object(bucket: string, key: string): ObjectRecord | undefined;
  /** The files of a list, unless its object is gone. */
  fileList(id: string): readonly ObjectFile[] | undefined;
  hasFileList(id: string): boolean;
  /** Gives the files of the object that was removed. */
  removeObject(bucket: string, key: string, only?: StoredObject): Promise<ReleasedFiles | undefined>;
  /**
   * A function that gives a bucket's objects by the bytes of their keys, lazily. All scans by one such function within
   * one turn of the event loop see one state; do not use it in a later turn.
   */
  objectScanner(bucket: string): (start: ScanStart) => Iterable<ScannedObject>;
  readonly uploads: UploadIndex;
  /** The files of all objects and of all parts of uploads, lazily, for use within one turn of the event loop. */
  fileIds(): Iterable<string>;
  close(): Promise<void>;
}

/**
 * Opens the index in a directory, which is made when it is not there. Several processes may have it open.
 *
 * @throws Error when a newer version of this package wrote it.
 */
export async function openIndexDatabase(directory: string): Promise<IndexDatabase> {
  const tables = await openIndexTables(directory);
  const { buckets, objects, fileLists, uploads, parts, refresh, transact, transactAdding } = tables;
  const readBucket = (name: string, record: BucketRecord) =>
    toBucket(name, readable(record, 'a bucket in the index'));

  return {
    createBucket(name, acl, region) {
      const key = bucketNameBytes(name);
      return transactAdding(() => {
        if (buckets.doesExist(key)) return 'exists';
        buckets.putSync(key, { format: FORMAT, createdAt: Date.now(), acl, region });
        return 'created';
      });
    },
    bucket(name) {
      refresh();
      const record = buckets.get(bucketNameBytes(name));
      return record && readBucket(name, record);
    },
    buckets() {
      refresh();
      return Array.from(buckets.getRange(), ({ key, value }) => readBucket(key.toString('utf8'), value));
    },
    deleteBucket(name) {
      const key = bucketNameBytes(name);
      const firstObject = objectIndexKey(name, '');
      const firstUpload = uploadKeyStart(name, NO_BYTES);
      return transact(() => {
        if (!buckets.doesExist(key)) return 'no-such-bucket';
        for (const first of objects.getKeys({ start: firstObject, limit: 1 }))
          if (startsWith(first, firstObject)) return 'not-empty';
        for (const first of uploads.getKeys({ start: firstUpload, limit: 1 }))
          if (startsWith(first, firstUpload)) return 'not-empty';
        buckets.removeSync(key);
        return 'deleted';
      });
    },
    putObject(bucket, key, object) {
      const bucketKey = bucketNameBytes(bucket);
      const objectKey = objectIndexKey(bucket, key);
      return transactAdding((): PutObjectResult => {
        if (!buckets.doesExist(bucketKey)) return { kind: 'no-such-bucket' };
        const record = { format: FORMAT, modifiedAt: Date.now(), ...object };
        return { kind: 'put', record, replaced: replaceObject(tables, objectKey, record) };
      });
    },
    object(bucket, key) {
      refresh();
      return readObjectRecord(tables, objectIndexKey(bucket, key));
    },
    fileList(id) {
      refresh();
      return readFileList(tables, id);
    },
    hasFileList(id) {
      refresh();
      return fileLists.doesExist(Buffer.from(id));
    },
    removeObject(bucket, key, only) {
      const objectKey = objectIndexKey(bucket, key);
      return transact(() => removeObject(tables, objectKey, only));
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
          yield { key: entry.key.subarray(prefix.length), record: toObjectRecord(entry.value) };
        }
      };
    },
    uploads: uploadIndex(tables),
    *fileIds() {
      refresh();
      for (const { value } of objects.getRange()) {
        const record = toObjectRecord(value);
        if ('fileId' in record) yield record.fileId;
      }
      for (const { value } of fileLists.getRange())
        for (const { id } of readable(value, 'a list of files in the index').files) yield id;
      for (const { value } of parts.getRange()) yield readable(value, 'a part in the index').fileId;
    },
    close: () => tables.close(),
  };
}
