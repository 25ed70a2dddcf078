import { mkdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, filesIn, get, getText, md5, newStore, openFilesIn, put } from './support.ts';

const newBucket = { name: 'b', acl: 'private', region: 'r' } as const;

async function onlyFile(directory: string): Promise<string> {
  const [file, ...others] = await filesIn(directory, 'objects');
  if (file === undefined || others.length > 0) throw new Error(`${others.length} other files`);
  return file;
}

describe('ObjectStore.stage', () => {
  it('gives the size and the MD5 of a body that nobody sees yet', async () => {
    const { store, directory } = await newStore();
    const staged = await store.stage(bodyOf('some ', '', 'text'));
    expect(staged).toMatchObject({ sizeBytes: 9, md5: md5('some text') });
    expect(store.listObjects('b', { limit: 10 }).objects).toEqual([]);
    await store.discard(staged);
    expect(await filesIn(directory, 'staging')).toEqual([]);
  });

  it('asks for the next chunk when the last one is written', async () => {
    const { store, directory } = await newStore();
    async function* body() {
      const chunk = new Uint8Array(10_000);
      for (let count = 0; count < 20; count++) {
        const [file = ''] = await filesIn(directory, 'staging');
        expect(statSync(file).size).toBe(count * chunk.length);
        // The memory is used again for each chunk.
        yield chunk.fill(count);
      }
    }
    await store.commit('b', 'k', await store.stage(body()), { headers: [] });
    const read = await get(store, 'k');
    expect(read?.bytes.filter((byte, at) => byte !== Math.floor(at / 10_000))).toHaveLength(0);
    expect(read?.bytes).toHaveLength(200_000);
  });

  it('does not end a body that ended by itself', async () => {
    const { store } = await newStore();
    let ended = false;
    const chunks = bodyOf('a', 'b');
    await store.stage({
      [Symbol.asyncIterator]: () => ({
        next: () => chunks.next(),
        return() {
          ended = true;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    });
    expect(ended).toBe(false);
  });

  it('removes what was written when the body fails, and throws what it threw', async () => {
    const { store, directory } = await newStore();
    const reset = new Error('the client went away');
    async function* failing() {
      yield Buffer.from('half');
      throw reset;
    }
    await expect(store.stage(failing())).rejects.toBe(reset);
    expect(await filesIn(directory, 'staging')).toEqual([]);
  });
});

describe('ObjectStore.commit', () => {
  it('makes the body the object, with its attributes as given', async () => {
    const { store } = await newStore();
    const attributes = {
      headers: [
        ['Content-Type', 'text/plain'],
        ['x-cos-meta-author', 'Ünï\u{1f600} "quoted"'],
        ['x-cos-meta-long', 'v'.repeat(100_000)],
      ],
      acl: 'public-read',
    } as const;
    const before = Date.now();
    const result = await store.commit('b', 'k', await store.stage(bodyOf('text')), attributes);
    const object = store.head('b', 'k');
    expect(result).toEqual({ kind: 'committed', object });
    expect(object).toMatchObject({ key: 'k', sizeBytes: 4, etag: md5('text'), attributes });
    expect(object?.modifiedAt).toBeGreaterThanOrEqual(before);
    expect(object?.modifiedAt).toBeLessThanOrEqual(Date.now());
    expect(Object.keys(object ?? {}).sort()).toEqual([
      'attributes',
      'etag',
      'key',
      'modifiedAt',
      'sizeBytes',
    ]);
  });

  it('replaces the object and removes its file', async () => {
    const { store, directory } = await newStore();
    for (const text of ['first', 'second', '']) {
      await put(store, 'k', text);
      expect(await getText(store, 'k')).toBe(text);
      expect(store.head('b', 'k')).toMatchObject({ sizeBytes: text.length, etag: md5(text) });
      expect(await filesIn(directory, 'objects')).toHaveLength(1);
    }
  });

  it('discards the body when the bucket is gone', async () => {
    const { store, directory } = await newStore();
    expect(await put(store, 'k', 'text', 'gone')).toEqual({ kind: 'no-such-bucket' });
    expect(await filesIn(directory, 'staging')).toEqual([]);
    expect(await filesIn(directory, 'objects')).toEqual([]);
  });

  it('keeps the object of a body that is committed a second time by mistake', async () => {
    const { store } = await newStore();
    const body = await store.stage(bodyOf('text'));
    await store.commit('b', 'k', body, { headers: [] });
    await expect(store.commit('b', 'other', body, { headers: [] })).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await getText(store, 'k')).toBe('text');
  });

  it.each([
    { name: 'empty', key: '' },
    { name: 'of the greatest length', key: 'é'.repeat(512) },
    { name: 'with NUL and control characters', key: '\0a\0\0b\u{1}\n\u{7f}' },
    { name: 'that looks like a path', key: '../../etc/passwd' },
    { name: 'that is a folder', key: 'a//b/./c/' },
    { name: 'with characters beyond U+FFFF', key: '\u{1f600}\u{10ffff}\uffff' },
  ])('takes a key $name', async ({ key }) => {
    const { store } = await newStore();
    const bucket = 'b'.repeat(255);
    await store.createBucket({ ...newBucket, name: bucket });
    await put(store, key, 'text', bucket);
    expect(await getText(store, key, bucket)).toBe('text');
    expect(store.head(bucket, key)?.key).toBe(key);
    const { objects } = store.listObjects(bucket, { prefix: key, limit: 1 });
    expect(objects.map(object => object.key)).toEqual([key]);
    expect(await store.deleteObject(bucket, key)).toBe(true);
  });

  it.each([
    { name: 'with a lone surrogate', key: 'a\udc00', error: TypeError },
    { name: 'of more than 1,024 bytes', key: 'é'.repeat(513), error: RangeError },
  ])('rejects a key $name and discards the body', async ({ key, error }) => {
    const { store, directory } = await newStore();
    await expect(put(store, key, 'text')).rejects.toThrow(error);
    expect(await filesIn(directory, 'staging')).toEqual([]);
    expect(await filesIn(directory, 'objects')).toEqual([]);
    await expect(store.open('b', key)).rejects.toThrow(error);
    await expect(store.deleteObject('b', key)).rejects.toThrow(error);
    expect(() => store.head('b', key)).toThrow(error);
  });

  it('tells apart keys and buckets that share bytes', async () => {
    const { store } = await newStore();
    await store.createBucket({ ...newBucket, name: 'bk' });
    await put(store, 'k\0', 'nul');
    await put(store, 'k', 'plain');
    await put(store, '', 'other bucket', 'bk');
    expect(await getText(store, 'k\0')).toBe('nul');
    expect(await getText(store, 'k')).toBe('plain');
    expect(await getText(store, '')).toBeUndefined();
    expect(store.listObjects('b', { limit: 10 }).objects.map(object => object.key)).toEqual(['k', 'k\0']);
  });
});

describe('ObjectStore.open', () => {
  it('gives nothing where there is no object', async () => {
    const { store } = await newStore();
    expect(await store.open('b', 'k')).toBeUndefined();
    expect(await store.open('gone', 'k')).toBeUndefined();
  });

  it.each([
    { name: 'replaced', change: (s: Awaited<ReturnType<typeof newStore>>) => put(s.store, 'k', 'new') },
    {
      name: 'deleted',
      change: (s: Awaited<ReturnType<typeof newStore>>) => s.store.deleteObject('b', 'k'),
    },
  ])('reads what was there when the object is $name meanwhile', async ({ change }) => {
    const context = await newStore();
    await put(context.store, 'k', 'old');
    const open = await context.store.open('b', 'k');
    await change(context);
    expect(open?.object.etag).toBe(md5('old'));
    expect(open && String(await bytesOf(open.read()))).toBe('old');
  });

  const text = 'x'.repeat(600_000).replace(/x/g, (_, at: number) => String(at % 10));
  it.each([
    { name: 'the first byte', range: { start: 0, end: 0 } },
    { name: 'the last byte', range: { start: 599_999, end: 599_999 } },
    { name: 'bytes over several chunks', range: { start: 100_000, end: 550_000 } },
    { name: 'all by their range', range: { start: 0, end: 599_999 } },
    { name: 'all', range: undefined },
  ])('reads $name', async ({ range }) => {
    const { store } = await newStore();
    await put(store, 'k', text);
    const open = await store.open('b', 'k');
    const read = open && String(await bytesOf(open.read(range)));
    expect(read === (range ? text.slice(range.start, range.end + 1) : text)).toBe(true);
  });

  it.each([
    { start: 0, end: 4 },
    { start: 3, end: 2 },
    { start: -1, end: 2 },
    { start: 0.5, end: 2 },
    { start: 4, end: 4 },
  ])('rejects the range $start to $end of 4 bytes', async range => {
    const { store } = await newStore();
    await put(store, 'k', 'text');
    const open = await store.open('b', 'k');
    expect(() => open?.read(range)).toThrow(RangeError);
    await open?.close();
  });

  it('fails when the file is shorter than the object', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k', text);
    truncateSync(await onlyFile(directory), 300_000);
    await expect(get(store, 'k')).rejects.toThrow('the file of object k ends at byte 300000 of 600000');
  });

  it('fails when the file is missing', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k');
    rmSync(await onlyFile(directory));
    await expect(store.open('b', 'k')).rejects.toThrow('the file of object k is missing');
  });

  it.runIf(process.platform === 'linux')('closes the file however reading ends', async () => {
    const { store, directory } = await newStore();
    const openFiles = () => openFilesIn(directory);
    await put(store, 'k', text);
    const opened = async () => {
      const open = await store.open('b', 'k');
      if (!open) throw new Error('not there');
      expect(openFiles()).toHaveLength(1);
      return open;
    };

    await bytesOf((await opened()).read());
    expect(openFiles(), 'read to the end').toEqual([]);
    for await (const _ of (await opened()).read()) break;
    expect(openFiles(), 'ended early').toEqual([]);
    await (await opened()).read()[Symbol.asyncIterator]().return?.();
    expect(openFiles(), 'ended before it began').toEqual([]);
    const unread = await opened();
    await unread.close();
    await unread.close();
    expect(openFiles(), 'not read').toEqual([]);
    const damaged = await opened();
    truncateSync(await onlyFile(directory), 0);
    await expect(bytesOf(damaged.read())).rejects.toThrow();
    expect(openFiles(), 'failed').toEqual([]);
  });
});

describe('ObjectStore.deleteObject', () => {
  it('removes the object and its file, and says whether there was one', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k');
    expect(await store.deleteObject('b', 'k')).toBe(true);
    expect(await store.deleteObject('b', 'k')).toBe(false);
    expect(await store.deleteObject('gone', 'k')).toBe(false);
    expect(store.head('b', 'k')).toBeUndefined();
    expect(await filesIn(directory, 'objects')).toEqual([]);
  });

  it('has deleted the object even when its file cannot be removed', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k');
    const file = await onlyFile(directory);
    rmSync(file);
    mkdirSync(file);
    expect(await store.deleteObject('b', 'k')).toBe(true);
    expect(store.head('b', 'k')).toBeUndefined();
  });
});

describe('ObjectStore.deleteObject with the object that is meant', () => {
  it('deletes it, and not one that was written over it', async () => {
    const { store } = await newStore();
    await put(store, 'k', 'old');
    const meant = store.head('b', 'k');
    await put(store, 'k', 'new');
    expect(await store.deleteObject('b', 'k', meant)).toBe(false);
    expect(await getText(store, 'k')).toBe('new');
    expect(await store.deleteObject('b', 'k', store.head('b', 'k'))).toBe(true);
    expect(store.head('b', 'k')).toBeUndefined();
  });
});
