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
  /** Hexadecimal, lower case, without quotes. */
  readonly md5: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly attributes: ObjectAttributes;
}

/** A body that was written aside and synced, and that nobody can see yet. Give it to `commit` or `discard`, once. */
export interface StagedBody {
  readonly id: string;
  readonly sizeBytes: number;
  readonly md5: string;
}

/** An object opened for reading: what it was at that moment, whatever is written or deleted meanwhile. */
export interface OpenObject {
  readonly object: StoredObject;
  /** Bytes `start` to `end`, both included. Call it once; reading to the end or ending early closes the file. */
  read(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** For one who does not read. */
  close(): Promise<void>;
}

export interface ListObjectsOptions {
  readonly prefix?: string;
  /** Keys that share what comes before the first delimiter after the prefix are rolled up into one prefix. */
  readonly delimiter?: string;
  /** Only what comes after this key or common prefix. */
  readonly after?: string;
  /** How many keys and common prefixes together, 0 or more. */
  readonly limit: number;
}

export interface ObjectListing {
  /** By UTF-8 bytes of the key. */
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** Where to go on (`after`) when there is more: the last key or common prefix of this page. */
  readonly next: string | undefined;
}

export type CreateBucketResult = 'created' | 'exists';
export type DeleteBucketResult = 'deleted' | 'not-empty' | 'no-such-bucket';
export type CommitResult =
  | { readonly kind: 'committed'; readonly object: StoredObject }
  | { readonly kind: 'no-such-bucket' };

/**
 * The embedded object storage of one service: buckets, and objects as one file each. Nothing half-written is ever
 * visible, and what was acknowledged survives a crash. Several processes may use one directory at the same time.
 *
 * Keys are any string of Unicode scalar values of at most 1,024 UTF-8 bytes; bucket names at most 255 bytes and
 * without a NUL. Which of them a service accepts is the dialect's business.
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
  deleteBucket(name: string): Promise<DeleteBucketResult>;

  /**
   * Writes `body` aside and syncs it. When the body fails (the client went away), what was written is removed and the
   * body's error is thrown.
   */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedBody>;
  /** Makes a staged body the object, at once and wholly. When it did not happen, the body is discarded. */
  commit(bucket: string, key: string, body: StagedBody, attributes: ObjectAttributes): Promise<CommitResult>;
  discard(body: StagedBody): Promise<void>;

  head(bucket: string, key: string): StoredObject | undefined;
  open(bucket: string, key: string): Promise<OpenObject | undefined>;
  /** Whether there was one. */
  deleteObject(bucket: string, key: string): Promise<boolean>;
  listObjects(bucket: string, options: ListObjectsOptions): ObjectListing;
  close(): Promise<void>;
}
