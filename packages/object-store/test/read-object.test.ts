import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { child } from './child-process.ts';
import { bytesOf, filesIn, getText, newStore, openFilesIn, put, putParts } from './support.ts';

const contents = [...'abcde'].map(letter => letter.repeat(300_000));
const text = contents.join('');

async function newObject() {
  const context = await newStore();
  await putParts(context.store, 'k', contents);
  const open = async () => {
    const object = await context.store.open('b', 'k');
    if (!object) throw new Error('not there');
    return object;
  };
  return { ...context, open };
}

type Context = Awaited<ReturnType<typeof newObject>>;

describe('OpenObject.read of an object of several files', () => {
  it('reads any range as from one file', { timeout: 60_000 }, async () => {
    const { store } = await newStore();
    let count = 0;
    const sizes = fc.array(fc.oneof(fc.constant(0), fc.nat(20), fc.integer({ min: 262_140, max: 262_150 })), {
      minLength: 1,
      maxLength: 8,
    });
    const ranges = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, ranges, async (sizes, ranges) => {
        const key = `${count++}`;
        const parts = sizes.map((size, index) => Buffer.alloc(size, `part ${index} of ${size} `));
        const whole = Buffer.concat(parts);
        await putParts(store, key, parts);
        const read = async (range?: { start: number; end: number }) => {
          const open = await store.open('b', key);
          if (!open) throw new Error('not there');
          expect(open.object.sizeBytes).toBe(whole.length);
          return bytesOf(open.read(range));
        };
        expect((await read()).equals(whole)).toBe(true);
        if (whole.length === 0) return;
        const edges = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0));
        for (const [from, length] of ranges) {
          // Half of them begin at the edge of a part or beside one.
          const edge = (edges[from % edges.length] ?? 0) + (length % 3) - 1;
          const start = from % 2 ? from % whole.length : Math.min(Math.max(edge, 0), whole.length - 1);
          const end = start + (length % (whole.length - start));
          expect((await read({ start, end })).equals(whole.subarray(start, end + 1))).toBe(true);
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it.each([
    { name: 'replaced', change: ({ store }: Context) => put(store, 'k', 'new') },
    { name: 'replaced by parts', change: ({ store }: Context) => putParts(store, 'k', ['n', 'ew']) },
    { name: 'deleted', change: ({ store }: Context) => store.deleteObject('b', 'k') },
  ])('reads what was there when the object is $name meanwhile, and leaves no file', async ({ change }) => {
    const context = await newObject();
    const [first, second, unread] = [await context.open(), await context.open(), await context.open()];
    const chunks = first.read()[Symbol.asyncIterator]();
    const start = await chunks.next();
    await change(context);
    const left = (await filesIn(context.directory, 'objects')).length;
    expect(left).toBeGreaterThanOrEqual(5);
    const rest = await bytesOf({ [Symbol.asyncIterator]: () => chunks });
    expect(Buffer.concat([start.value ?? Buffer.of(), rest]).equals(Buffer.from(text))).toBe(true);
    expect(await filesIn(context.directory, 'objects')).toHaveLength(left);
    expect(String(await bytesOf(second.read({ start: 599_999, end: 600_000 })))).toBe('bc');
    expect(await filesIn(context.directory, 'objects')).toHaveLength(left);
    await unread.close();
    expect(await filesIn(context.directory, 'objects')).toHaveLength(left - 5);
    expect(await filesIn(context.directory, 'holds')).toEqual([]);
  });

  it('reads what was there when another process replaces the object', async () => {
    const { store, directory, open } = await newObject();
    const reading = await open();
    execFileSync(process.execPath, [child, 'put-once', directory]);
    expect(await filesIn(directory, 'objects')).toHaveLength(6);
    expect((await bytesOf(reading.read())).equals(Buffer.from(text))).toBe(true);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
    expect(await getText(store, 'k')).toBe('from the child');
  });

  it('reads on when the store is closed, and leaves a replaced object to the next sweep', async () => {
    const { store, directory, open } = await newObject();
    const reading = await open();
    await put(store, 'k', 'new');
    await store.close();
    expect((await bytesOf(reading.read())).equals(Buffer.from(text))).toBe(true);
    expect(await filesIn(directory, 'objects')).toHaveLength(6);
    const swept = await openObjectStore({ directory, sweep: true });
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
    await swept.close();
  });

  it('forgets readers that have ended when it sweeps', async () => {
    const { store, directory } = await newObject();
    await store.open('b', 'k');
    await store.close();
    expect(await filesIn(directory, 'holds')).toHaveLength(1);
    const swept = await openObjectStore({ directory, sweep: true });
    expect(await filesIn(directory, 'holds')).toEqual([]);
    expect(await getText(swept, 'k')).toBe(text);
    await swept.deleteObject('b', 'k');
    expect(await filesIn(directory, 'objects')).toEqual([]);
    await swept.close();
  });

  it('reads an object that it has no room to hold, and says so when it is gone meanwhile', async () => {
    const { store, directory, open } = await newObject();
    rmSync(join(directory, 'holds'), { recursive: true });
    expect(await getText(store, 'k')).toBe(text);
    const reading = await open();
    mkdirSync(join(directory, 'holds'));
    await store.deleteObject('b', 'k');
    await expect(bytesOf(reading.read())).rejects.toThrow('a file of object k is missing');
  });

  it('fails when a file is shorter or missing, after what comes before it', async () => {
    const { store, directory, open } = await newObject();
    const files = await filesIn(directory, 'objects');
    for (const file of files) {
      truncateSync(file, 10);
      let readBytes = 0;
      const read = async () => {
        for await (const chunk of (await open()).read()) readBytes += chunk.length;
      };
      await expect(read()).rejects.toThrow(`ends at byte`);
      expect(readBytes % 300_000).toBe(10);
      rmSync(file);
      readBytes = 0;
      await expect(read()).rejects.toThrow('a file of object k is missing');
      expect(readBytes % 300_000).toBe(0);
      writeFileSync(file, contents[readBytes / 300_000] ?? '');
    }
    expect(await getText(store, 'k')).toBe(text);
    expect(await filesIn(directory, 'holds')).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'has one file open at a time, and none however reading ends',
    async () => {
      const { directory, open } = await newObject();
      const expectClosed = async (name: string) => {
        expect(openFilesIn(directory), name).toEqual([]);
        expect(await filesIn(directory, 'holds'), name).toEqual([]);
      };
      for await (const _ of (await open()).read()) expect(openFilesIn(directory)).toHaveLength(1);
      await expectClosed('read to the end');
      for await (const _ of (await open()).read()) break;
      await expectClosed('ended early');
      let readBytes = 0;
      for await (const chunk of (await open()).read()) {
        readBytes += chunk.length;
        if (readBytes > 700_000) break;
      }
      await expectClosed('ended in a later file');
      await (await open()).read()[Symbol.asyncIterator]().return?.();
      await expectClosed('ended before it began');
      const unread = await open();
      await Promise.all([unread.close(), unread.close()]);
      await expectClosed('not read');

      const closed = await open();
      const chunks = closed.read()[Symbol.asyncIterator]();
      const opening = chunks.next().catch((error: unknown) => error);
      await closed.close();
      expect(await opening).toMatchObject({ message: 'object k was closed while it was read' });
      await expectClosed('closed while a file was opened');

      for (const file of await filesIn(directory, 'objects')) truncateSync(file, 0);
      await expect(bytesOf((await open()).read())).rejects.toThrow();
      await expectClosed('failed');
      for (const file of await filesIn(directory, 'objects')) rmSync(file);
      await expect(bytesOf((await open()).read())).rejects.toThrow();
      await expectClosed('missing');
    },
  );
});
