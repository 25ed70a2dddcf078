import { isDeepStrictEqual } from 'node:util';
import { type PolicyArchive, type PolicySource, pastOf, type TenantHistory } from './archive.ts';
import type { PolicyRevision, TenantKey } from './policy-store.ts';

export interface MigrationProgress {
  readonly phase: 'copying' | 'verifying';
  /** Tenants. */
  readonly done: number;
  readonly total: number;
}

export interface MigrationReport {
  readonly tenants: number;
  /** How many revisions were written now. */
  readonly copied: number;
  /** How many were there before. */
  readonly alreadyThere: number;
  /** Who has another history in the target, which was left alone, or has it when all is compared at the end. */
  readonly different: readonly TenantKey[];
}

export interface MigrationOptions {
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Ends the migration between two revisions, by a rejection with the reason. It can be run again. */
  readonly signal?: AbortSignal;
}

/** How many tenants are copied at once: each waits for its own writes, and those of many share a commit. */
const TENANTS_AT_ONCE = 128;

/**
 * Copies the histories of all tenants, deletions included, and then compares them. Times are kept, revisions get the
 * numbers of the target. What is there already is not copied again, so that one that was broken off goes on where it was.
 */
export async function migratePolicies(
  from: PolicySource,
  to: PolicyArchive,
  { onProgress, signal }: MigrationOptions = {},
): Promise<MigrationReport> {
  const total = from.countTenants();
  const different: TenantKey[] = [];
  let copied = 0;
  let alreadyThere = 0;
  let done = 0;

  async function copyOne({ key, revisions: wanted }: TenantHistory): Promise<void> {
    const found = to.revisions(key);
    const begun = overlap(found, wanted);
    if (begun === undefined) return;
    alreadyThere += begun;
    let newest = found.at(-1)?.revision;
    for (const revision of wanted.slice(begun)) {
      signal?.throwIfAborted();
      newest = await to.append(key, newest, pastOf(revision));
      // Somebody else writes there. The comparison tells.
      if (newest === undefined) return;
      copied += 1;
    }
  }

  const waiting = historiesOf(from);
  async function copyAll(): Promise<void> {
    for await (const history of waiting) {
      signal?.throwIfAborted();
      await copyOne(history);
      done += 1;
      onProgress?.({ phase: 'copying', done, total });
    }
  }
  await Promise.all(Array.from({ length: TENANTS_AT_ONCE }, copyAll));

  let compared = 0;
  for await (const { key, revisions: wanted } of historiesOf(from)) {
    signal?.throwIfAborted();
    const found = to.revisions(key).slice(-wanted.length);
    if (!isDeepStrictEqual(found.map(pastOf), wanted.map(pastOf))) different.push(key);
    compared += 1;
    onProgress?.({ phase: 'verifying', done: compared, total });
  }
  return { tenants: done, copied, alreadyThere, different };
}

/** Several can take from it, each of them others. */
async function* historiesOf(source: PolicySource): AsyncGenerator<TenantHistory> {
  yield* source.histories();
}

/**
 * How many of the wanted revisions are there, at the end of what is found; undefined when something else is. The source
 * may have lost its oldest since, and have gone on.
 */
function overlap(found: readonly PolicyRevision[], wanted: readonly PolicyRevision[]): number | undefined {
  if (found.length === 0) return 0;
  for (let length = Math.min(found.length, wanted.length); length > 0; length--) {
    const end = found.slice(-length).map(pastOf);
    if (isDeepStrictEqual(end, wanted.slice(0, length).map(pastOf))) return length;
  }
  return undefined;
}
