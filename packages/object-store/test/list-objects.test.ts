import { describe, expect, it } from 'vitest';
import { openIndexDatabase } from '../src/index-database.ts';
import { listPage } from '../src/listing.ts';
import { newStore, put, temporaryDirectory } from './support.ts';

describe('ObjectStore.listObjects', () => {
  it('rolls keys up, in the order of their UTF-8 bytes', async () => {
    const { store } = await newStore();
    const keys = ['\u{10000}', '\uffff', 'a', 'a/1', 'a/2', 'a0', 'b/1/2', '/x', '\0'];
    await Promise.all(keys.map(key => put(store, key)));
    const { objects, commonPrefixes, next } = store.listObjects('b', { delimiter: '/', limit: 100 });
    expect(objects.map(object => object.key)).toEqual(['\0', 'a', 'a0', '\uffff', '\u{10000}']);
    expect(objects[1]).toEqual(store.head('b', 'a'));
    expect(commonPrefixes).toEqual(['/', 'a/', 'b/']);
    expect(next).toBeUndefined();
  });

  it.each([
    { name: 'the common prefix itself', after: 'a/', objects: ['a0'], commonPrefixes: ['b/'] },
    { name: 'a key within it', after: 'a/1', objects: ['a0'], commonPrefixes: ['b/'] },
    { name: 'what sorts just before it', after: 'a', objects: ['a0'], commonPrefixes: ['a/', 'b/'] },
    { name: 'the last of all', after: 'b/', objects: [], commonPrefixes: [] },
    { name: 'far behind', after: 'z', objects: [], commonPrefixes: [] },
  ])('goes on after $name', async ({ after, objects, commonPrefixes }) => {
    const { store } = await newStore();
    await Promise.all(['a', 'a/1', 'a/2', 'a0', 'b/1'].map(key => put(store, key)));
    const listing = store.listObjects('b', { delimiter: '/', after, limit: 100 });
    expect(listing.objects.map(object => object.key)).toEqual(objects);
    expect(listing.commonPrefixes).toEqual(commonPrefixes);
  });

  it('says where to go on only when there is more', async () => {
    const { store } = await newStore();
    await Promise.all(['a', 'b/1', 'b/2', 'c'].map(key => put(store, key)));
    const next = (limit: number) => store.listObjects('b', { delimiter: '/', limit }).next;
    expect([0, 1, 2, 3, 4].map(next)).toEqual([undefined, 'a', 'b/', undefined, undefined]);
    expect(store.listObjects('b', { limit: 0 })).toEqual({
      objects: [],
      commonPrefixes: [],
      next: undefined,
    });
  });

  it('takes texts longer than any key', async () => {
    const { store } = await newStore();
    const longest = 'k'.repeat(1024);
    await Promise.all([longest, 'l'].map(key => put(store, key)));
    const keys = (options: { prefix?: string; after?: string; delimiter?: string }) =>
      store.listObjects('b', { limit: 10, ...options }).objects.map(object => object.key);
    expect(keys({ prefix: 'k'.repeat(3000) })).toEqual([]);
    expect(keys({ after: 'k'.repeat(1023) })).toEqual([longest, 'l']);
    expect(keys({ after: 'k'.repeat(3000) })).toEqual(['l']);
    expect(keys({ after: `${'k'.repeat(3000)}/`, delimiter: '/' })).toEqual(['l']);
    expect(keys({ delimiter: 'k'.repeat(3000) })).toEqual([longest, 'l']);
  });

  it('is empty for a bucket that is not there, and keeps to its bucket', async () => {
    const { store } = await newStore();
    for (const name of ['a', 'c']) {
      await store.createBucket({ name, acl: 'private', region: 'r' });
      await put(store, 'k', 'k', name);
    }
    for (const bucket of ['b', 'gone'])
      expect(store.listObjects(bucket, { limit: 10, after: 'a' }).objects).toEqual([]);
  });

  it('rejects limits that are not integers of 0 or more, and lone surrogates', async () => {
    const { store } = await newStore();
    for (const limit of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => store.listObjects('b', { limit })).toThrow(RangeError);
    for (const name of ['prefix', 'delimiter', 'after'])
      expect(() => store.listObjects('b', { limit: 1, [name]: '\ud800' })).toThrow(TypeError);
  });
});

describe('listPage', () => {
  it('visits one key for each common prefix, however many it stands for', async () => {
    const index = await openIndexDatabase(temporaryDirectory());
    await index.createBucket('b', 'private', 'r');
    const object = { fileId: 'f', sizeBytes: 0, etag: '', attributes: { headers: [] } };
    const puts = ['a/', 'b/'].flatMap(folder =>
      Array.from({ length: 1000 }, (_, count) => index.putObject('b', folder + count, object)),
    );
    await Promise.all(puts);

    let visited = 0;
    const scan = index.objectScanner('b');
    const listing = listPage(
      function* (start) {
        for (const entry of scan(start)) {
          visited++;
          yield entry;
        }
      },
      { delimiter: '/', limit: 10 },
    );
    expect(listing).toEqual({ objects: [], commonPrefixes: ['a/', 'b/'], next: undefined });
    expect(visited).toBe(2);
    await index.close();
  });
});
