import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DataDirectoryInUseError,
  lockDataDirectory,
  lockForCopy,
  UnfinishedCopyError,
  unfinishedCopy,
} from '../src/data-lock.ts';

describe(lockDataDirectory, () => {
  let directory: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-lock-'));
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  function claim(text: string): void {
    writeFileSync(join(directory, 'server.lock'), text);
  }

  /** Another process, which claims the directory when it is told to, and keeps it until it is killed. */
  async function claimant(): Promise<{ readonly child: ChildProcess; readonly lock: () => Promise<string> }> {
    const url = new URL('../dist/data-lock.js', import.meta.url).href;
    const script = `const { lockDataDirectory } = await import(${JSON.stringify(url)});
      process.stdin.once('data', () => {
        try {
          lockDataDirectory(${JSON.stringify(directory)});
          process.stdout.write('locked');
        } catch (error) {
          process.stdout.write(error.name);
        }
      });
      process.stdout.write('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return {
      child,
      lock: async () => {
        const answer = once(child.stdout, 'data');
        child.stdin.write('go');
        return String((await answer)[0]);
      },
    };
  }

  it('leaves nothing behind when it is given free', () => {
    lockDataDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('makes a directory that is not there', () => {
    const inner = join(directory, 'a', 'b');
    const release = lockDataDirectory(inner);
    expect(readdirSync(inner)).toEqual(['server.lock']);
    release();
  });

  it('refuses a directory that another process has, and says which', async () => {
    const { child, lock } = await claimant();
    expect(await lock()).toBe('locked');
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    expect(() => lockDataDirectory(directory)).toThrow(`is in use by process ${child.pid}`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    lockDataDirectory(directory)();
  });

  it('is given to one of several that want to take over at once', async () => {
    claim('2147483647 1');
    const claimants = await Promise.all([claimant(), claimant(), claimant(), claimant()]);
    const answers = await Promise.all(claimants.map(({ lock }) => lock()));
    const refused = 'DataDirectoryInUseError';
    expect(answers.sort()).toEqual([refused, refused, refused, 'locked']);
    expect(readdirSync(directory)).toEqual(['server.lock']);
  });

  it('refuses a directory that this process has already', () => {
    const release = lockDataDirectory(directory);
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    release();
    lockDataDirectory(directory)();
  });

  it.each([
    { name: 'a process that is gone', text: '2147483647 1' },
    { name: 'a process number that has been given out again', text: `${process.ppid} 1` },
    { name: 'its own number, of an earlier process', text: `${process.pid} 1` },
    { name: 'nobody, after a crash while it was written', text: '' },
    { name: 'something that is no claim', text: 'hello' },
    { name: 'a whole group of processes', text: '-1 1' },
  ])('takes over from $name', ({ text }) => {
    claim(text);
    lockDataDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('lockForCopy', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-copy-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps servers out while the copy is under way, and after it broke off', () => {
    const first = lockForCopy(directory);
    first.begin();
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    first.unlock();
    expect(() => lockDataDirectory(directory)).toThrow(UnfinishedCopyError);
    expect(() => lockDataDirectory(directory)).toThrow(`into ${directory} did not end: run it again`);
    expect(unfinishedCopy(directory)).toContain(join(directory, 'policies'));
    const second = lockForCopy(directory);
    second.begin();
    second.done();
    second.unlock();
    expect(unfinishedCopy(directory)).toBeUndefined();
    lockDataDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves no mark before it has begun', () => {
    lockForCopy(directory).unlock();
    lockDataDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('does not copy into the directory of a server', () => {
    const release = lockDataDirectory(directory);
    expect(() => lockForCopy(directory)).toThrow(DataDirectoryInUseError);
    release();
  });
});
