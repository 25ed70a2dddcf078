import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { filesIn, getText, put, temporaryDirectory } from './support.ts';

const MEBIBYTE = 1024 ** 2;
const DISK_BYTES = 24 * MEBIBYTE;

/** Root may, where nothing holds it back. */
function mountDisk(directory: string): boolean {
  const args = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'crossgate-full', directory];
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a store on a disk with little room', () => {
  it('takes no objects, lets them be deleted, and goes on when there is room', async context => {
    const disk = temporaryDirectory();
    if (!mountDisk(disk)) context.skip('only root may mount a small disk');
    onTestFinished(() => void execFileSync('umount', ['--lazy', disk]));
    const directory = join(disk, 'store');
    const store = await openObjectStore({ directory });
    onTestFinished(() => store.close());
    await store.createBucket({ name: 'b', acl: 'private', region: 'r' });
    await put(store, 'old');
    await put(store, 'kept');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(DISK_BYTES - 6 * MEBIBYTE));

    const refused = { code: 'ENOSPC', message: 'the disk has less than 8 MiB of room' };
    await expect(put(store, 'new')).rejects.toMatchObject(refused);
    await expect(store.createUpload('b', 'more', { headers: [] })).rejects.toMatchObject(refused);
    await expect(store.createBucket({ name: 'c', acl: 'private', region: 'r' })).rejects.toMatchObject(
      refused,
    );
    expect(await filesIn(directory, 'objects')).toHaveLength(2);
    expect(await filesIn(directory, 'staging')).toEqual([]);
    expect(await getText(store, 'kept')).toBe('kept');
    expect(await store.deleteObject('b', 'old')).toBe(true);

    rmSync(ballast);
    await put(store, 'new');
    expect(await getText(store, 'new')).toBe('new');
  });
});
