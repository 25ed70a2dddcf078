import {
  afterUpload,
  newUploadId,
  newUploadIndexKey,
  objectIndexKey,
  parsePartNumber,
  parseUploadIndexKey,
  partIndexKey,
  startsWith,
  uploadIndexKey,
  uploadKeyStart,
  uploadStartedAt,
} from './index-keys.ts';
import {
  FORMAT,
  type ObjectFile,
  type ObjectPlace,
  type ObjectRecord,
  type PartRecord,
  readable,
  toUploadedPart,
  type UploadRecord,
} from './index-records.ts';
import type { IndexTables } from './index-tables.ts';
import { assertCount } from './listing.ts';
import type {
  ListPartsOptions,
  ListUploadsOptions,
  ObjectAttributes,
  PartName,
  Upload,
  UploadCompletion,
  UploadedPart,
  UploadListing,
  UploadRef,
} from './object-store.ts';
import { type ReleasedFiles, replaceObject } from './object-table.ts';
import { bucketNameBytes, MAX_KEY_BYTES, utf8Bytes } from './storable-names.ts';

const UPLOAD = 'an upload in the index';
// Above all numbers of parts.
const PARTS_END = 0xffff;

export type PutPartResult =
  | { readonly kind: 'put'; readonly record: PartRecord; readonly replacedFileId: string | undefined }
  | { readonly kind: 'no-such-upload' };

export type PutUploadedResult =
  | {
      readonly kind: 'put';
      readonly record: ObjectRecord;
      readonly replaced: ReleasedFiles | undefined;
      /** The files of the parts that are not in the object. */
      readonly unusedFileIds: readonly string[];
    }
  | { readonly kind: 'no-such-upload' }
  | { readonly kind: 'part-mismatch'; readonly number: number };

/** Which uploads are in progress, and which file holds which part. */
export interface UploadIndex {
  create(bucket: string, key: string, attributes: ObjectAttributes): Promise<Upload | 'no-such-bucket'>;
  get(upload: UploadRef): Upload | undefined;
  list(bucket: string, options: ListUploadsOptions): UploadListing;
  /** The uploads of all buckets that began before a time, in milliseconds since the epoch. */
  startedBefore(time: number): readonly UploadRef[];
  putPart(
    upload: UploadRef,
    number: number,
    part: Omit<PartRecord, 'format' | 'modifiedAt'>,
  ): Promise<PutPartResult>;
  /** The file of a part: undefined when there is no such part, or no such upload, which `get` tells. */
  partFileId(upload: UploadRef, number: number): string | undefined;
  parts(upload: UploadRef, options: ListPartsOptions): readonly UploadedPart[] | undefined;
  /** Makes the object and removes the upload. */
  complete(
    upload: UploadRef,
    parts: readonly PartName[],
    completion: UploadCompletion,
  ): Promise<PutUploadedResult>;
  /** Gives the files of the parts, when there was such an upload. */
  remove(upload: UploadRef): Promise<readonly string[] | undefined>;
}

export function uploadIndex(tables: IndexTables): UploadIndex {
  const { buckets, uploads, refresh, transact, transactAdding } = tables;

  const readUpload = (ref: UploadRef, record: UploadRecord): Upload => ({
    bucket: ref.bucket,
    key: ref.key,
    id: ref.id,
    startedAt: uploadStartedAt(ref.id),
    attributes: readable(record, UPLOAD).attributes,
  });

  function* scanParts(uploadId: string, after: number | undefined) {
    const start = partIndexKey(uploadId, after === undefined ? 0 : Math.min(after + 1, PARTS_END));
    const end = partIndexKey(uploadId, PARTS_END);
    for (const { key, value } of tables.parts.getRange({ start, end }))
      yield { number: parsePartNumber(key), record: readable(value, 'a part in the index') };
  }

  /** The parts of an upload, by their numbers. */
  const partsOf = (uploadId: string) =>
    new Map(Array.from(scanParts(uploadId, undefined), ({ number, record }) => [number, record]));

  /** Within a transaction. */
  function removeUpload(uploadKey: Buffer, uploadId: string, numbers: Iterable<number>): void {
    for (const number of numbers) tables.parts.removeSync(partIndexKey(uploadId, number));
    uploads.removeSync(uploadKey);
  }

  /** Within a transaction: keeps which files an object has, and gives what its record says of them. */
  function putFiles(listId: string, files: readonly ObjectFile[]): ObjectPlace {
    const [first, second] = files;
    if (first && !second) return { fileId: first.id };
    tables.fileLists.putSync(Buffer.from(listId), { format: FORMAT, files });
    return { fileListId: listId };
  }

  return {
    create(bucket, key, attributes) {
      const bucketKey = bucketNameBytes(bucket);
      const ref = { bucket, key, id: newUploadId(Date.now()) };
      const uploadKey = newUploadIndexKey(ref);
      return transactAdding(() => {
        if (!buckets.doesExist(bucketKey)) return 'no-such-bucket';
        const record = { format: FORMAT, attributes };
        uploads.putSync(uploadKey, record);
        return readUpload(ref, record);
      });
    },
    get(upload) {
      refresh();
      const key = uploadIndexKey(upload);
      const record = key && uploads.get(key);
      return record && readUpload(upload, record);
    },
    list(bucket, { prefix = '', after, limit }) {
      assertCount(limit, 'the limit');
      const prefixBytes = utf8Bytes(prefix, 'the prefix');
      const start = after ? startAfter(bucket, after) : uploadKeyStart(bucket, new Uint8Array());
      const found: Upload[] = [];
      if (limit === 0 || prefixBytes.length > MAX_KEY_BYTES) return { uploads: found, next: undefined };
      const within = uploadKeyStart(bucket, prefixBytes);
      refresh();
      for (const { key, value } of uploads.getRange({ start: start.compare(within) < 0 ? within : start })) {
        if (!startsWith(key, within)) break;
        const last = found.at(-1);
        if (last && found.length === limit) return { uploads: found, next: { key: last.key, id: last.id } };
        found.push(readUpload(parseUploadIndexKey(key), value));
      }
      return { uploads: found, next: undefined };
    },
    startedBefore(time) {
      refresh();
      const began: UploadRef[] = [];
      for (const key of uploads.getKeys()) {
        const ref = parseUploadIndexKey(key);
        if (uploadStartedAt(ref.id) < time) began.push(ref);
      }
      return began;
    },
    putPart(upload, number, part) {
      const uploadKey = uploadIndexKey(upload);
      return transactAdding((): PutPartResult => {
        if (!uploadKey || !uploads.doesExist(uploadKey)) return { kind: 'no-such-upload' };
        const key = partIndexKey(upload.id, number);
        const replacedFileId = tables.parts.get(key)?.fileId;
        const record = { format: FORMAT, modifiedAt: Date.now(), ...part };
        tables.parts.putSync(key, record);
        return { kind: 'put', record, replacedFileId };
      });
    },
    partFileId(upload, number) {
      refresh();
      return tables.parts.get(partIndexKey(upload.id, number))?.fileId;
    },
    parts(upload, { after, limit }) {
      assertCount(limit, 'the limit');
      if (after !== undefined) assertCount(after, 'the number to list after');
      refresh();
      const uploadKey = uploadIndexKey(upload);
      if (!uploadKey || !uploads.doesExist(uploadKey)) return undefined;
      const found: UploadedPart[] = [];
      if (limit === 0) return found;
      for (const { number, record } of scanParts(upload.id, after)) {
        found.push(toUploadedPart(number, record));
        if (found.length === limit) break;
      }
      return found;
    },
    complete(upload, parts, { etag, attributes }) {
      const uploadKey = uploadIndexKey(upload);
      const objectKey = objectIndexKey(upload.bucket, upload.key);
      return transactAdding((): PutUploadedResult => {
        const begun = uploadKey && uploads.get(uploadKey);
        if (!begun) return { kind: 'no-such-upload' };
        // INVARIANT: the bucket is there, for none is deleted that has an upload.
        const uploaded = partsOf(upload.id);
        const unused = new Map(uploaded);
        const files: ObjectFile[] = [];
        for (const { number, md5 } of parts) {
          const part = uploaded.get(number);
          if (part?.md5 !== md5) return { kind: 'part-mismatch', number };
          files.push({ id: part.fileId, sizeBytes: part.sizeBytes });
          unused.delete(number);
        }
        const record: ObjectRecord = {
          format: FORMAT,
          modifiedAt: Date.now(),
          sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
          etag,
          attributes: attributes ?? readable(begun, UPLOAD).attributes,
          ...putFiles(upload.id, files),
        };
        const replaced = replaceObject(tables, objectKey, record);
        removeUpload(uploadKey, upload.id, uploaded.keys());
        return { kind: 'put', record, replaced, unusedFileIds: fileIdsOf(unused) };
      });
    },
    remove(upload) {
      const uploadKey = uploadIndexKey(upload);
      return transact(() => {
        if (!uploadKey || !uploads.doesExist(uploadKey)) return undefined;
        const parts = partsOf(upload.id);
        removeUpload(uploadKey, upload.id, parts.keys());
        return fileIdsOf(parts);
      });
    },
  };
}

const fileIdsOf = (parts: ReadonlyMap<number, PartRecord>) => Array.from(parts.values(), part => part.fileId);

/** Where the index begins to look for uploads that come after a position, which need not be that of one. */
function startAfter(bucket: string, { key, id }: NonNullable<ListUploadsOptions['after']>): Buffer {
  const bytes = utf8Bytes(key, 'the key to list after');
  const idBytes = id === undefined ? undefined : utf8Bytes(id, 'the id to list after');
  // No stored key is longer than this, so those that sort after a longer one are those that sort after its beginning.
  if (bytes.length > MAX_KEY_BYTES) return afterUpload(bucket, bytes.subarray(0, MAX_KEY_BYTES), undefined);
  return afterUpload(bucket, bytes, idBytes);
}
