import { appendFile, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';

/**
 * The logs of use of the tenants of one dialect: files below a directory for each of them, for their owner alone. Any
 * number of processes may write and remove.
 */
export interface UsageLog {
  /** Adds a line, soon. `file` is below the tenant's directory, with `/` between names. */
  readonly append: (tenant: string, file: string, line: string) => void;
  /**
   * Removes files of a tenant that nobody has written to since then, in milliseconds since the epoch. Rejects when some
   * cannot be removed, after all others are.
   */
  readonly removeOlder: (tenant: string, since: number) => Promise<void>;
  /** Writes what is left. */
  readonly close: () => Promise<void>;
}

/** Lines that come in meanwhile are written together. */
const WRITE_AFTER_MS = 100;
/** A disk that takes nothing must not fill the memory instead: what comes on top of this is lost, and told. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** Who asks for what, and from where, is for nobody else on this machine. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export function openUsageLog(directory: string, log: Logger): UsageLog {
  const waiting = new Map<string, string[]>();
  let waitingBytes = 0;
  let lostLines = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const files = [...waiting];
    waiting.clear();
    waitingBytes = 0;
    if (lostLines > 0) {
      log.error({ lines: lostLines }, 'lines of a log of use are lost: the disk is too slow');
      lostLines = 0;
    }
    for (const [path, lines] of files) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
        await appendFile(path, lines.join(''), { mode: FILE_MODE });
      } catch (error) {
        log.error({ err: error, path, lines: lines.length }, 'lines of a log of use are lost');
      }
    }
  }

  function writeSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(write);
    }, WRITE_AFTER_MS);
  }

  const directoryOf = (tenant: string): string => join(directory, encodeURIComponent(tenant));

  return {
    append: (tenant, file, line) => {
      const lineBytes = Buffer.byteLength(line);
      if (waitingBytes + lineBytes > MOST_WAITING_BYTES) {
        lostLines += 1;
        return;
      }
      const path = join(directoryOf(tenant), ...file.split('/'));
      const lines = waiting.get(path);
      if (lines) lines.push(line);
      else waiting.set(path, [line]);
      waitingBytes += lineBytes;
      writeSoon();
    },
    removeOlder: async (tenant, since) => {
      const failures: unknown[] = [];
      await removeOlderBelow(directoryOf(tenant), since, error => {
        // Another process may be at it, too.
        if (!isAbsent(error)) failures.push(error);
      });
      if (failures.length > 0) {
        throw new Error(`${failures.length} of the entries could not be removed`, { cause: failures[0] });
      }
    },
    close: async () => {
      clearTimeout(timer);
      writing = writing.then(write);
      await writing;
    },
  };
}

/** Links are passed over: nobody here has made them. */
async function removeOlderBelow(
  directory: string,
  since: number,
  onError: (error: unknown) => void,
): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(onError);
  for (const entry of entries ?? []) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const path = join(directory, entry.name);
    try {
      const isOld = (await lstat(path)).mtimeMs < since;
      if (entry.isDirectory()) {
        await removeOlderBelow(path, since, onError);
        // One that is not empty stays.
        if (isOld) await rmdir(path).catch(() => {});
      } else if (isOld) {
        await rm(path, { force: true });
      }
    } catch (error) {
      onError(error);
    }
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
