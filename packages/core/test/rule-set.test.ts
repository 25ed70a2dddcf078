import { describe, expect, it } from 'vitest';
import {
  addRule,
  emptyRuleSet,
  firstCommonRule,
  hasRule,
  intersection,
  isEmpty,
  isWithin,
  NONE,
  type RuleSet,
  union,
} from '../src/rule-set.ts';

function setOf(...rules: readonly number[]): RuleSet {
  const set = emptyRuleSet(100);
  for (const rule of rules) addRule(set, rule);
  return set;
}

describe('firstCommonRule', () => {
  const cases: readonly {
    readonly name: string;
    readonly sets: readonly [RuleSet, RuleSet, RuleSet?];
    readonly expected: number;
  }[] = [
    { name: 'the lowest of several', sets: [setOf(3, 5, 40), setOf(5, 40)], expected: 5 },
    { name: 'the first bit of a word', sets: [setOf(0, 1), setOf(0, 1)], expected: 0 },
    { name: 'the sign bit of a word', sets: [setOf(31, 32), setOf(31, 32)], expected: 31 },
    { name: 'the first bit of the second word', sets: [setOf(31, 32), setOf(32, 33)], expected: 32 },
    { name: 'the last word', sets: [setOf(1, 99), setOf(2, 99)], expected: 99 },
    { name: 'nothing', sets: [setOf(1, 33), setOf(2, 34)], expected: NONE },
    {
      name: 'only what is in the third set too',
      sets: [setOf(1, 2, 40), setOf(1, 2, 40), setOf(2)],
      expected: 2,
    },
    { name: 'nothing when the third set is empty', sets: [setOf(1), setOf(1), setOf()], expected: NONE },
  ];

  it.each(cases)('finds $name', ({ sets: [a, b, c], expected }) => {
    expect(firstCommonRule(a, b, c)).toBe(expected);
  });
});

describe('hasRule', () => {
  it('tells the rules of a set across word boundaries', () => {
    const set = setOf(0, 31, 32, 63, 64, 99);
    const members = Array.from({ length: 100 }, (_, rule) => rule).filter(rule => hasRule(set, rule));
    expect(members).toEqual([0, 31, 32, 63, 64, 99]);
  });
});

describe('union', () => {
  it('has the rules of both and leaves both as they were', () => {
    const a = setOf(31);
    const b = setOf(64);
    expect(union(a, b)).toEqual(setOf(31, 64));
    expect([a, b]).toEqual([setOf(31), setOf(64)]);
  });
});

describe('intersection', () => {
  it('has the rules that are in both and leaves both as they were', () => {
    const a = setOf(1, 31, 64);
    const b = setOf(31, 64, 99);
    expect(intersection(a, b)).toEqual(setOf(31, 64));
    expect([a, b]).toEqual([setOf(1, 31, 64), setOf(31, 64, 99)]);
  });
});

describe('isWithin', () => {
  const cases = [
    { name: 'a part', part: setOf(31, 64), whole: setOf(1, 31, 64), expected: true },
    { name: 'the whole', part: setOf(31, 64), whole: setOf(31, 64), expected: true },
    { name: 'nothing', part: setOf(), whole: setOf(), expected: true },
    { name: 'one rule too many in the last word', part: setOf(1, 99), whole: setOf(1), expected: false },
  ];

  it.each(cases)('tells $name', ({ part, whole, expected }) => {
    expect(isWithin(part, whole)).toBe(expected);
  });
});

describe('isEmpty', () => {
  it('looks at every word', () => {
    expect(isEmpty(setOf())).toBe(true);
    expect(isEmpty(setOf(99))).toBe(false);
  });
});
