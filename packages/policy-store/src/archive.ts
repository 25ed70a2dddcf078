import type { PolicyRevision, TenantKey } from './policy-store.ts';

/** A revision without its number, which is the store's. */
export type PastRevision = Pick<PolicyRevision, 'policy' | 'settings' | 'writtenAt'>;

/** What is remembered of one tenant. */
export interface TenantHistory {
  readonly key: TenantKey;
  /** Oldest first; one at least. */
  readonly revisions: readonly PolicyRevision[];
}

/** Histories to be copied. */
export interface PolicySource {
  /** How many histories there are now. */
  readonly countTenants: () => number;
  /** The histories of everybody who ever had a policy, in an order of its own, all as they are at one moment. */
  readonly histories: () => Iterable<TenantHistory> | AsyncIterable<TenantHistory>;
}

/** The histories of a store, to be copied into another, or from there. */
export interface PolicyArchive extends PolicySource {
  readonly histories: () => Iterable<TenantHistory>;
  /** Oldest first. */
  readonly revisions: (key: TenantKey) => readonly PolicyRevision[];
  /**
   * Adds a revision to the end of a tenant's history, as it was written elsewhere and at that time, and puts it in force.
   *
   * @param after The newest revision of the tenant; undefined when it has none.
   * @returns The number it has now; undefined, with nothing written, when another revision is the newest.
   */
  readonly append: (
    key: TenantKey,
    after: number | undefined,
    past: PastRevision,
  ) => Promise<number | undefined>;
}

/** What is the same in every store that has the revision. */
export function pastOf({ policy, settings, writtenAt }: PolicyRevision): PastRevision {
  return { policy, ...(settings && { settings }), writtenAt };
}
