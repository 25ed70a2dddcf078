import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Thrown when another process uses the data directory. */
export class DataDirectoryInUseError extends Error {
  readonly processId: number;
  constructor(directory: string, processId: number) {
    super(
      `the data directory ${directory} is in use by process ${processId}: stop it, or choose another with --data`,
    );
    this.name = 'DataDirectoryInUseError';
    this.processId = processId;
  }
}

/** Thrown when the policies of a data directory are some of those that were to be copied there. */
export class UnfinishedCopyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnfinishedCopyError';
  }
}

/**
 * Claims a data directory for this process and its workers. A claim whose process is gone counts for nothing, so that
 * a crash needs no cleaning up.
 *
 * @returns what gives the directory free again
 * @throws DataDirectoryInUseError, UnfinishedCopyError
 */
export function lockDataDirectory(directory: string): () => void {
  const unlock = claim(directory);
  const problem = unfinishedCopy(directory);
  if (problem === undefined) return unlock;
  unlock();
  throw new UnfinishedCopyError(problem);
}

/** A claim to copy policies into a data directory. */
export interface CopyLock {
  /** From now on, until `done`, no server can use it: a part of the policies would be taken for all. */
  readonly begin: () => void;
  readonly done: () => void;
  readonly unlock: () => void;
}

/** @throws DataDirectoryInUseError */
export function lockForCopy(directory: string): CopyLock {
  const unlock = claim(directory);
  const mark = join(directory, UNFINISHED);
  return {
    begin: () => writeFileSync(mark, ''),
    done: () => rmSync(mark, { force: true }),
    unlock,
  };
}

const UNFINISHED = 'copy.unfinished';

/** What is to be told of a directory with a part of the policies that were to be copied there. */
export function unfinishedCopy(directory: string): string | undefined {
  const mark = join(directory, UNFINISHED);
  if (!existsSync(mark)) return undefined;
  return `a restore or migration into ${directory} did not end: run it again, or remove ${join(directory, 'policies')} and ${mark}`;
}

function claim(directory: string): () => void {
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
