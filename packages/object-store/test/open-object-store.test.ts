import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import {
  bodyOf,
  bytesOf,
  filesIn,
  getText,
  md5,
  newStore,
  put,
  putParts,
  temporaryDirectory,
} from './support.ts';

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

  it('reads a store of format 1, and keeps older code from it', async () => {
    const { store, directory } = await newStore();
    for (const key of ['kept', 'replaced', 'deleted', 'uploaded']) await put(store, key);
    await store.close();
    // Format 1 had the MD5 where there is the tag now, and one file for each object.
    const index = openLmdb({ path: join(directory, 'index'), overlappingSync: false });
    const table = (name: string) =>
      index.openDB<Record<string, unknown>, Buffer>({ name, keyEncoding: 'binary', encoding: 'json' });
    const objects = table('objects');
    for (const { key, value } of [...objects.getRange()]) {
      const { etag, ...rest } = value;
      await objects.put(key, { ...rest, format: 1, md5: etag });
    }
    await table('store').put(Buffer.from('store'), { format: 1 });
    await index.close();

    const opened = await openObjectStore({ directory, sweep: true });
    expect(opened.head('b', 'kept')).toEqual({
      key: 'kept',
      sizeBytes: 4,
      etag: md5('kept'),
      modifiedAt: expect.any(Number) as number,
      attributes: { headers: [] },
    });
    expect(opened.listObjects('b', { limit: 1, after: 'deleted' }).objects).toEqual([
      opened.head('b', 'kept'),
    ]);
    await put(opened, 'replaced', 'new');
    await opened.deleteObject('b', 'deleted');
    await putParts(opened, 'uploaded', ['of ', 'parts']);
    const texts = ['kept', 'replaced', 'deleted', 'uploaded'].map(key => getText(opened, key));
    expect(await Promise.all(texts)).toEqual(['kept', 'new', undefined, 'of parts']);
    expect(await filesIn(directory, 'objects')).toHaveLength(4);
    await opened.close();

    const raised = openLmdb({ path: join(directory, 'index'), overlappingSync: false });
    const store2 = raised.openDB({ name: 'store', keyEncoding: 'binary', encoding: 'json' });
    expect(store2.get(Buffer.from('store'))).toEqual({ format: 2 });
    await raised.close();
  });

  it('refuses a store that a newer version wrote', async () => {
    const { store, directory } = await newStore();
    await store.close();
    const index = openLmdb({ path: join(directory, 'index'), overlappingSync: false });
    const written = index.openDB({ name: 'store', keyEncoding: 'binary', encoding: 'json' });
    await written.put(Buffer.from('store'), { format: 3 });
    await index.close();

    await expect(openObjectStore({ directory })).rejects.toThrow(/has format 3, .* reads up to 2$/);
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
