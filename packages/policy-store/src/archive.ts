import type { PolicyRevision, TenantKey } from './policy-store.ts';

/** A revision without its number, which is the store's. */
export type PastRevision = Pick<PolicyRevision, 'policy' | 'settings' | 'writtenAt'>;

/** The histories of a store, to be copied into another. */
export interface PolicyArchive {
  /** Everybody who ever had a policy that the history tells of, in an order of its own. */
  readonly tenants: () => Iterable<TenantKey>;
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
