import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Thrown when another server uses the data directory. */
export class DataDirectoryInUseError extends Error {
  constructor(directory: string, processId: number) {
    super(
      `the data directory ${directory} is in use by process ${processId}: stop it, or choose another with --data`,
    );
    this.name = 'DataDirectoryInUseError';
  }
}

/**
 * Claims a data directory for this process and its workers. A claim whose process is gone counts for nothing, so that
 * a crash needs no cleaning up.
 *
 * @returns what gives the directory free again
 * @throws DataDirectoryInUseError
 */
export function lockDataDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'server.lock');
  const claim = `${process.pid} ${processStart(process.pid)}`;
  try {
    writeFileSync(file, claim, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = liveOwner(file);
    if (owner !== undefined) throw new DataDirectoryInUseError(directory, owner);
    writeFileSync(file, claim);
  }
  return () => rmSync(file, { force: true });
}

function liveOwner(file: string): number | undefined {
  const [id, start] = readFileSync(file, 'utf8').split(' ');
  const processId = Number(id);
  if (!Number.isInteger(processId) || processId <= 0 || processId === process.pid) return undefined;
  try {
    process.kill(processId, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  return start === processStart(processId) ? processId : undefined;
}

/** When a process began, so that a number that was given out again is not taken for the same process. */
function processStart(processId: number): string {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
