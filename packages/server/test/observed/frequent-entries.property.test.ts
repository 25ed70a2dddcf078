import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrequentEntries } from '../../src/observed/frequent-entries.ts';

const LIMIT = 8;
const keys = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 });

function seenIn(sequence: readonly number[]): FrequentEntries<number> {
  const entries = new FrequentEntries<number>(LIMIT);
  for (const [at, key] of sequence.entries()) entries.add(String(key), at, () => key);
  return entries;
}

function occurrences(sequence: readonly number[], key: number): number {
  return sequence.filter(each => each === key).length;
}

describe(FrequentEntries, () => {
  it('never has more entries than its limit, and each only once', () => {
    fc.assert(
      fc.property(keys, sequence => {
        const entries = new FrequentEntries<number>(LIMIT);
        for (const [at, key] of sequence.entries()) {
          entries.add(String(key), at, () => key);
          const values = entries.entries().map(({ value }) => value);
          expect(values.length).toBeLessThanOrEqual(LIMIT);
          expect(new Set(values).size).toBe(values.length);
          expect(values).toContain(key);
        }
      }),
    );
  });

  it('never counts too many, and counts exactly from when an entry was first seen', () => {
    fc.assert(
      fc.property(keys, sequence => {
        for (const { value, count, firstSeen, lastSeen } of seenIn(sequence).entries()) {
          expect(count).toBe(occurrences(sequence.slice(firstSeen), value));
          expect(lastSeen).toBe(sequence.lastIndexOf(value));
        }
      }),
    );
  });

  it('forgets nothing while there are no more than half as many as its limit', () => {
    const few = fc.array(fc.integer({ min: 1, max: LIMIT / 2 }), { maxLength: 100 });
    fc.assert(
      fc.property(few, sequence => {
        for (const key of new Set(sequence)) {
          expect(seenIn(sequence).get(String(key))?.count).toBe(occurrences(sequence, key));
        }
      }),
    );
  });

  it('keeps the most frequent through strangers that come in between, each once', () => {
    // Each of the frequent is seen again before half of the limit of others has come.
    const frequent = [1, 2];
    const gaps = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 20, maxLength: 100 });
    fc.assert(
      fc.property(gaps, gapLengths => {
        let stranger = 1000;
        const sequence = gapLengths.flatMap(length => [
          ...frequent,
          ...Array.from({ length }, () => stranger++),
        ]);
        const flood = Array.from({ length: 100 }, () => stranger++);
        const entries = seenIn([...sequence, ...flood]);
        for (const key of frequent) {
          expect(entries.get(String(key))?.count).toBe(gapLengths.length);
        }
      }),
    );
  });
});
