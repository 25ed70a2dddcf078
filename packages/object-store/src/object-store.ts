/** Who may read or write without credentials. */
export type Acl = 'private' | 'public-read' | 'public-read-write';

export interface Bucket {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly acl: Acl;
  readonly region: string;
}

/** What is kept with an object besides its bytes. The store keeps it as given and reads nothing in it. */
export interface ObjectAttributes {
  /** Response headers to answer with, such as `Content-Type` and `x-cos-meta-author`, names as the dialect wants. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly acl?: Acl;
}

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Opaque, without quotes: the MD5 in hexadecimal, or what was given when an upload was completed. */
  readonly etag: string;
  /** When it was committed, in milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly attributes: ObjectAttributes;
}

/** A body that was written aside and synced, and that nobody can see yet. Give it to `commit`, `commitPart` or `discard`, once. */
export interface StagedBody {
  readonly id: string;
  readonly sizeBytes: number;
  /** Hexadecimal, lower case. */
  readonly md5: string;
}

/** An object opened for reading: what it was at that moment, whatever is written or deleted meanwhile. */
export interface OpenObject {
  readonly object: StoredObject;
  /**
   * All bytes, or `start` to `end`, both included. Call it once; reading to the end, ending early and failing close the
   * object. An empty object has no range.
   *
   * @throws RangeError, at once, when the range is not within the object. While reading: Error when a file is missing or
   * shorter than it should be, so that a damaged object never looks like a whole one.
   */
  read(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** For one who does not read, or reads no further; again is harmless. */
  close(): Promise<void>;
}

export interface ListObjectsOptions {
  readonly prefix?: string;
  /**
   * Keys that have it after the prefix are rolled up: those that are equal up to and including its first occurrence
   * there appear as that one common prefix. An empty one is as none.
   */
  readonly delimiter?: string;
  /**
   * Only keys and common prefixes that sort after this text, which may be anything. A common prefix sorts as itself, not
   * as the keys it stands for: after `a/` or `a/b`, the common prefix `a/` does not appear again.
   */
  readonly after?: string;
  /** How many keys and common prefixes together, 0 or more. */
  readonly limit: number;
}

export interface ObjectListing {
  /** By UTF-8 bytes of the key. */
  readonly objects: readonly StoredObject[];
  /** By UTF-8 bytes. */
  readonly commonPrefixes: readonly string[];
  /** Where to go on (`after`) when there is more: the last key or common prefix of this page. */
  readonly next: string | undefined;
}

/** Names an upload. The three belong together: there is no such upload under another key. */
export interface UploadRef {
  readonly bucket: string;
  readonly key: string;
  /** 44 hexadecimal digits that cannot be guessed. Any other text names no upload. */
  readonly id: string;
}

/** An object in the making, of parts that come one by one and in any order. Nobody sees it until it is completed. */
export interface Upload extends UploadRef {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What the object will have. */
  readonly attributes: ObjectAttributes;
}

export interface UploadedPart {
  /** 0 to 10,000. Parts are put together by their numbers, of which some may be left out. */
  readonly number: number;
  readonly sizeBytes: number;
  /** Hexadecimal, lower case. */
  readonly md5: string;
  /** When it was committed, in milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** As it was given with the part. */
  readonly checksum?: string;
}

/** A part that an object is to have, and what it must contain. */
export type PartName = Pick<UploadedPart, 'number' | 'md5'>;

export interface UploadCompletion {
  readonly etag: string;
  /** In place of those that the upload was created with. */
  readonly attributes?: ObjectAttributes;
}

export interface ListUploadsOptions {
  /** Of the objects' keys. */
  readonly prefix?: string;
  /**
   * Only uploads that sort after this position, where there need not be one: those of greater keys, and those of this key
   * that began later than the upload of the id, or none of this key without an id.
   */
  readonly after?: { readonly key: string; readonly id?: string };
  /** 0 or more. */
  readonly limit: number;
}

export interface UploadListing {
  /** By UTF-8 bytes of the key, those of one key by when they began. */
  readonly uploads: readonly Upload[];
  /** Where to go on (`after`) when there is more: the last upload of this page. */
  readonly next: { readonly key: string; readonly id: string } | undefined;
}

export interface ListPartsOptions {
  /** Only parts of greater numbers than this one, which need not be there. */
  readonly after?: number;
  /** 0 or more. */
  readonly limit: number;
}

/** `exists` leaves the bucket as it was. */
export type CreateBucketResult = 'created' | 'exists';
export type DeleteBucketResult = 'deleted' | 'not-empty' | 'no-such-bucket';
export type CommitResult =
  | { readonly kind: 'committed'; readonly object: StoredObject }
  | { readonly kind: 'no-such-bucket' };
export type CommitPartResult =
  | { readonly kind: 'committed'; readonly part: UploadedPart }
  | { readonly kind: 'no-such-upload' };
/** `part-mismatch` names the first part that is not there or has another MD5. The upload is as it was then. */
export type CompleteUploadResult =
  | { readonly kind: 'committed'; readonly object: StoredObject }
  | { readonly kind: 'no-such-upload' }
  | { readonly kind: 'part-mismatch'; readonly number: number };

/**
 * The embedded object storage of one service: buckets, and objects of one file or, when they were uploaded in parts, of
 * several. Nothing half-written is ever
 * visible, and what was acknowledged survives a crash. Several processes may use one directory at the same time.
 *
 * Keys are any string of Unicode scalar values of at most 1,024 UTF-8 bytes; bucket names 1 to 255 bytes and without a
 * NUL. Which of them a service accepts is the dialect's business. Every method that is given another throws a TypeError
 * (a lone surrogate, a NUL in a bucket's name) or a RangeError (the length).
 *
 * What any process committed, every process sees from then on. Failures of the disk are thrown as they come and leave
 * the store usable.
 */
export interface ObjectStore {
  createBucket(bucket: {
    readonly name: string;
    readonly acl: Acl;
    readonly region: string;
  }): Promise<CreateBucketResult>;
  bucket(name: string): Bucket | undefined;
  /** By UTF-8 bytes of the name. */
  buckets(): readonly Bucket[];
  /** Not while there are objects or uploads in it. */
  deleteBucket(name: string): Promise<DeleteBucketResult>;

  /**
   * Writes `body` aside and syncs it, reading it no faster than the disk takes it. When the body fails (the client went
   * away) or writing does (the disk is full), what was written is removed and the error is thrown.
   *
   * A body that ended is left alone. When writing fails, the body is ended early as `for await` does; to be able to
   * answer on the connection of a request then, give `request.iterator({ destroyOnReturn: false })`.
   */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedBody>;
  /**
   * Makes a staged body the object, at once and wholly, in place of the one there was. When it did not happen, for an
   * error or want of the bucket, the body is discarded.
   */
  commit(bucket: string, key: string, body: StagedBody, attributes: ObjectAttributes): Promise<CommitResult>;
  /** Removes a staged body that is not wanted. */
  discard(body: StagedBody): Promise<void>;

  head(bucket: string, key: string): StoredObject | undefined;
  /**
   * Opens an object for reading. However many files it has, at most one is open at a time; those of a replaced object are
   * kept until its last reader, in any process, has closed it.
   */
  open(bucket: string, key: string): Promise<OpenObject | undefined>;
  /** Gives whether there was one. With `only`, it is deleted as long as it is still that one. */
  deleteObject(bucket: string, key: string, only?: StoredObject): Promise<boolean>;
  /** Empty when there is no such bucket. RangeError when the limit is not an integer of 0 or more. */
  listObjects(bucket: string, options: ListObjectsOptions): ObjectListing;

  createUpload(bucket: string, key: string, attributes: ObjectAttributes): Promise<Upload | 'no-such-bucket'>;
  upload(upload: UploadRef): Upload | undefined;
  /** Empty when there is no such bucket. RangeError when the limit is not an integer of 0 or more. */
  listUploads(bucket: string, options: ListUploadsOptions): UploadListing;
  /**
   * Makes a staged body a part of an upload, in place of the one that had the number. When it did not happen, for an error
   * or want of the upload, the body is discarded. RangeError when the number is not an integer of 0 to 10,000.
   *
   * @param checksum Whatever the dialect wants to find with the part again; the store reads nothing in it.
   */
  commitPart(
    upload: UploadRef,
    number: number,
    body: StagedBody,
    checksum?: string,
  ): Promise<CommitPartResult>;
  /**
   * By number; undefined when there is no such upload. RangeError when the limit or the number to list after is not an
   * integer of 0 or more.
   */
  listParts(upload: UploadRef, options: ListPartsOptions): readonly UploadedPart[] | undefined;
  /**
   * Makes the object of the named parts, at once and wholly, in place of the one there was, and ends the upload; the parts
   * that are not named are removed. No bytes are copied. After an error or a crash there is either the object or still the
   * upload, which can be completed again. RangeError, and nothing is done, when no part is named or the numbers do not
   * ascend.
   */
  completeUpload(
    upload: UploadRef,
    parts: readonly PartName[],
    completion: UploadCompletion,
  ): Promise<CompleteUploadResult>;
  /** Removes an upload and its parts; gives whether there was one. */
  abortUpload(upload: UploadRef): Promise<boolean>;
  /**
   * Aborts the uploads of all buckets that began before a time, in milliseconds since the epoch, and gives how many that
   * were. Others can go on using the store; one who still uploads to such an upload finds it gone.
   */
  removeAbandonedUploads(startedBefore: number): Promise<number>;

  /**
   * Waits for what is being written to the index, and no longer: what is under way otherwise fails. Objects that are open
   * can be read on. Again is harmless.
   */
  close(): Promise<void>;
}
