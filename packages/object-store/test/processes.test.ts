import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { child, expectWhole, start } from './child-process.ts';
import { filesIn, get, getText, newStore, put } from './support.ts';

/** Runs a job to its end, with files limited to about a megabyte, and gives what it returned. */
async function runOnSmallDisk(job: string, directory: string): Promise<unknown> {
  // Beyond the limit, writing fails with EFBIG as it does with ENOSPC on a full disk.
  const script = 'ulimit -f 2048; exec "$@"';
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    script,
    'sh',
    process.execPath,
    child,
    job,
    directory,
  ]);
  return JSON.parse(stdout);
}

const numberOf = (bytes: Buffer) => Number(bytes.subarray(0, bytes.indexOf('\n')).toString());

describe('a store that several processes use', () => {
  it('shows at once what another process committed', async () => {
    const { store, directory } = await newStore();
    expect(store.head('b', 'k')).toBeUndefined();
    // All within one turn of the event loop.
    execFileSync(process.execPath, [child, 'put-once', directory]);
    expect(store.head('b', 'k')?.sizeBytes).toBe(14);
    expect(store.listObjects('b', { limit: 1 }).objects).toHaveLength(1);
    expect(await getText(store, 'k')).toBe('from the child');
  });

  it('shows readers one whole version of a key that two processes write', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k', '0\n');
    const writers = [start('write-one-key', directory), start('write-one-key', directory)];
    const ends = Promise.all(writers.map(writer => once(writer, 'exit')));
    let ended = false;
    const codes = ends.then(exits => {
      ended = true;
      return exits.map(([code]) => code as unknown);
    });
    const seen = new Set<string>();
    while (!ended) {
      const read = await get(store, 'k');
      await expectWhole(read);
      if (read) seen.add(read.object.etag);
    }
    expect(await codes).toEqual([0, 0]);
    expect(seen.size).toBeGreaterThan(10);
    const last = await get(store, 'k');
    expect(last && numberOf(last.bytes)).toBe(150);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
    expect(await filesIn(directory, 'staging')).toEqual([]);
  });
});

describe('a store whose process is killed', () => {
  it('has all that was acknowledged, whole, and nothing besides once it is swept', async () => {
    const { store: first, directory } = await newStore();
    await first.close();
    for (const acknowledgements of [1, 20, 35, 50, 80]) {
      const writer = start('write-until-killed', directory);
      const acknowledged = new Map<string, number>();
      let count = 0;
      writer.on('message', ({ key, number }: { key: string; number: number }) => {
        acknowledged.set(key, number);
        if (++count === acknowledgements) writer.kill('SIGKILL');
      });
      const ended = await Promise.all([once(writer, 'exit'), once(writer, 'disconnect')]);
      expect(ended[0]).toEqual([null, 'SIGKILL']);

      const store = await openObjectStore({ directory, sweep: true });
      const { objects } = store.listObjects('b', { limit: 100 });
      for (const { key } of objects) await expectWhole(await get(store, key));
      for (const [key, number] of acknowledged) {
        const read = await get(store, key);
        expect(read && numberOf(read.bytes)).toBeGreaterThanOrEqual(number);
      }
      expect(await filesIn(directory, 'objects')).toHaveLength(objects.length);
      expect(await filesIn(directory, 'staging')).toEqual([]);
      await store.close();
    }
  });
});

describe.skipIf(process.platform === 'win32')('a store whose disk is full', () => {
  it('removes a body that it could not write, and goes on', async () => {
    const { store, directory } = await newStore();
    expect(await runOnSmallDisk('fail-to-write', directory)).toEqual({ codes: ['EFBIG'] });
    expect(await filesIn(directory, 'staging')).toEqual([]);
    expect(await getText(store, 'small')).toBe('still works');
  });

  it('discards a body that the index has no room for, and keeps what it has', async () => {
    const { store, directory } = await newStore();
    const filled = (await runOnSmallDisk('fill-index', directory)) as { committed: number; error: string };
    expect(filled).toEqual({ committed: expect.any(Number) as number, error: expect.any(String) as string });
    expect(filled.committed).toBeGreaterThan(0);
    expect(store.listObjects('b', { limit: 1000 }).objects).toHaveLength(filled.committed);
    expect(await filesIn(directory, 'objects')).toHaveLength(filled.committed);
    expect(await filesIn(directory, 'staging')).toEqual([]);
    await put(store, 'more');
    expect(await getText(store, 'more')).toBe('more');
  });
});

describe('the memory of a store', () => {
  it('does not grow with the size of a body', async () => {
    const { directory } = await newStore();
    const output = execFileSync(process.execPath, [child, 'stage-and-read', directory], { encoding: 'utf8' });
    const result = JSON.parse(output) as { one: boolean; parts: boolean; growthBytes: number };
    expect(result).toMatchObject({ one: true, parts: true });
    expect(result.growthBytes).toBeLessThan(64 << 20);
  });
});
