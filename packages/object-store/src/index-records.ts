import type { Bucket, ObjectAttributes, StoredObject } from './object-store.ts';

/** The version of what is written, to be raised when older code can no longer read it. */
export const FORMAT = 1;

/** What the index keeps under a bucket's name. */
export interface BucketRecord extends Omit<Bucket, 'name'> {
  readonly format: number;
}

/** What the index keeps under a bucket and a key. */
export interface ObjectRecord extends Omit<StoredObject, 'key'> {
  readonly format: number;
  readonly fileId: string;
  readonly attributes: ObjectAttributes;
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

export function toBucket(name: string, record: BucketRecord): Bucket {
  const { createdAt, acl, region } = record;
  return { name, createdAt, acl, region };
}

export function toStoredObject(key: string, record: ObjectRecord): StoredObject {
  const { sizeBytes, md5, modifiedAt, attributes } = record;
  return { key, sizeBytes, md5, modifiedAt, attributes };
}
