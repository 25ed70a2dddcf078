import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ObjectStore, openObjectStore } from '../src/index.ts';
import { openIndexDatabase } from '../src/index-database.ts';
import {
  begin,
  bodyOf,
  filesIn,
  getText,
  md5,
  newStore,
  put,
  putPart,
  putParts,
  temporaryDirectory,
} from './support.ts';

const completion = { etag: 'tag-2' };
const unknownId = '0'.repeat(44);

async function expectNoFiles(directory: string): Promise<void> {
  expect(await filesIn(directory, 'objects')).toEqual([]);
  expect(await filesIn(directory, 'staging')).toEqual([]);
}

describe('ObjectStore.createUpload', () => {
  it('begins an upload that only its bucket, key and id together name', async () => {
    const { store } = await newStore();
    const attributes = { headers: [['x-cos-meta-a', 'ü']], acl: 'public-read' } as const;
    const before = Date.now();
    const upload = await store.createUpload('b', 'k', attributes);
    if (upload === 'no-such-bucket') throw new Error(upload);
    expect(upload).toMatchObject({ bucket: 'b', key: 'k', attributes });
    expect(upload.id).toMatch(/^[0-9a-f]{44}$/);
    expect(upload.startedAt).toBeGreaterThanOrEqual(before);
    expect(upload.startedAt).toBeLessThanOrEqual(Date.now());

    expect(store.upload(upload)).toEqual(upload);
    await store.createBucket({ name: 'c', acl: 'private', region: 'r' });
    for (const other of [{ bucket: 'c' }, { key: 'k2' }, { key: '' }, { id: unknownId }])
      expect(store.upload({ ...upload, ...other })).toBeUndefined();
    expect(store.head('b', 'k')).toBeUndefined();
    expect(store.listObjects('b', { limit: 10 }).objects).toEqual([]);
  });

  it('gives each upload an id of its own, also of the same key', async () => {
    const { store } = await newStore();
    const uploads = await Promise.all(Array.from({ length: 100 }, () => begin(store, 'k')));
    expect(new Set(uploads.map(({ id }) => id.slice(12))).size).toBe(100);
  });

  it('needs the bucket, and texts that can be stored', async () => {
    const { store } = await newStore();
    expect(await store.createUpload('gone', 'k', { headers: [] })).toBe('no-such-bucket');
    await expect(store.createUpload('b', 'a\ud800', { headers: [] })).rejects.toThrow(TypeError);
    await expect(store.createUpload('b', 'k'.repeat(1025), { headers: [] })).rejects.toThrow(RangeError);
    await expect(store.createUpload('', 'k', { headers: [] })).rejects.toThrow(RangeError);
  });

  it.each([
    { name: 'empty', id: '' },
    { name: 'longer than any', id: 'a'.repeat(5000) },
    { name: 'with a lone surrogate', id: '\ud800'.repeat(44) },
    { name: 'in upper case', id: 'A'.repeat(44) },
    { name: 'with a line break', id: `${'a'.repeat(44)}\n` },
  ])('takes no upload for one with an id $name', async ({ id }) => {
    const { store, directory } = await newStore();
    const upload = { bucket: 'b', key: 'k', id };
    expect(store.upload(upload)).toBeUndefined();
    expect(store.listParts(upload, { limit: 1 })).toBeUndefined();
    expect(await store.abortUpload(upload)).toBe(false);
    const gone = { kind: 'no-such-upload' };
    expect(await store.commitPart(upload, 1, await store.stage(bodyOf('x')))).toEqual(gone);
    expect(await store.completeUpload(upload, [{ number: 1, md5: md5('x') }], completion)).toEqual(gone);
    await expectNoFiles(directory);
  });
});

describe('ObjectStore.commitPart', () => {
  it('adds parts in any order, and replaces one of the same number', async () => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    await putPart(store, upload, 10_000, 'last');
    await putPart(store, upload, 2, 'old');
    const before = Date.now();
    const result = await store.commitPart(upload, 2, await store.stage(bodyOf('newer')), '12 34');
    await putPart(store, upload, 0, '');
    const parts = store.listParts(upload, { limit: 10 }) ?? [];
    expect(parts).toMatchObject([
      { number: 0, sizeBytes: 0, md5: md5('') },
      { number: 2, sizeBytes: 5, md5: md5('newer'), checksum: '12 34' },
      { number: 10_000, sizeBytes: 4, md5: md5('last') },
    ]);
    expect(result).toEqual({ kind: 'committed', part: parts[1] });
    expect(parts[1]?.modifiedAt).toBeGreaterThanOrEqual(before);
    expect(parts[0]).not.toHaveProperty('checksum');
    expect(await filesIn(directory, 'objects')).toHaveLength(3);
  });

  it.each([-1, 10_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('rejects the number %d', async number => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    const body = await store.stage(bodyOf('x'));
    await expect(store.commitPart(upload, number, body)).rejects.toThrow(RangeError);
    await expectNoFiles(directory);
  });

  it('keeps one file when the same part is committed many times at once', async () => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    await Promise.all(Array.from({ length: 20 }, (_, count) => putPart(store, upload, 1, `${count}`)));
    expect(store.listParts(upload, { limit: 10 })).toHaveLength(1);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
  });

  it('leaves nothing of a part that the index does not take', async () => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    const bodies = await Promise.all([store.stage(bodyOf('x')), store.stage(bodyOf('y'))]);
    const broken = {
      toJSON() {
        throw new Error('not to be written');
      },
    } as unknown as string;
    await expect(store.commitPart(upload, 1, bodies[0], broken)).rejects.toThrow('not to be written');
    expect(await filesIn(directory, 'objects')).toEqual([]);
    await store.close();
    await expect(store.commitPart(upload, 1, bodies[1])).rejects.toThrow('closed');
  });
});

describe('ObjectStore.listParts', () => {
  it('lists by number, from after any number, up to the limit, and this upload only', async () => {
    const { store } = await newStore();
    const [upload, other] = [await begin(store, 'k'), await begin(store, 'k')];
    for (const number of [300, 2, 1, 256]) await putPart(store, upload, number, 'x');
    await putPart(store, other, 3, 'x');
    const numbers = (options: { after?: number; limit?: number }) =>
      store.listParts(upload, { limit: 10, ...options })?.map(({ number }) => number);
    expect(numbers({})).toEqual([1, 2, 256, 300]);
    expect(numbers({ limit: 2 })).toEqual([1, 2]);
    expect(numbers({ limit: 0 })).toEqual([]);
    expect(numbers({ after: 2 })).toEqual([256, 300]);
    expect(numbers({ after: 100, limit: 1 })).toEqual([256]);
    for (const after of [300, 10_000, 70_000, 1e15]) expect(numbers({ after })).toEqual([]);
    for (const value of [-1, 0.5, Number.NaN]) {
      expect(() => numbers({ limit: value })).toThrow(RangeError);
      expect(() => numbers({ after: value })).toThrow(RangeError);
    }
  });
});

describe('ObjectStore.listUploads', () => {
  const ids = (listing: ReturnType<ObjectStore['listUploads']>) => listing.uploads.map(({ id }) => id);

  it('lists by the bytes of the key, then by the beginning, with a prefix and in pages', async () => {
    const { store } = await newStore();
    const keys = ['\u{10000}', '\uffff', 'a', 'a\0', 'a\0\u{1}', 'a\u{1}', 'a/1', 'ab', 'b', '', 'a'];
    const begun = [];
    for (const key of keys) {
      begun.push(await begin(store, key));
      await sleep(2);
    }
    await store.createBucket({ name: 'b\u{1}', acl: 'private', region: 'r' });
    await begin(store, 'a', 'b\u{1}');
    const bytes = (text: string) => Buffer.from(text);
    const sorted = begun
      .map((upload, order) => ({ upload, order }))
      .sort((left, right) =>
        left.upload.key === right.upload.key
          ? left.order - right.order
          : Buffer.compare(bytes(left.upload.key), bytes(right.upload.key)),
      )
      .map(({ upload }) => upload);
    expect(store.listUploads('b', { limit: 100 })).toEqual({ uploads: sorted, next: undefined });

    for (const prefix of ['', 'a', 'a\0', '\uffff', 'c', 'k'.repeat(3000)])
      for (const limit of [1, 2, 3, 11]) {
        const seen: string[] = [];
        let after: { key: string; id: string } | undefined;
        do {
          const page = store.listUploads('b', { prefix, limit, ...(after && { after }) });
          expect(page.uploads.length).toBeLessThanOrEqual(limit);
          seen.push(...ids(page));
          after = page.next;
        } while (after);
        expect(seen).toEqual(sorted.filter(({ key }) => key.startsWith(prefix)).map(({ id }) => id));
      }
  });

  it('goes on after a position that is none of an upload', async () => {
    const { store } = await newStore();
    const longest = 'l'.repeat(1024);
    const uploads = [];
    for (const key of ['k', 'k\0', longest, 'm']) uploads.push((await begin(store, key)).id);
    const after = (key: string, id?: string, prefix = '') =>
      ids(store.listUploads('b', { prefix, limit: 10, after: id === undefined ? { key } : { key, id } }));
    expect(after('')).toEqual(uploads);
    expect(after('k')).toEqual(uploads.slice(1));
    expect(after('k', '')).toEqual(uploads);
    expect(after('k', unknownId)).toEqual(uploads);
    expect(after('k', uploads[0])).toEqual(uploads.slice(1));
    expect(after('k', `${uploads[0]}more`)).toEqual(uploads.slice(1));
    expect(after('k', 'z'.repeat(5000))).toEqual(uploads.slice(1));
    expect(after(`${longest}longer`, '')).toEqual(uploads.slice(3));
    expect(after('a', undefined, 'm')).toEqual(uploads.slice(3));
    expect(after('z', undefined, 'm')).toEqual([]);
    expect(() => after('\ud800')).toThrow(TypeError);
    expect(() => store.listUploads('b', { limit: -1 })).toThrow(RangeError);
    expect(store.listUploads('gone', { limit: 1 })).toEqual({ uploads: [], next: undefined });
  });
});

describe('ObjectStore.completeUpload', () => {
  it('makes the object of the named parts, and removes all else', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k', 'replaced');
    const upload = await begin(store, 'k');
    const one = await putPart(store, upload, 1, 'one ');
    await putPart(store, upload, 2, 'two ');
    const three = await putPart(store, upload, 3, 'three');
    expect(await getText(store, 'k')).toBe('replaced');

    const result = await store.completeUpload(upload, [one, three], completion);
    expect(result).toEqual({ kind: 'committed', object: store.head('b', 'k') });
    expect(store.head('b', 'k')).toMatchObject({
      sizeBytes: 9,
      etag: 'tag-2',
      attributes: upload.attributes,
    });
    expect(await getText(store, 'k')).toBe('one three');
    expect(await filesIn(directory, 'objects')).toHaveLength(2);

    expect(store.upload(upload)).toBeUndefined();
    expect(store.listParts(upload, { limit: 1 })).toBeUndefined();
    expect(await store.abortUpload(upload)).toBe(false);
    expect(await store.completeUpload(upload, [one], completion)).toEqual({ kind: 'no-such-upload' });
    expect(await getText(store, 'k')).toBe('one three');
    expect(await store.deleteObject('b', 'k')).toBe(true);
    await expectNoFiles(directory);
  });

  it('takes attributes in place of those of the upload', async () => {
    const { store } = await newStore();
    const upload = await begin(store, 'k');
    const attributes = { headers: [['x-cos-hash-crc64ecma', '1']], acl: 'private' } as const;
    const part = await putPart(store, upload, 7, 'only');
    await store.completeUpload(upload, [part], { etag: 't', attributes });
    expect(store.head('b', 'k')).toMatchObject({ sizeBytes: 4, attributes });
    expect(await getText(store, 'k')).toBe('only');
  });

  it('names the first part that is not what it should be, and changes nothing', async () => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    const parts = [await putPart(store, upload, 1, 'one'), await putPart(store, upload, 3, 'three')] as const;
    const complete = (...named: { number: number; md5: string }[]) =>
      store.completeUpload(upload, named, completion);
    expect(await complete(parts[0], { number: 2, md5: md5('two') }, { number: 3, md5: 'x' })).toEqual({
      kind: 'part-mismatch',
      number: 2,
    });
    expect(await complete(parts[0], { number: 3, md5: md5('three').toUpperCase() })).toEqual({
      kind: 'part-mismatch',
      number: 3,
    });
    await expect(complete()).rejects.toThrow(RangeError);
    await expect(complete(parts[1], parts[0])).rejects.toThrow(RangeError);
    await expect(complete(parts[0], parts[0])).rejects.toThrow(RangeError);
    expect(store.head('b', 'k')).toBeUndefined();
    expect(store.listParts(upload, { limit: 10 })).toMatchObject(parts);
    expect(await filesIn(directory, 'objects')).toHaveLength(2);
    expect((await complete(...parts)).kind).toBe('committed');
    expect(await getText(store, 'k')).toBe('onethree');
  });

  it('completes an upload once when asked many times at once', async () => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    const parts = [await putPart(store, upload, 1, 'one'), await putPart(store, upload, 2, 'two')];
    const results = await Promise.all(
      Array.from({ length: 5 }, () => store.completeUpload(upload, parts, completion)),
    );
    expect(results.map(({ kind }) => kind).sort()).toEqual(['committed', ...Array(4).fill('no-such-upload')]);
    expect(await getText(store, 'k')).toBe('onetwo');
    expect(await filesIn(directory, 'objects')).toHaveLength(2);
  });

  it('loses no part that is replaced at the same time, and keeps no file of one', async () => {
    const { store, directory } = await newStore();
    const outcomes = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const upload = await begin(store, 'k');
      const parts = [await putPart(store, upload, 1, 'old '), await putPart(store, upload, 2, 'part')];
      const body = await store.stage(bodyOf('new '));
      const completing = async () => store.completeUpload(upload, parts, completion);
      const first = round % 2 ? completing() : undefined;
      const replacing = store.commitPart(upload, 1, body);
      const [completed, replaced] = await Promise.all([first ?? completing(), replacing]);
      outcomes.add(`${completed.kind}, ${replaced.kind}`);
      if (completed.kind === 'committed') {
        expect(await getText(store, 'k')).toBe('old part');
        await store.deleteObject('b', 'k');
      } else await store.abortUpload(upload);
      await expectNoFiles(directory);
    }
    for (const outcome of outcomes)
      expect(['committed, no-such-upload', 'part-mismatch, committed']).toContain(outcome);
  });

  it('writes all or nothing when the index does not take the object', async () => {
    const index = await openIndexDatabase(temporaryDirectory());
    await index.createBucket('b', 'private', 'r');
    const upload = await index.uploads.create('b', 'k', { headers: [] });
    if (upload === 'no-such-bucket') throw new Error(upload);
    for (const number of [1, 2])
      await index.uploads.putPart(upload, number, { fileId: `f${number}`, sizeBytes: 1, md5: 'm' });
    const parts = [
      { number: 1, md5: 'm' },
      { number: 2, md5: 'm' },
    ];
    const broken = {
      toJSON() {
        throw new Error('not to be written');
      },
    } as unknown as string;
    await expect(index.uploads.complete(upload, parts, { etag: broken })).rejects.toThrow('not to be');
    expect(index.fileList(upload.id)).toBeUndefined();
    expect([...index.fileIds()]).toEqual(['f1', 'f2']);
    expect(await index.uploads.complete(upload, parts, { etag: 't' })).toMatchObject({ kind: 'put' });
    expect([...index.fileIds()]).toEqual(['f1', 'f2']);
    await index.close();
  });

  it('makes an object of 1,000 parts', async () => {
    const { store, directory } = await newStore();
    const upload = await begin(store, 'k');
    const names = [];
    for (let batch = 0; batch < 1000; batch += 50)
      names.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, (_, count) =>
            putPart(store, upload, batch + count + 1, `${batch + count}\n`),
          ),
        )),
      );
    expect((await store.completeUpload(upload, names, completion)).kind).toBe('committed');
    expect(await getText(store, 'k')).toBe(
      Array.from({ length: 1000 }, (_, number) => `${number}\n`).join(''),
    );
    expect(await filesIn(directory, 'objects')).toHaveLength(1000);
    await store.deleteObject('b', 'k');
    await expectNoFiles(directory);
  });
});

describe('ObjectStore.abortUpload', () => {
  it('removes the upload and its parts, and no other', async () => {
    const { store, directory } = await newStore();
    const [upload, other] = [await begin(store, 'k'), await begin(store, 'k')];
    for (const number of [1, 2]) await putPart(store, upload, number, 'x');
    await putPart(store, other, 1, 'y');
    expect(await store.abortUpload(upload)).toBe(true);
    expect(await store.abortUpload(upload)).toBe(false);
    expect(store.upload(upload)).toBeUndefined();
    expect(store.listParts(other, { limit: 10 })).toHaveLength(1);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
  });

  it('discards a part that comes at the same time or later', async () => {
    const { store, directory } = await newStore();
    for (let round = 0; round < 10; round++) {
      const upload = await begin(store, 'k');
      const body = await store.stage(bodyOf('x'));
      await Promise.all([store.commitPart(upload, 1, body), store.abortUpload(upload)]);
      expect((await store.commitPart(upload, 2, await store.stage(bodyOf('x')))).kind).toBe('no-such-upload');
      await expectNoFiles(directory);
    }
  });
});

describe('ObjectStore.removeAbandonedUploads', () => {
  it('aborts those that began before the time, in all buckets, and no others', async () => {
    const { store, directory } = await newStore();
    await store.createBucket({ name: 'c', acl: 'private', region: 'r' });
    const old = [await begin(store, 'k'), await begin(store, 'k\0', 'c')];
    for (const upload of old) await putPart(store, upload, 1, 'old');
    await sleep(5);
    const recent = await begin(store, 'a');
    await putPart(store, recent, 1, 'recent');
    expect(await store.removeAbandonedUploads(old[0]?.startedAt ?? 0)).toBe(0);
    expect(await store.removeAbandonedUploads(recent.startedAt)).toBe(2);
    expect(await store.removeAbandonedUploads(recent.startedAt)).toBe(0);
    expect(store.listUploads('b', { limit: 10 }).uploads).toEqual([recent]);
    expect(store.listUploads('c', { limit: 10 }).uploads).toEqual([]);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
  });

  it('leaves whole objects only, whatever is uploaded and completed meanwhile', async () => {
    const { store, directory } = await newStore();
    const uploading = Promise.all(
      Array.from({ length: 20 }, async (_, count) => {
        const upload = await begin(store, `${count}`);
        const parts = [];
        for (const number of [1, 2, 3]) {
          const body = await store.stage(bodyOf(`${number}`));
          await store.commitPart(upload, number, body);
          parts.push({ number, md5: body.md5 });
        }
        return (await store.completeUpload(upload, parts, completion)).kind;
      }),
    );
    let removed = 0;
    let done = false;
    const ended = uploading.finally(() => {
      done = true;
    });
    for (let round = 0; !done; round++) {
      removed += await store.removeAbandonedUploads(Date.now() - (round % 3 === 0 ? 5 : 1000));
      await sleep(1);
    }
    const committed = (await ended).filter(kind => kind === 'committed').length;
    expect(committed + removed).toBe(20);
    const { objects } = store.listObjects('b', { limit: 100 });
    expect(objects).toHaveLength(committed);
    for (const { key } of objects) expect(await getText(store, key)).toBe('123');
    expect(await filesIn(directory, 'objects')).toHaveLength(3 * committed);
  });
});

describe('a bucket with uploads', () => {
  it('is not deleted until they have ended', async () => {
    const { store } = await newStore();
    await store.createBucket({ name: 'a', acl: 'private', region: 'r' });
    await store.createBucket({ name: 'ba', acl: 'private', region: 'r' });
    await begin(store, 'k', 'ba');
    const upload = await begin(store, '');
    expect(await store.deleteBucket('b')).toBe('not-empty');
    await store.abortUpload(upload);
    expect(await store.deleteBucket('a')).toBe('deleted');
    expect(await store.deleteBucket('b')).toBe('deleted');
  });
});

describe('openObjectStore', () => {
  it('sweeps no part of an upload and no file of an object of several', async () => {
    const { store, directory } = await newStore();
    await putParts(store, 'whole', ['1', '2', '3']);
    const upload = await begin(store, 'k');
    const part = await putPart(store, upload, 1, 'part');
    await store.close();
    const swept = await openObjectStore({ directory, sweep: true });
    expect(await getText(swept, 'whole')).toBe('123');
    expect((await swept.completeUpload(upload, [part], completion)).kind).toBe('committed');
    expect(await getText(swept, 'k')).toBe('part');
    await swept.close();
  });

  it('has removed an object even when a file of it cannot be', async () => {
    const { store, directory } = await newStore();
    await putParts(store, 'k', ['1', '2']);
    const [file = ''] = await filesIn(directory, 'objects');
    rmSync(file);
    mkdirSync(file);
    expect(await store.deleteObject('b', 'k')).toBe(true);
    expect(await filesIn(directory, 'objects')).toEqual([]);
  });
});
