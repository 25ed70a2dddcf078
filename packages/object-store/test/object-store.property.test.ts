import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { filesIn, getText, put, temporaryDirectory } from './support.ts';

const bucket = fc.constantFrom('b', 'c');
const key = fc.constantFrom('k', 'k\0', '\u{1f600}');
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), bucket, key, text: fc.string() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), bucket, key }) },
  fc.record({ kind: fc.constant('create-bucket' as const), bucket }),
  fc.record({ kind: fc.constant('delete-bucket' as const), bucket }),
  fc.record({ kind: fc.constant('reopen' as const), sweep: fc.boolean() }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe('ObjectStore', () => {
  it('does what a map of maps does', { timeout: 60_000 }, async () => {
    const parent = temporaryDirectory();
    let runs = 0;
    const steps = fc.array(step, { minLength: 10, maxLength: 25 });
    const run = async (steps: readonly Step[]) => {
      const directory = `${parent}/${runs++}`;
      let store = await openObjectStore({ directory });
      const model = new Map<string, Map<string, string>>();
      try {
        for (const step of steps) {
          switch (step.kind) {
            case 'put': {
              const { kind } = await put(store, step.key, step.text, step.bucket);
              expect(kind).toBe(model.has(step.bucket) ? 'committed' : 'no-such-bucket');
              model.get(step.bucket)?.set(step.key, step.text);
              break;
            }
            case 'delete': {
              const deleted = model.get(step.bucket)?.delete(step.key) ?? false;
              expect(await store.deleteObject(step.bucket, step.key)).toBe(deleted);
              break;
            }
            case 'create-bucket': {
              const created = await store.createBucket({ name: step.bucket, acl: 'private', region: 'r' });
              expect(created).toBe(model.has(step.bucket) ? 'exists' : 'created');
              if (created === 'created') model.set(step.bucket, new Map());
              break;
            }
            case 'delete-bucket': {
              const empty = model.get(step.bucket)?.size === 0;
              const expected = empty ? 'deleted' : model.has(step.bucket) ? 'not-empty' : 'no-such-bucket';
              expect(await store.deleteBucket(step.bucket)).toBe(expected);
              if (empty) model.delete(step.bucket);
              break;
            }
            case 'reopen':
              await store.close();
              store = await openObjectStore({ directory, sweep: step.sweep });
              break;
            default:
              step satisfies never;
          }
        }
        expect(store.buckets().map(({ name }) => name)).toEqual([...model.keys()].sort());
        for (const [bucket, objects] of model) {
          const listed = store.listObjects(bucket, { limit: 100 }).objects.map(({ key }) => key);
          expect(listed.sort()).toEqual([...objects.keys()].sort());
          for (const [key, text] of objects) expect(await getText(store, key, bucket)).toBe(text);
        }
        const count = [...model.values()].reduce((sum, objects) => sum + objects.size, 0);
        expect(await filesIn(directory, 'objects')).toHaveLength(count);
        expect(await filesIn(directory, 'staging')).toEqual([]);
      } finally {
        await store.close();
      }
    };
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 25, endOnFailure: true });
  });
});
