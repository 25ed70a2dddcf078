import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${process.pid} ${processStart(process.pid)}`);
  try {
    // A claim appears whole, or not at all: nobody takes one that is being written for one that is void.
    while (!linkUnlessThere(draft, file)) removeVoidClaim(directory, file, `${draft}.void`);
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/** Moved aside before it is removed, so that of several who would take over, none removes the claim of another. */
function removeVoidClaim(directory: string, file: string, aside: string): void {
  assertVoid(directory, file);
  renameUnlessGone(file, aside);
  try {
    assertVoid(directory, aside);
  } catch (error) {
    linkUnlessThere(aside, file);
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function assertVoid(directory: string, file: string): void {
  const owner = liveOwner(file);
  if (owner !== undefined) throw new DataDirectoryInUseError(directory, owner);
}

function liveOwner(file: string): number | undefined {
  const [id, start] = readClaim(file).split(' ');
  const processId = Number(id);
  if (!Number.isInteger(processId) || processId <= 0) return undefined;
  try {
    process.kill(processId, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return undefined;
  }
  return start === processStart(processId) ? processId : undefined;
}

function readClaim(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}

function linkUnlessThere(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function renameUnlessGone(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
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
