import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginLongNameList,
  joinNames,
  type LongNameList,
  NONE,
  nameOf,
  nextNewName,
} from '../src/long-name-list.ts';

/** Reads a list to its end. */
function read(value: string): LongNameList | undefined {
  const list = beginLongNameList(value);
  if (list) while (nextNewName(list) !== NONE);
  return list;
}

function distinctNames(value: string): string[] {
  return [...new Set(value.toLowerCase().split(','))].filter(name => name !== '');
}

const LONG = 'x-name,'.repeat(100);

/** Names that begin and end alike, of every length up to three words. */
const names = fc
  .tuple(fc.constantFrom('', 'x-', 'X-', 'x-cos-', 'content-'), fc.stringMatching(/^[ab]{0,4}$/), fc.nat(40))
  .map(([prefix, middle, number]) => `${prefix}${middle}${number}`);
const lists = fc
  .array(fc.tuple(names, fc.constantFrom(',', ',', ',', ',,', ',,,,,,,')), { minLength: 60, maxLength: 600 })
  .map(parts => parts.map(([name, commas]) => name + commas).join(''))
  .filter(value => value.length > 300);

describe('beginLongNameList', () => {
  it.each([
    { name: 'a short list', value: 'a,b' },
    { name: 'a blank', value: `${LONG} a` },
    { name: 'a tab', value: `${LONG}\t` },
    { name: 'a quote', value: `${LONG}"` },
    { name: 'a NUL', value: `${LONG}\0` },
    { name: 'a character beyond ASCII', value: `${LONG}é` },
    { name: 'one that is in ASCII in lower case', value: `${LONG}\u212a` },
    { name: 'a brace as the last of many', value: `${LONG}${'a'.repeat(7)}}` },
    { name: 'a list that is very long', value: LONG.repeat(1000) },
  ])('does not take $name', ({ value }) => {
    expect(beginLongNameList(value)).toBeUndefined();
  });

  it('has the list in lower case', () => {
    expect(beginLongNameList(`${LONG}X-A`)?.text).toBe(`${LONG}x-a`);
  });
});

describe('nextNewName', () => {
  it('finds each name once, in order', () => {
    fc.assert(
      fc.property(lists, value => {
        const list = beginLongNameList(value) as LongNameList;
        const found: string[] = [];
        for (let name = nextNewName(list); name !== NONE; name = nextNewName(list)) {
          found.push(nameOf(list, name));
        }
        expect(found).toEqual(distinctNames(value));
        expect(list.isWhole).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('finds none in commas', () => {
    expect(read(','.repeat(1000))).toMatchObject({ count: 0, isWhole: true });
  });

  it('does not come to the end of too many names', () => {
    const list = read(Array.from({ length: 70_000 }, (_, n) => n.toString(36)).join(','));
    expect(list).toMatchObject({ count: 65_536, isWhole: false });
  });

  it('comes to the end of as many names as a list of half a megabyte has', () => {
    const names = Array.from({ length: 50_000 }, (_, n) => `x-${n}`);
    const list = read(names.join(','));
    expect(list).toMatchObject({ count: 50_000, isWhole: true });
    expect(joinNames(list as LongNameList, ['x-0'])).toBe(names.slice(1).join(','));
  });
});

describe('joinNames', () => {
  it('has each name once, in order, but those that are left out', () => {
    fc.assert(
      fc.property(
        lists,
        fc.array(names, { maxLength: 5 }),
        fc.array(fc.nat(300), { maxLength: 5 }),
        (value, others, at) => {
          const all = distinctNames(value);
          const without = [
            ...others.map(name => name.toLowerCase()),
            ...at.map(n => all[n % all.length] ?? ''),
          ];
          const expected = all.filter(name => !without.includes(name)).join(',');
          expect(joinNames(read(value) as LongNameList, without)).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves out a name that is very long', () => {
    const long = 'x'.repeat(3000);
    expect(joinNames(read(`a,${long},b`) as LongNameList, [long])).toBe('a,b');
  });
});
