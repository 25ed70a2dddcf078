import type { Policy, Settings } from '@crossgate/core';

/**
 * Whose policy: a bucket or an account of one service. Both names are case-sensitive, without lone surrogates, and
 * measured in UTF-8: the dialect has 1 to 64 bytes and no NUL, the tenant 1 to 256 bytes. Every operation of a store
 * throws a `TypeError` (those that return a promise reject with it) when it is given another.
 */
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
  /** What else the tenant has set. Undefined when it never has, and where the revision is a deletion. */
  readonly settings?: Settings;
  /** Milliseconds since the epoch, by the clock of the process that wrote it. */
  readonly writtenAt: number;
}

/** What a tenant has now. */
export interface StoredPolicy extends PolicyRevision {
  readonly policy: Policy;
}

/** A change of policy, settings or both. What is left out stays as it is; so does every section that is not named. */
export interface PolicyUpdate {
  readonly policy?: Policy;
  readonly settings?: Settings;
}

/**
 * What the write expects to find: a revision that `get` returned, or `absent`. Left out, the write always happens.
 */
export type Expected = number | 'absent';

export type WriteResult =
  /** Done: durable, and seen by every later `get`, in this and in every other process on the same directory. */
  | {
      readonly kind: 'written';
      readonly revision: number;
      /** The revision of what the tenant had until then; undefined when it had nothing. */
      readonly replaced: number | undefined;
    }
  /** Nothing was deleted because there was nothing (only `delete`, without an expectation or with `absent`). */
  | { readonly kind: 'absent' }
  /** Nothing was written: the tenant has `current`, not what was expected. */
  | { readonly kind: 'conflict'; readonly current: StoredPolicy | undefined };

export type WatchEvent =
  | { readonly kind: 'changed'; readonly change: PolicyRevision }
  /**
   * More happened than is remembered, or the watch began at a revision that this store has not reached: read everything
   * again. The watch goes on after `revision`.
   */
  | { readonly kind: 'reset'; readonly revision: number };

export interface ListOptions {
  readonly dialect?: string;
  /** Only tenants after this one, in the order of the listing (dialect, then tenant, by UTF-8 bytes). */
  readonly after?: TenantKey;
  /** 0 or more. Left out: all. */
  readonly limit?: number;
}

export interface WatchOptions {
  /** Tell everything after this revision first. Left out: only what happens from now on. */
  readonly afterRevision?: number;
}

/** Stops the watch. When it returns, the listener is not called again. */
export type StopWatch = () => void;

/**
 * Where policies live. Reads are local and synchronous, and each of them sees every write that was acknowledged before
 * it, in whichever process. Writes are acknowledged when they are durable and visible. One suite, `policyStoreContract`,
 * holds every implementation to what is said here.
 */
export interface PolicyStore {
  /** The store-wide revision of the last write; 0 when there was none. */
  revision(): number;
  /**
   * The policy in force. While it is unchanged the same object comes back (unless it was dropped from a full cache), so
   * that what is derived from it can be kept beside it. It is shared: do not change what it says.
   */
  get(key: TenantKey): StoredPolicy | undefined;
  /**
   * Keeps the policy as JSON does: what is undefined is left out, all strings come back exactly. The settings stay as
   * they are.
   */
  put(key: TenantKey, policy: Policy, expected?: Expected): Promise<WriteResult>;
  /** Changes a part, all at once. A tenant that had no policy then has one without rules. */
  update(key: TenantKey, update: PolicyUpdate, expected?: Expected): Promise<WriteResult>;
  /** Removes the policy and the settings. */
  delete(key: TenantKey, expected?: Expected): Promise<WriteResult>;
  list(options?: ListOptions): readonly StoredPolicy[];
  /** Newest first, at most `HISTORY_LIMIT` revisions, deletions included. */
  history(key: TenantKey): readonly PolicyRevision[];
  /**
   * Calls `listener` once per change, in order of revision, changes of other processes included; never before `watch`
   * has returned. What a listener throws becomes a process warning and stops nothing.
   */
  watch(listener: (event: WatchEvent) => void, options?: WatchOptions): StopWatch;
  /** Waits for the writes that are under way, and ends all watches. Afterwards every other operation throws. */
  close(): Promise<void>;
}

/** How many revisions of one tenant are kept. */
export const HISTORY_LIMIT = 50;
