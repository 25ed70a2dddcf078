import { type MigrationOptions, type MigrationReport, migratePolicies } from '@crossgate/policy-store';
import { type ArchiveSettings, openToFill, openToMove, StoreProblem } from './policy-archives.ts';

/** Which stores: `lmdb=DIRECTORY`, the data directory of a server that does not run, or `etcd=URL,URL`. */
export interface MigratedStores {
  readonly from: string;
  readonly to: string;
}

export type MigrationOutcome =
  | { readonly kind: 'migrated'; readonly report: MigrationReport }
  /** A store that cannot be opened, with why. */
  | { readonly kind: 'problem'; readonly message: string };

/** Copies all policies with their histories, and compares. Rejects when that breaks off; it can be run again. */
export async function migrateStores(
  { from, to }: MigratedStores,
  settings: ArchiveSettings,
  options: MigrationOptions,
): Promise<MigrationOutcome> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const source = await openToMove(from, settings);
    closers.push(source.close);
    const target = await openToFill(to, settings);
    closers.push(target.close);
    const report = await migratePolicies(source.archive, target.archive, options);
    target.done();
    return { kind: 'migrated', report };
  } catch (error) {
    if (!(error instanceof StoreProblem)) throw error;
    return { kind: 'problem', message: error.message };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
