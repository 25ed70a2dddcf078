import { appendFile, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';

/** The logs of use of the tenants of one dialect: files below a directory for each of them. Any number of processes may write. */
export interface UsageLog {
  /** Adds a line, soon. `file` is below the tenant's directory, with `/` between names. */
  readonly append: (tenant: string, file: string, line: string) => void;
  /** Removes files of a tenant that nobody has written to since then, in milliseconds since the epoch. */
  readonly removeOlder: (tenant: string, since: number) => Promise<void>;
  /** Writes what is left. */
  readonly close: () => Promise<void>;
}

/** Lines that come in meanwhile are written together. */
const WRITE_AFTER_MS = 100;
/** A disk that takes nothing must not fill the memory instead: what comes on top of this is lost, and told. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export function openUsageLog(directory: string, log: Logger): UsageLog {
  const waiting = new Map<string, string[]>();
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const files = [...waiting];
    waiting.clear();
    waitingBytes = 0;
    for (const [path, lines] of files) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await appendFile(path, lines.join(''));
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
      if (waitingBytes + line.length > MOST_WAITING_BYTES) {
        log.error({ tenant }, 'a line of a log of use is lost: the disk is too slow');
        return;
      }
      const path = join(directoryOf(tenant), ...file.split('/'));
      const lines = waiting.get(path);
      if (lines) lines.push(line);
      else waiting.set(path, [line]);
      waitingBytes += line.length;
      writeSoon();
    },
    removeOlder: (tenant, since) => removeOlderBelow(directoryOf(tenant), since),
    close: async () => {
      clearTimeout(timer);
      writing = writing.then(write);
      await writing;
    },
  };
}

async function removeOlderBelow(directory: string, since: number): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(unlessAbsent);
  for (const entry of entries ?? []) {
    const path = join(directory, entry.name);
    const isOld = (await stat(path)).mtimeMs < since;
    if (entry.isDirectory()) {
      await removeOlderBelow(path, since);
      // One that is not empty stays.
      if (isOld) await rmdir(path).catch(() => {});
    } else if (isOld) {
      await rm(path, { force: true });
    }
  }
}

function unlessAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
