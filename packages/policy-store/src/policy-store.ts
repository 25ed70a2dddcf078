import type { Policy } from '@crossgate/core';

/** Whose policy: a bucket or an account of one service. Tenant names are case-sensitive strings of 1 to 256 bytes. */
export interface TenantKey {
  readonly dialect: string;
  readonly tenant: string;
}

/** One revision of one tenant's policy. `policy` is undefined where the revision is a deletion (in history only). */
export interface PolicyRevision {
  readonly key: TenantKey;
  /** Store-wide and strictly increasing; never used twice, also not after a deletion. */
  readonly revision: number;
  readonly policy: Policy | undefined;
  /** Milliseconds since the epoch, by the clock of the process that wrote it. */
  readonly writtenAt: number;
}

/** What a tenant has now. */
export interface StoredPolicy extends PolicyRevision {
  readonly policy: Policy;
}

/**
 * What the write expects to find: a revision that `get` returned, or `absent`. Left out, the write always happens.
 */
export type Expected = number | 'absent';

export type WriteResult =
  /** Done: durable, and seen by every later `get`, in this and in every other process on the same directory. */
  | { readonly kind: 'written'; readonly revision: number }
  /** Nothing was deleted because there was nothing (only `delete`, and only without an expectation). */
  | { readonly kind: 'absent' }
  /** Nothing was written: the tenant has `current`, not what was expected. */
  | { readonly kind: 'conflict'; readonly current: StoredPolicy | undefined };

export type WatchEvent =
  | { readonly kind: 'changed'; readonly change: PolicyRevision }
  /** More happened than is remembered: read everything again. `revision` is where the watch goes on from. */
  | { readonly kind: 'reset'; readonly revision: number };

export interface ListOptions {
  readonly dialect?: string;
  /** Only tenants after this one, in the order of the listing (dialect, then tenant, by UTF-8 bytes). */
  readonly after?: TenantKey;
  readonly limit?: number;
}

export interface WatchOptions {
  /** Tell everything after this revision first. Left out: only what happens from now on. */
  readonly afterRevision?: number;
}

/** Stops the watch. When it returns, the listener is not called again. */
export type StopWatch = () => void;

/**
 * Where policies live. Reads are local and synchronous; writes are acknowledged when they are durable and visible.
 * One suite, `policyStoreContract`, holds every implementation to what is said here.
 */
export interface PolicyStore {
  /** The store-wide revision of the last write; 0 when there was none. */
  revision(): number;
  /**
   * The policy in force. While it is unchanged the same object comes back, so that what is derived from it can be
   * kept in a `WeakMap`.
   */
  get(key: TenantKey): StoredPolicy | undefined;
  put(key: TenantKey, policy: Policy, expected?: Expected): Promise<WriteResult>;
  delete(key: TenantKey, expected?: Expected): Promise<WriteResult>;
  list(options?: ListOptions): readonly StoredPolicy[];
  /** Newest first, at most `HISTORY_LIMIT` revisions, deletions included. */
  history(key: TenantKey): readonly PolicyRevision[];
  /** Calls `listener` once per change, in order of revision, changes of other processes included. */
  watch(listener: (event: WatchEvent) => void, options?: WatchOptions): StopWatch;
  close(): Promise<void>;
}

/** How many revisions of one tenant are kept. */
export const HISTORY_LIMIT = 50;
