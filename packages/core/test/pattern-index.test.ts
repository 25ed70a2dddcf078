import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pattern, WildcardExtent } from '../src/pattern.ts';
import { lookup, newPatternIndex } from '../src/pattern-index.ts';
import { hasRule } from '../src/rule-set.ts';

/** `*`, `text` or `prefix*suffix` as a pattern. */
function pattern(text: string): Pattern {
  if (text === '*') return { kind: 'any' };
  const [prefix = '', suffix] = text.split('*');
  return suffix === undefined ? { kind: 'exact', text } : { kind: 'wildcard', prefix, suffix };
}

function rulesFor(rules: readonly (readonly string[])[], text: string, extent: WildcardExtent): number[] {
  const index = newPatternIndex(
    rules.map(texts => texts.map(pattern)),
    extent,
  );
  const found = (): number[] => {
    const set = lookup(index, text);
    return rules.flatMap((_, rule) => (hasRule(set, rule) ? [rule] : []));
  };
  const before = found();
  while (!index.tables) found();
  expect(found()).toEqual(before);
  return before;
}

/** Puts every part of `text` in place of the `*`. */
function matchesNaively(entry: string, text: string, extent: WildcardExtent): boolean {
  if (entry === '*' || !entry.includes('*')) return entry === '*' || entry === text;
  for (let from = 0; from <= text.length; from++) {
    for (let to = from; to <= text.length; to++) {
      const part = text.slice(from, to);
      const fits = extent === 'anything' || /^[A-Za-z0-9._-]+$/.test(part);
      if (fits && entry.replace('*', () => part) === text) return true;
    }
  }
  return false;
}

describe('lookup', () => {
  const cases: readonly {
    readonly name: string;
    readonly rules: readonly (readonly string[])[];
    readonly text: string;
    readonly extent?: WildcardExtent;
    readonly expected: readonly number[];
  }[] = [
    { name: 'no rules', rules: [], text: 'a', expected: [] },
    { name: 'a text of several rules', rules: [['a'], ['b'], ['b', 'a']], text: 'a', expected: [0, 2] },
    {
      name: 'a named text that wildcards match too',
      rules: [['a*'], ['ab'], ['*b'], ['*'], ['c*']],
      text: 'ab',
      expected: [0, 1, 2, 3],
    },
    {
      name: 'a text that only wildcards match',
      rules: [['a*'], ['ab'], ['*c'], ['*'], ['b*']],
      text: 'abc',
      expected: [0, 2, 3],
    },
    { name: 'an unknown text', rules: [['a'], ['*']], text: 'b', expected: [1] },
    {
      name: 'a prefix and a suffix that would overlap',
      rules: [['a*a'], ['ab*ba']],
      text: 'aba',
      expected: [0],
    },
    { name: 'a text shorter than prefix and suffix', rules: [['a*a']], text: 'a', expected: [] },
    { name: 'nothing in place of the wildcard', rules: [['a*b']], text: 'ab', expected: [0] },
    {
      name: 'nothing in place of the wildcard, in a host',
      rules: [['a*b']],
      text: 'ab',
      extent: 'host',
      expected: [],
    },
    { name: 'a slash in place of the wildcard', rules: [['a*b']], text: 'a/b', expected: [0] },
    {
      name: 'a slash in place of the wildcard, in a host',
      rules: [['a*b']],
      text: 'a/b',
      extent: 'host',
      expected: [],
    },
    {
      name: 'a colon in place of the wildcard, in a host',
      rules: [['a*']],
      text: 'a:80',
      extent: 'host',
      expected: [],
    },
    {
      name: 'letters of both cases, digits, and -._ in a host',
      rules: [['<*>']],
      text: '<aZ09-._>',
      extent: 'host',
      expected: [0],
    },
  ];

  it.each(cases)('finds the rules for $name', ({ rules, text, extent = 'anything', expected }) => {
    expect(rulesFor(rules, text, extent)).toEqual(expected);
  });

  it('finds what matching every pattern of every rule finds', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 3 });
    const entry = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(piece, piece).map(([prefix, suffix]) => `${prefix}*${suffix}`) },
      { weight: 3, arbitrary: piece },
    );
    const rules = fc.oneof(
      { weight: 5, arbitrary: fc.array(fc.array(entry, { maxLength: 3 }), { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.array(fc.array(entry, { maxLength: 1 }), { minLength: 30, maxLength: 70 }) },
    );
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 6 });
    const extent = fc.constantFrom<WildcardExtent>('anything', 'host');
    fc.assert(
      fc.property(rules, text, extent, (entries, sought, reach) => {
        const matches = (texts: readonly string[]) => texts.some(each => matchesNaively(each, sought, reach));
        const expected = entries.flatMap((texts, rule) => (matches(texts) ? [rule] : []));
        expect(rulesFor(entries, sought, reach)).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });
});
