import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { bodyOf, bytesOf, filesIn, getText, newStore, put, temporaryDirectory } from './support.ts';

const newBucket = { name: 'b', acl: 'private', region: 'r' } as const;

describe('openObjectStore', () => {
  it('makes the directory when it is not there, and finds everything again when it is', async () => {
    const directory = join(temporaryDirectory(), 'not', 'yet');
    const first = await openObjectStore({ directory });
    await first.createBucket({ name: 'b', acl: 'public-read', region: 'r1' });
    await put(first, 'k', 'text');
    await first.close();

    const second = await openObjectStore({ directory });
    expect(second.bucket('b')).toMatchObject({ acl: 'public-read', region: 'r1' });
    expect(await getText(second, 'k')).toBe('text');
    await second.close();
  });

  it('sweeps what crashes left behind, and nothing that an object has', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k', 'kept');
    await store.stage(bodyOf('never committed'));
    const shard = join(directory, 'objects', 'ab');
    mkdirSync(shard, { recursive: true });
    writeFileSync(join(shard, `ab${'0'.repeat(30)}`), 'published, and then the process ended');
    await store.close();

    const plain = await openObjectStore({ directory });
    expect(await filesIn(directory, 'staging')).toHaveLength(1);
    expect(await filesIn(directory, 'objects')).toHaveLength(2);
    await plain.close();

    const swept = await openObjectStore({ directory, sweep: true });
    expect(await filesIn(directory, 'staging')).toEqual([]);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
    expect(await getText(swept, 'k')).toBe('kept');
    await swept.close();
  });

  it('refuses a store that a newer version wrote', async () => {
    const { store, directory } = await newStore();
    await store.close();
    const index = openLmdb({ path: join(directory, 'index'), overlappingSync: false });
    const written = index.openDB({ name: 'store', keyEncoding: 'binary', encoding: 'json' });
    await written.put(Buffer.from('store'), { format: 2 });
    await index.close();

    await expect(openObjectStore({ directory })).rejects.toThrow(/has format 2, .* reads up to 1$/);
  });
});

describe('ObjectStore.close', () => {
  it('waits for what is being written, and fails what comes later', async () => {
    const { store } = await newStore();
    const body = await store.stage(bodyOf('text'));
    await put(store, 'k');
    const open = await store.open('b', 'k');
    const creation = store.createBucket({ ...newBucket, name: 'c' });
    await store.close();
    expect(await creation).toBe('created');
    expect(open && String(await bytesOf(open.read()))).toBe('k');
    await expect(store.createBucket({ ...newBucket, name: 'd' })).rejects.toThrow('closed');
    await expect(store.commit('b', 'k', body, { headers: [] })).rejects.toThrow('closed');
    await expect(store.deleteObject('b', 'k')).rejects.toThrow('closed');
    await expect(store.open('b', 'k')).rejects.toThrow('closed');
    expect(() => store.head('b', 'k')).toThrow('closed');
    await store.close();
  });
});
