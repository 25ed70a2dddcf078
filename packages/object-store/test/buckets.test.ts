import { describe, expect, it } from 'vitest';
import { bodyOf, filesIn, newStore, put } from './support.ts';

const newBucket = { name: 'b', acl: 'private', region: 'r' } as const;

describe('ObjectStore.createBucket', () => {
  it('creates a bucket once, and leaves it as it was', async () => {
    const { store } = await newStore();
    const before = Date.now();
    expect(await store.createBucket({ name: 'c', acl: 'public-read', region: 'r2' })).toBe('created');
    expect(await store.createBucket({ name: 'c', acl: 'private', region: 'r3' })).toBe('exists');
    const bucket = store.bucket('c');
    expect(bucket).toEqual({
      name: 'c',
      acl: 'public-read',
      region: 'r2',
      createdAt: expect.any(Number) as number,
    });
    expect(bucket?.createdAt).toBeGreaterThanOrEqual(before);
    expect(store.bucket('d')).toBeUndefined();
  });

  it('creates a bucket once when asked twice at the same time', async () => {
    const { store } = await newStore();
    const bucket = { ...newBucket, name: 'c' };
    const results = await Promise.all([store.createBucket(bucket), store.createBucket(bucket)]);
    expect(results.sort()).toEqual(['created', 'exists']);
  });

  it('lists buckets by the UTF-8 bytes of their names', async () => {
    const { store } = await newStore();
    for (const name of ['\u{10000}', '\uffff', 'a', 'b-1', '\u{1}'])
      await store.createBucket({ ...newBucket, name });
    expect(store.buckets().map(bucket => bucket.name)).toEqual([
      '\u{1}',
      'a',
      'b',
      'b-1',
      '\uffff',
      '\u{10000}',
    ]);
  });

  it('takes names of 1 to 255 bytes without NUL and lone surrogates', async () => {
    const { store } = await newStore();
    const named = (name: string) => store.createBucket({ ...newBucket, name });
    expect(await named('x'.repeat(255))).toBe('created');
    await expect(named('x'.repeat(256))).rejects.toThrow(RangeError);
    await expect(named('')).rejects.toThrow(RangeError);
    await expect(named('a\0b')).rejects.toThrow(TypeError);
    await expect(named('a\ud800')).rejects.toThrow(TypeError);
  });
});

describe('ObjectStore.deleteBucket', () => {
  it('deletes an empty bucket only, whatever its neighbours have', async () => {
    const { store } = await newStore();
    for (const name of ['a', 'b\u{1}', 'ba']) {
      await store.createBucket({ ...newBucket, name });
      await put(store, 'k', 'k', name);
    }
    await put(store, '', 'the empty key');
    expect(await store.deleteBucket('b')).toBe('not-empty');
    await store.deleteObject('b', '');
    expect(await store.deleteBucket('b')).toBe('deleted');
    expect(await store.deleteBucket('b')).toBe('no-such-bucket');
    expect(store.bucket('b')).toBeUndefined();
  });

  it('never deletes a bucket that an object is committed to at the same time', async () => {
    const { store, directory } = await newStore();
    const outcomes = new Set<string>();
    for (let round = 0; round < 20; round++) {
      await store.createBucket(newBucket);
      const body = await store.stage(bodyOf('x'));
      const first = round % 2 ? store.deleteBucket('b') : undefined;
      const commit = store.commit('b', 'k', body, { headers: [] });
      const deletion = await (first ?? store.deleteBucket('b'));
      const { kind } = await commit;
      outcomes.add(`${deletion}, ${kind}`);
      expect(store.head('b', 'k') !== undefined).toBe(kind === 'committed');
      expect(await filesIn(directory, 'objects')).toHaveLength(kind === 'committed' ? 1 : 0);
      await store.deleteObject('b', 'k');
    }
    for (const outcome of outcomes)
      expect(['not-empty, committed', 'deleted, no-such-bucket']).toContain(outcome);
  });
});
