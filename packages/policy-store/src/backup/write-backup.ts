import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { PolicySource, TenantHistory } from '../archive.ts';
import { type BackupContents, encodeBackup } from './backup-lines.ts';
import { checkBackup } from './read-backup.ts';

export interface BackupOptions {
  readonly onProgress?: (progress: BackupProgress) => void;
  /** Ends the backup between two tenants, by a rejection with the reason. */
  readonly signal?: AbortSignal;
}

export interface BackupProgress {
  readonly phase: 'writing' | 'checking';
  /** Tenants that are written, bytes that are checked. */
  readonly done: number;
  readonly total: number;
}

export interface BackupReport extends BackupContents {
  readonly sizeBytes: number;
}

/** Lines are compressed in pieces of about so many characters. */
const PIECE_LENGTH = 64 * 1024;

/**
 * Writes all histories to a file that nobody but its owner can read, in the place of one that may be there. It is written
 * aside, synced, read again and then renamed: at its path there is a whole backup, or what was there before. Rejects when
 * that is not so, and removes what it wrote; a process that is killed leaves it, with `.partial` at the end of its name.
 */
export async function writeBackup(
  source: PolicySource,
  path: string,
  { onProgress, signal }: BackupOptions = {},
): Promise<BackupReport> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  const file = await open(partial, 'wx+', 0o600);
  try {
    const total = source.countTenants();
    async function* histories(): AsyncGenerator<TenantHistory> {
      let done = 0;
      for await (const history of source.histories()) {
        signal?.throwIfAborted();
        yield history;
        done += 1;
        onProgress?.({ phase: 'writing', done, total });
      }
    }
    await pipeline(inPieces(encodeBackup(histories(), new Date())), createGzip(), async compressed => {
      for await (const bytes of compressed) await file.appendFile(bytes as Buffer);
    });
    await file.sync();
    const contents = await checkBackup(file, {
      ...(signal && { signal }),
      onProgress: (done, size) => onProgress?.({ phase: 'checking', done, total: size }),
    });
    const { size: sizeBytes } = await file.stat();
    await rename(partial, path);
    await syncDirectory(dirname(path));
    return { ...contents, sizeBytes };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** A rename is on disk when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
