import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrequentEntries } from '../../src/observed/frequent-entries.ts';

interface Counted {
  readonly key: string;
  readonly count: number;
}

/** The same by the words of its description, with two lists that are looked through each time. */
function keepFrequent(limit: number, keys: readonly string[]): readonly Counted[] {
  let newcomers: readonly Counted[] = [];
  let regulars: readonly Counted[] = [];
  for (const key of keys) {
    const regular = regulars.find(each => each.key === key);
    if (regular) {
      regulars = regulars.map(each => (each === regular ? { key, count: each.count + 1 } : each));
      continue;
    }
    const newcomer = newcomers.find(each => each.key === key);
    const others = newcomers.filter(each => each !== newcomer);
    if (!newcomer) {
      newcomers = [...newcomers, { key, count: 1 }].slice(-Math.ceil(limit / 2));
      continue;
    }
    const again = { key, count: newcomer.count + 1 };
    const least = regulars.reduce<Counted | undefined>(
      (least, each) => (least && least.count <= each.count ? least : each),
      undefined,
    );
    if (regulars.length < Math.floor(limit / 2)) {
      regulars = [...regulars, again];
      newcomers = others;
    } else if (least && least.count < again.count) {
      regulars = [...regulars.filter(each => each !== least), again];
      newcomers = [...others, least];
    } else newcomers = [...others, again];
  }
  return [...regulars, ...newcomers];
}

describe('FrequentEntries', () => {
  it('keeps what its description says, whatever is seen', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.array(
          fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 40 })).map(n => `k${n}`),
          { maxLength: 400, size: 'max' },
        ),
        (limit, keys) => {
          const entries = new FrequentEntries<string>(limit);
          for (const key of keys) entries.add(key, 0, () => key);
          const kept = entries.entries().map(({ value, count }) => ({ key: value, count }));
          expect(new Set(kept.map(each => `${each.key} ${each.count}`))).toEqual(
            new Set(keepFrequent(limit, keys).map(each => `${each.key} ${each.count}`)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
