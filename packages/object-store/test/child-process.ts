import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import type { get } from './support.ts';

export const child: string = fileURLToPath(new URL('child.mjs', import.meta.url));

/** Starts a job in a process that is killed with the test. */
export function start(job: string, directory: string): ChildProcess {
  const started = fork(child, [job, directory], { execArgv: [] });
  onTestFinished(() => {
    started.kill('SIGKILL');
  });
  return started;
}

/** Expects an object that is there and whose bytes are those that its tag is the MD5 of. */
export async function expectWhole(read: Awaited<ReturnType<typeof get>>): Promise<void> {
  if (!read) throw new Error('the object is not there');
  expect(read.bytes.length).toBe(read.object.sizeBytes);
  expect(createHash('md5').update(read.bytes).digest('hex')).toBe(read.object.etag);
}
