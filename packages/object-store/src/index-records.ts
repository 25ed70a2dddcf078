import type { Bucket, ObjectAttributes, StoredObject, UploadedPart } from './object-store.ts';

/** The version of what is written, to be raised when older code can no longer read it. */
export const FORMAT = 2;

/** What the index keeps under a bucket's name. */
export interface BucketRecord extends Omit<Bucket, 'name'> {
  readonly format: number;
}

/** Where an object's bytes are: in one file, or in the files of a list, which is a record of its own. */
export type ObjectPlace = { readonly fileId: string } | { readonly fileListId: string };

/** What the index keeps under a bucket and a key. */
export type ObjectRecord = Omit<StoredObject, 'key'> & ObjectPlace & { readonly format: number };

/** An object's record as format 1 has it: its tag is the MD5, and it has one file. */
export interface ObjectRecord1 extends Omit<StoredObject, 'key' | 'etag'> {
  readonly format: 1;
  readonly md5: string;
  readonly fileId: string;
}

export interface ObjectFile {
  readonly id: string;
  readonly sizeBytes: number;
}

/**
 * What the index keeps under the id of a list: the files of an object that has several, in order. Apart from the object,
 * so that a listing does not read the thousands there may be.
 */
export interface FileListRecord {
  readonly format: number;
  readonly files: readonly ObjectFile[];
}

/** What the index keeps under a bucket, a key and an upload's id. When it began is in the id. */
export interface UploadRecord {
  readonly format: number;
  readonly attributes: ObjectAttributes;
}

/** What the index keeps under an upload's id and a part's number. */
export interface PartRecord extends Omit<UploadedPart, 'number'> {
  readonly format: number;
  readonly fileId: string;
}

/**
 * Gives back what was read from the index, unless a newer version wrote it.
 *
 * @throws Error that says what it is and which format it has.
 */
export function readable<R extends { readonly format: number }>(record: R, what: string): R {
  if (record.format > FORMAT)
    throw new Error(
      `${what} has format ${record.format}, and this version of the store reads up to ${FORMAT}`,
    );
  return record;
}

/**
 * An object's record, whichever format it was written in.
 *
 * @throws Error when a newer version wrote it.
 */
export function toObjectRecord(written: ObjectRecord | ObjectRecord1): ObjectRecord {
  const record = readable(written, 'an object in the index');
  if (!('md5' in record)) return record;
  const { md5, ...rest } = record;
  return { ...rest, etag: md5 };
}

export function toBucket(name: string, record: BucketRecord): Bucket {
  const { createdAt, acl, region } = record;
  return { name, createdAt, acl, region };
}

export function toStoredObject(key: string, record: ObjectRecord): StoredObject {
  const { sizeBytes, etag, modifiedAt, attributes } = record;
  return { key, sizeBytes, etag, modifiedAt, attributes };
}

export function toUploadedPart(number: number, record: PartRecord): UploadedPart {
  const { sizeBytes, md5, modifiedAt, checksum } = record;
  return { number, sizeBytes, md5, modifiedAt, ...(checksum !== undefined && { checksum }) };
}
