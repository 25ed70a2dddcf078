import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListObjectsOptions } from '../src/index.ts';
import { newStore, put } from './support.ts';

// Few and awkward: what must not be an end or a separator, and neighbours in UTF-8 that UTF-16 orders otherwise.
const character = fc.constantFrom(
  'a',
  'b',
  '/',
  '/',
  '\0',
  '\u{1}',
  'é',
  '\ud7ff',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
);
const text = fc.string({ unit: character, maxLength: 5 });
const query = fc.record(
  {
    prefix: fc.string({ unit: character, maxLength: 2 }),
    delimiter: fc.oneof(fc.constant('/'), fc.string({ unit: character, maxLength: 2 })),
    after: text,
    limit: fc.integer({ min: 0, max: 6 }),
  },
  { requiredKeys: ['limit'] },
);

function compareUtf8(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** All keys and common prefixes, by the definition. */
function entriesOf(keys: readonly string[], { prefix = '', delimiter = '' }: Partial<ListObjectsOptions>) {
  const entries = new Map<string, 'key' | 'common prefix'>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at < 0) entries.set(key, 'key');
    else entries.set(key.slice(0, at + delimiter.length), 'common prefix');
  }
  return [...entries].sort(([left], [right]) => compareUtf8(left, right));
}

function pageOf(keys: readonly string[], options: ListObjectsOptions) {
  const { after, limit } = options;
  const rest = entriesOf(keys, options).filter(
    ([name]) => after === undefined || compareUtf8(name, after) > 0,
  );
  const page = rest.slice(0, limit);
  const names = (kind: string) => page.flatMap(([name, is]) => (is === kind ? [name] : []));
  const next = rest.length > page.length ? page.at(-1)?.[0] : undefined;
  return { objects: names('key'), commonPrefixes: names('common prefix'), next };
}

describe('ObjectStore.listObjects', () => {
  it('gives the pages that the definition gives', { timeout: 60_000 }, async () => {
    const { store } = await newStore();
    let buckets = 0;
    const list = (bucket: string, options: ListObjectsOptions) => {
      const listing = store.listObjects(bucket, options);
      return { ...listing, objects: listing.objects.map(object => object.key) };
    };
    const keys = fc.uniqueArray(text, { maxLength: 30, size: 'max' });
    const queries = fc.array(query, { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(keys, queries, async (keys, queries) => {
        const bucket = `bucket-${buckets++}`;
        await store.createBucket({ name: bucket, acl: 'private', region: 'r' });
        await Promise.all(keys.map(key => put(store, key, '', bucket)));
        for (const options of queries) {
          expect(list(bucket, options)).toEqual(pageOf(keys, options));
          if (options.limit === 0) continue;
          const seen: string[] = [];
          const { after: _, ...paging } = options;
          for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
            const page = list(bucket, after === undefined ? paging : { ...paging, after });
            seen.push(...[...page.objects, ...page.commonPrefixes].sort(compareUtf8));
            after = page.next;
          }
          expect(seen).toEqual(entriesOf(keys, options).map(([name]) => name));
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
