import { describe, expect, it } from 'vitest';
import { FrequentEntries } from '../../src/observed/frequent-entries.ts';

function addAll(entries: FrequentEntries<string>, keys: Iterable<string>, at = 0): void {
  for (const key of keys) entries.add(key, at, () => key);
}

function counts(entries: FrequentEntries<string>): Readonly<Record<string, number>> {
  return Object.fromEntries(entries.entries().map(({ value, count }) => [value, count]));
}

function strangers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `stranger${i}`);
}

describe(FrequentEntries, () => {
  it('counts, and knows when something was seen first and last', () => {
    const entries = new FrequentEntries<string>(4);
    entries.add('a', 10, () => 'first');
    entries.add('a', 30, former => `${former}, then second`);
    const entry = { value: 'first, then second', count: 2, firstSeen: 10, lastSeen: 30 };
    expect(entries.get('a')).toMatchObject(entry);
    expect(entries.entries()).toMatchObject([entry]);
    entries.add('a', 40, () => 'third');
    expect(entries.get('a')).toMatchObject({ value: 'third', count: 3, firstSeen: 10, lastSeen: 40 });
  });

  it('keeps what was seen twice through any flood of what is seen once', () => {
    const entries = new FrequentEntries<string>(8);
    addAll(entries, ['a', 'b', 'a', 'b', ...strangers(1000)]);
    expect(counts(entries)).toMatchObject({ a: 2, b: 2 });
    expect(entries.size).toBeLessThanOrEqual(8);
  });

  it('keeps what is seen again during a flood, when not too many newcomers come in between', () => {
    const entries = new FrequentEntries<string>(8);
    addAll(entries, ['a', ...strangers(3), 'a', ...strangers(1000)]);
    expect(counts(entries)).toMatchObject({ a: 2 });
  });

  it('forgets the newcomer that was not seen for the longest time', () => {
    const entries = new FrequentEntries<string>(4);
    addAll(entries, ['a', 'b', 'c']);
    expect(counts(entries)).toEqual({ b: 1, c: 1 });
  });

  it('has a newcomer take the place of a regular that was seen less often', () => {
    const entries = new FrequentEntries<string>(4);
    addAll(entries, ['a', 'a', 'b', 'b', 'b', 'c', 'c', 'c']);
    expect(counts(entries)).toEqual({ a: 2, b: 3, c: 3 });
    addAll(entries, strangers(10));
    expect(counts(entries)).toMatchObject({ b: 3, c: 3 });
    expect(entries.get('a')).toBeUndefined();
  });

  it('has no newcomer take the place of a regular that was seen as often', () => {
    const entries = new FrequentEntries<string>(4);
    addAll(entries, ['a', 'a', 'b', 'b', 'c', 'c']);
    addAll(entries, strangers(10));
    expect(counts(entries)).toMatchObject({ a: 2, b: 2 });
    expect(entries.get('c')).toBeUndefined();
  });

  it('has a newcomer take the place of a regular that was not seen for a day and a minute, however often before', () => {
    const day = 24 * 60 * 60 * 1000;
    const entries = new FrequentEntries<string>(4);
    addAll(entries, Array<string>(100).fill('a'), 0);
    addAll(entries, Array<string>(50).fill('b'), 1);
    addAll(entries, ['c', 'c'], day);
    addAll(entries, ['d', 'd', ...strangers(10)], day + 60_000);
    expect(counts(entries)).toMatchObject({ b: 50, d: 2 });
    expect(entries.get('a')).toBeUndefined();
  });
});
