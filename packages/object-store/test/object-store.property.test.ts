import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ObjectStore, openObjectStore, type Upload } from '../src/index.ts';
import { bodyOf, filesIn, getText, md5, put, temporaryDirectory } from './support.ts';

const bucket = fc.constantFrom('b', 'c');
const key = fc.constantFrom('k', 'k\0', '\u{1f600}');
const text = fc.string({ maxLength: 8 });
/** Which of the uploads that were ever begun, modulo how many there were. */
const which = fc.nat();
const number = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), bucket, key, text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), bucket, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), bucket, key }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('part' as const), which, number, text }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('complete' as const),
      which,
      leftOut: fc.option(number),
      wrong: fc.option(number, { freq: 5 }),
    }),
  },
  fc.record({ kind: fc.constant('abort' as const), which }),
  fc.record({ kind: fc.constant('create-bucket' as const), bucket }),
  fc.record({ kind: fc.constant('delete-bucket' as const), bucket }),
  fc.record({ kind: fc.constant('reopen' as const), sweep: fc.boolean() }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Model {
  /** The texts of the files of each object, by bucket and key. */
  readonly buckets: Map<string, Map<string, readonly string[]>>;
  /** The texts of the parts, by number. */
  readonly uploads: Map<Upload, Map<number, string>>;
  readonly begun: Upload[];
}

const inBucket = (model: Model, bucket: string) =>
  [...model.uploads.keys()].filter(upload => upload.bucket === bucket);

async function take(
  step: Exclude<Step, { kind: 'reopen' }>,
  store: ObjectStore,
  model: Model,
): Promise<void> {
  const { buckets, uploads, begun } = model;
  const chosen = 'which' in step ? begun[step.which % begun.length] : undefined;
  const parts = chosen && uploads.get(chosen);
  switch (step.kind) {
    case 'put': {
      const { kind } = await put(store, step.key, step.text, step.bucket);
      expect(kind).toBe(buckets.has(step.bucket) ? 'committed' : 'no-such-bucket');
      buckets.get(step.bucket)?.set(step.key, [step.text]);
      return;
    }
    case 'delete': {
      const deleted = buckets.get(step.bucket)?.delete(step.key) ?? false;
      expect(await store.deleteObject(step.bucket, step.key)).toBe(deleted);
      return;
    }
    case 'begin': {
      const upload = await store.createUpload(step.bucket, step.key, { headers: [] });
      expect(upload === 'no-such-bucket').toBe(!buckets.has(step.bucket));
      if (upload === 'no-such-bucket') return;
      begun.push(upload);
      uploads.set(upload, new Map());
      return;
    }
    case 'part': {
      if (!chosen) return;
      const result = await store.commitPart(chosen, step.number, await store.stage(bodyOf(step.text)));
      expect(result.kind).toBe(parts ? 'committed' : 'no-such-upload');
      parts?.set(step.number, step.text);
      return;
    }
    case 'complete': {
      if (!chosen) return;
      const numbers = [0, 1, 2, 3].filter(number => (!parts || parts.has(number)) && number !== step.leftOut);
      if (numbers.length === 0) return;
      const named = numbers.map(number => ({
        number,
        md5: number === step.wrong ? md5('wrong') : md5(parts?.get(number) ?? ''),
      }));
      const result = await store.completeUpload(chosen, named, { etag: 'tag' });
      const mismatch = numbers.some(number => number === step.wrong);
      expect(result.kind).toBe(!parts ? 'no-such-upload' : mismatch ? 'part-mismatch' : 'committed');
      if (result.kind !== 'committed') return;
      uploads.delete(chosen);
      buckets.get(chosen.bucket)?.set(
        chosen.key,
        numbers.map(number => parts?.get(number) ?? ''),
      );
      return;
    }
    case 'abort': {
      if (chosen) expect(await store.abortUpload(chosen)).toBe(uploads.delete(chosen));
      return;
    }
    case 'create-bucket': {
      const created = await store.createBucket({ name: step.bucket, acl: 'private', region: 'r' });
      expect(created).toBe(buckets.has(step.bucket) ? 'exists' : 'created');
      if (created === 'created') buckets.set(step.bucket, new Map());
      return;
    }
    case 'delete-bucket': {
      const empty = buckets.get(step.bucket)?.size === 0 && inBucket(model, step.bucket).length === 0;
      const expected = empty ? 'deleted' : buckets.has(step.bucket) ? 'not-empty' : 'no-such-bucket';
      expect(await store.deleteBucket(step.bucket)).toBe(expected);
      if (empty) buckets.delete(step.bucket);
      return;
    }
    default:
      step satisfies never;
  }
}

async function expectSame(store: ObjectStore, model: Model, directory: string): Promise<void> {
  expect(store.buckets().map(({ name }) => name)).toEqual([...model.buckets.keys()].sort());
  for (const [bucket, objects] of model.buckets) {
    const listed = store.listObjects(bucket, { limit: 100 }).objects.map(({ key }) => key);
    expect(listed.sort()).toEqual([...objects.keys()].sort());
    for (const [key, texts] of objects) expect(await getText(store, key, bucket)).toBe(texts.join(''));
    const uploads = store.listUploads(bucket, { limit: 100 }).uploads.map(({ id }) => id);
    expect(uploads.sort()).toEqual(
      inBucket(model, bucket)
        .map(({ id }) => id)
        .sort(),
    );
  }
  for (const [upload, parts] of model.uploads)
    expect(store.listParts(upload, { limit: 10 })?.map(({ number, md5 }) => ({ number, md5 }))).toEqual(
      [...parts]
        .sort(([left], [right]) => left - right)
        .map(([number, text]) => ({ number, md5: md5(text) })),
    );
  const objects = [...model.buckets.values()].flatMap(bucket => [...bucket.values()].flat());
  const parts = [...model.uploads.values()].flatMap(upload => [...upload.values()]);
  expect(await filesIn(directory, 'objects')).toHaveLength(objects.length + parts.length);
  expect(await filesIn(directory, 'staging')).toEqual([]);
  expect(await filesIn(directory, 'holds')).toEqual([]);
}

describe('ObjectStore', () => {
  it('does what a map of maps does', { timeout: 60_000 }, async () => {
    const parent = temporaryDirectory();
    let runs = 0;
    const run = async (steps: readonly Step[]) => {
      const directory = `${parent}/${runs++}`;
      let store = await openObjectStore({ directory });
      const model: Model = { buckets: new Map(), uploads: new Map(), begun: [] };
      // Most of what can be done needs a bucket.
      const first = { kind: 'create-bucket', bucket: 'b' } as const;
      try {
        for (const step of [first, ...steps]) {
          if (step.kind !== 'reopen') {
            await take(step, store, model);
            continue;
          }
          await store.close();
          store = await openObjectStore({ directory, sweep: step.sweep });
        }
        await expectSame(store, model, directory);
      } finally {
        await store.close();
      }
    };
    const steps = fc.array(step, { minLength: 20, maxLength: 50, size: 'max' });
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 40, endOnFailure: true });
  });
});
