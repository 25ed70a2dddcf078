import { describe, expect, it } from 'vitest';
import { extractSeconds, extractTokens, getHeader, type HeaderList } from '../../src/browser/header-list.ts';

function lines(...values: readonly string[]): HeaderList {
  return values.map(value => ['X-Any', value]);
}

describe('getHeader', () => {
  const cases: readonly (readonly [values: readonly string[], expected: string | undefined])[] = [
    [[], undefined],
    [[''], ''],
    [[' a\t'], 'a'],
    [['a', 'b'], 'a, b'],
    [['', ''], ', '],
  ];

  it.each(cases)('joins %j', (values, expected) => {
    expect(getHeader([['x', 'other'], ...lines(...values)], 'x-any')).toBe(expected);
  });
});

describe('extractTokens', () => {
  const cases: readonly (readonly [
    values: readonly string[],
    expected: readonly string[] | 'failure' | undefined,
  ])[] = [
    [[], undefined],
    [[''], []],
    [['a'], ['a']],
    [
      ['a, B ,c', 'd'],
      ['a', 'B', 'c', 'd'],
    ],
    [[',, a,'], ['a']],
    [['*'], ['*']],
    [['a b'], 'failure'],
    [['a', '"b"'], 'failure'],
    [['a:b'], 'failure'],
    [['a;b'], 'failure'],
    [['\u00e9'], 'failure'],
  ];

  it.each(cases)('reads %j', (values, expected) => {
    expect(extractTokens(lines(...values), 'x-any')).toEqual(expected);
  });
});

describe('extractSeconds', () => {
  const cases: readonly (readonly [values: readonly string[], expected: number | 'failure' | undefined])[] = [
    [[], undefined],
    [['0'], 0],
    [[' 0600 '], 600],
    [[''], 'failure'],
    [['-1'], 'failure'],
    [['+1'], 'failure'],
    [['1.5'], 'failure'],
    [['1e3'], 'failure'],
    [['10, 20'], 'failure'],
    [['10', '10'], 'failure'],
    [['ten'], 'failure'],
  ];

  it.each(cases)('reads %j', (values, expected) => {
    expect(extractSeconds(lines(...values), 'x-any')).toBe(expected);
  });
});
