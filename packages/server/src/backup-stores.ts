import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BackupContents,
  BackupError,
  type BackupFile,
  type BackupOptions,
  type BackupReport,
  type MigrationProgress,
  type MigrationReport,
  migratePolicies,
  openBackup,
  writeBackup,
} from '@crossgate/policy-store';
import { whyUnreadable } from './config/read-file.ts';
import { type ArchiveSettings, openToBackUp, openToFill, StoreProblem } from './policy-archives.ts';

type Problem = {
  readonly kind: 'problem';
  /** What cannot be opened, read or written, with why. */
  readonly message: string;
};

export type BackupOutcome = { readonly kind: 'written'; readonly report: StoreBackupReport } | Problem;

export interface StoreBackupReport extends BackupReport {
  /** Where buckets and objects are that belong to these policies and are not in the backup; null when there are none. */
  readonly objectsLeftOut: string | null;
}

/** Writes all policies of a store with their histories to a file, also while servers use it. */
export async function backUpStore(
  { from, to }: { readonly from: string; readonly to: string },
  settings: ArchiveSettings,
  options: BackupOptions,
): Promise<BackupOutcome> {
  return await telling(async () => {
    if (statSync(to, { throwIfNoEntry: false })?.isDirectory()) {
      throw new StoreProblem(`--to: ${to} is a directory: name a file in it`);
    }
    const { archive, close } = await openToBackUp(from, settings);
    try {
      const report = await writeBackup(archive, to, options);
      return { kind: 'written', report: { ...report, objectsLeftOut: objectsBeside(from) } };
    } finally {
      await close();
    }
  });
}

function objectsBeside(choice: string): string | null {
  if (choice.startsWith('etcd=')) return null;
  const objects = join(choice.slice(choice.indexOf('=') + 1), 'objects');
  return existsSync(objects) ? objects : null;
}

export type VerifyOutcome = { readonly kind: 'whole'; readonly contents: BackupContents } | Problem;

/** Bytes of the file. */
interface CheckProgress {
  readonly phase: 'checking';
  readonly done: number;
  readonly total: number;
}

interface WorkOptions<Progress> {
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the work by a rejection with the reason. */
  readonly signal?: AbortSignal;
}

/** Reads a backup to its end. */
export async function verifyBackup(
  path: string,
  options: WorkOptions<CheckProgress>,
): Promise<VerifyOutcome> {
  return await telling(async () => {
    const { contents, close } = await openWhole(path, options);
    await close();
    return { kind: 'whole', contents };
  });
}

export type RestoreOutcome =
  | { readonly kind: 'restored'; readonly report: MigrationReport & Pick<BackupContents, 'createdAt'> }
  | Problem;

/**
 * Copies a backup into a store, after all of it was read once, and compares. Rejects when that breaks off; it can be run
 * again.
 */
export async function restoreStore(
  { from, to }: { readonly from: string; readonly to: string },
  settings: ArchiveSettings,
  options: WorkOptions<CheckProgress | MigrationProgress>,
): Promise<RestoreOutcome> {
  return await telling(async () => {
    const backup = await openWhole(from, options);
    try {
      const target = await openToFill(to, settings);
      try {
        const report = await migratePolicies(backup.source, target.archive, options);
        target.done();
        return { kind: 'restored', report: { createdAt: backup.contents.createdAt, ...report } };
      } finally {
        await target.close();
      }
    } finally {
      await backup.close();
    }
  });
}

async function openWhole(
  path: string,
  { onProgress, signal }: WorkOptions<CheckProgress>,
): Promise<BackupFile> {
  try {
    return await openBackup(path, {
      ...(signal && { signal }),
      onProgress: (done, total) => onProgress?.({ phase: 'checking', done, total }),
    });
  } catch (error) {
    if (error instanceof BackupError)
      throw new StoreProblem(`${path} ${FAULTS[error.kind]}: ${error.message}`);
    if (error instanceof Error && 'syscall' in error) {
      throw new StoreProblem(`${path} cannot be read: ${whyUnreadable(error)}`);
    }
    throw error;
  }
}

const FAULTS: Readonly<Record<BackupError['kind'], string>> = {
  none: 'is no backup of Crossgate',
  'other-version': 'is a backup that this version cannot read',
  damaged: 'is a damaged backup, and nothing was restored from it',
};

async function telling<Outcome>(action: () => Promise<Outcome>): Promise<Outcome | Problem> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof StoreProblem)) throw error;
    return { kind: 'problem', message: error.message };
  }
}
