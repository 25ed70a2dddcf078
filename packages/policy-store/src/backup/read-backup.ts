import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { PolicySource, TenantHistory } from '../archive.ts';
import { readLines } from '../read-lines.ts';
import { BackupError } from './backup-error.ts';
import { type BackupContents, decodeBackup } from './backup-lines.ts';

/** A file that was found to be a whole backup. */
export interface BackupFile {
  readonly contents: BackupContents;
  readonly source: PolicySource;
  readonly close: () => Promise<void>;
}

export interface BackupCheckOptions {
  /** How many bytes of the file have been checked. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the check by a rejection with the reason. */
  readonly signal?: AbortSignal;
}

/** More than any history has whose policies a service takes. */
const LINE_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * Opens a backup and reads all of it once, before anything is done with it. The file is held open: what is put in its
 * place later is not read.
 *
 * @throws BackupError for what is no whole backup; errors of the file system as they come
 */
export async function openBackup(path: string, options: BackupCheckOptions = {}): Promise<BackupFile> {
  const file = await open(path, 'r');
  try {
    const contents = await checkBackup(file, options);
    return {
      contents,
      source: { countTenants: () => contents.tenants, histories: () => historiesIn(file) },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a backup from its beginning to its end. */
export async function checkBackup(
  file: FileHandle,
  { onProgress, signal }: BackupCheckOptions = {},
): Promise<BackupContents> {
  const stat = await file.stat();
  // It is read more than once.
  if (!stat.isFile()) throw new BackupError('none', 'it is no file');
  const histories = historiesIn(file, done => onProgress?.(done, stat.size));
  for (;;) {
    const next = await histories.next();
    if (next.done) return next.value;
    signal?.throwIfAborted();
  }
}

async function* historiesIn(
  file: FileHandle,
  onRead?: (done: number) => void,
): AsyncGenerator<TenantHistory, BackupContents> {
  const compressed = Readable.from(bytesOf(file, onRead));
  const lines = createGunzip();
  compressed.on('error', error => lines.destroy(error));
  compressed.pipe(lines);
  try {
    return yield* decodeBackup(readLines(lines, LINE_LIMIT_BYTES));
  } catch (error) {
    throw asBackupError(error);
  } finally {
    compressed.destroy();
    lines.destroy();
  }
}

const CHUNK_BYTES = 64 * 1024;

/** From the beginning. A stream of the handle itself would close it. */
async function* bytesOf(file: FileHandle, onRead: (done: number) => void = () => {}): AsyncGenerator<Buffer> {
  for (let done = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
    onRead(done);
  }
}

/** What zlib finds wrong, in words. */
function asBackupError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { code } = error;
  if (code === 'Z_BUF_ERROR') return new BackupError('damaged', 'it ends too early', { cause: error });
  if (code !== 'Z_DATA_ERROR') return error;
  return error.message === 'incorrect header check'
    ? new BackupError('none', 'it is no gzip file', { cause: error })
    : new BackupError('damaged', `it cannot be decompressed: ${error.message}`, { cause: error });
}
