import type { PolicySource } from './archive.ts';
import type { EnvironmentKind } from './lmdb-environment.ts';
import { SOURCE_KEY } from './lmdb-keys.ts';
import { openLmdbPolicies } from './lmdb-policies.ts';

export interface StoredHistoriesOptions {
  readonly directory: string;
  /** `replica`: what a store on other machines left on this one. */
  readonly kind: EnvironmentKind;
}

/** A directory of policies that is only read. */
export interface StoredHistories extends PolicySource {
  readonly close: () => Promise<void>;
}

/**
 * Opens the histories in a directory, beside the processes that use it or without them. Throws when it is not there, is
 * something else, and for a replica that never was complete.
 */
export function openStoredHistories({ directory, kind }: StoredHistoriesOptions): StoredHistories {
  const { environment, countTenants, histories, close } = openLmdbPolicies(
    { directory, isReadOnly: true },
    kind,
  );
  if (kind === 'replica' && environment.getBinary(SOURCE_KEY) === undefined) {
    void close();
    throw new Error(`the replica in \`${directory}\` never was complete`);
  }
  return { countTenants, histories, close: () => close() };
}
