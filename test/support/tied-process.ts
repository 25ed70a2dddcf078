import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { findExecutable } from './find-executable.ts';

const SETPRIV = findExecutable('setpriv');

/** For `describeWith`. */
export const SETPRIV_MISSING: string | undefined = SETPRIV
  ? undefined
  : 'setpriv is not installed (Linux has it)';

/**
 * Starts a process that the kernel kills when this one ends, however it ends (`PR_SET_PDEATHSIG` of prctl(2)); where there
 * is no setpriv, only an exit in order can be followed, which is for the caller to do.
 */
export function spawnTied(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (SETPRIV === undefined) return spawn(command, args, options);
  return spawn(SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args], options);
}
