import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasElement,
  hasOnlyNames,
  isToken,
  listElements,
  type NameForm,
  visitDistinctElements,
  visitElements,
} from '../src/field-name.ts';

describe('isToken', () => {
  const tokens = ['a', 'X-Amz-1', '*', "!#$%&'*+-.^_`|~", '0'];
  const others = ['', ' ', 'a b', 'a:', 'a,b', '"a"', 'a\tb', 'é', 'a\u0000', '(a)', '\u212a', '/', '[a]'];

  it.each(tokens)('takes %j', text => {
    expect(isToken(text)).toBe(true);
  });

  it.each(others)('does not take %j', text => {
    expect(isToken(text)).toBe(false);
  });
});

describe('listElements', () => {
  const cases: readonly {
    readonly name: string;
    readonly value: string;
    readonly expected: readonly string[];
  }[] = [
    { name: 'an empty value', value: '', expected: [] },
    { name: 'one element', value: 'a', expected: ['a'] },
    { name: 'blanks around elements', value: ' a ,\tb\t,  c', expected: ['a', 'b', 'c'] },
    { name: 'empty elements', value: ',,a,, ,b,', expected: ['a', 'b'] },
    { name: 'commas only', value: ',,,,', expected: [] },
    { name: 'blanks only', value: ' \t ', expected: [] },
    { name: 'blanks and commas', value: ' , ,\t,', expected: [] },
    { name: 'case and repetition', value: 'A,a,A', expected: ['A', 'a', 'A'] },
    { name: 'a blank inside an element', value: 'a b,c', expected: ['a b', 'c'] },
    { name: 'white space that is no blank', value: '\u00a0a,\nb', expected: ['\u00a0a', '\nb'] },
    { name: 'quotes, which do not quote here', value: '"a,b"', expected: ['"a', 'b"'] },
  ];

  it.each(cases)('splits $name', ({ value, expected }) => {
    expect(listElements(value)).toEqual(expected);
  });

  const hostile: readonly { readonly name: string; readonly value: string; readonly count: number }[] = [
    { name: 'a megabyte of commas', value: ','.repeat(1 << 20), count: 0 },
    { name: 'a megabyte of blanks', value: ' '.repeat(1 << 20), count: 0 },
    { name: 'a megabyte of commas and blanks', value: ', '.repeat(1 << 19), count: 0 },
    { name: 'a megabyte without a comma', value: 'a'.repeat(1 << 20), count: 1 },
    { name: 'half a million elements', value: 'a,'.repeat(1 << 19), count: 1 << 19 },
  ];

  it.each(hostile)('splits $name within a second', ({ value, count }) => {
    const start = performance.now();
    expect(listElements(value)).toHaveLength(count);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('visitElements', () => {
  it('tells where each element stands and what it is as a name', () => {
    const visited: (readonly [string, NameForm])[] = [];
    const value = ' x-1 ,X-a,x-A\t,x a,  *,"x",x\u212a, ,-';
    visitElements(value, (from, to, form) => {
      visited.push([value.slice(from, to), form]);
      return to;
    });
    expect(visited).toEqual([
      ['x-1', 'lower-case'],
      ['X-a', 'mixed-case'],
      ['x-A', 'mixed-case'],
      ['x a', 'no-name'],
      ['*', 'lower-case'],
      ['"x"', 'no-name'],
      ['x\u212a', 'no-name'],
      ['-', 'lower-case'],
    ]);
  });

  it('goes on where it is told to', () => {
    const visited: string[] = [];
    const value = 'a,b,c,d,e';
    visitElements(value, (from, to) => {
      visited.push(value.slice(from, to));
      return from === 0 ? 5 : value.length;
    });
    expect(visited).toEqual(['a', 'd']);
  });
});

describe('hasElement', () => {
  const cases = [
    { value: '', expected: false },
    { value: ' ,\t,', expected: false },
    { value: ', a', expected: true },
  ];

  it.each(cases)('looks for one in "$value"', ({ value, expected }) => {
    expect(hasElement(value)).toBe(expected);
  });
});

function visitedElements(visitAll: typeof visitElements, value: string): string[] {
  const visited: string[] = [];
  visitAll(value, (from, to) => {
    visited.push(value.slice(from, to));
    return to;
  });
  return visited;
}

describe('visitDistinctElements', () => {
  it('passes over names that came before, also far before, and nothing else', () => {
    const names = Array.from({ length: 8 }, (_, i) => `x-${i}`);
    const value = `${names.join()},${'X-1,x-2 ,x-3,'.repeat(500)}x-4b,xx-5,x-5`;
    const visited = visitedElements(visitDistinctElements, value);
    expect([...new Set(visited)]).toEqual([...names, 'X-1', 'x-4b', 'xx-5']);
    expect(visited.length).toBeLessThan(20);
  });

  it('does not take a list for the one before it', () => {
    expect(visitedElements(visitDistinctElements, 'x-a,x-b')).toEqual(['x-a', 'x-b']);
    expect(visitedElements(visitDistinctElements, 'yx-a,x-a')).toEqual(['yx-a', 'x-a']);
    expect(visitedElements(visitDistinctElements, 'x-a')).toEqual(['x-a']);
  });

  it('visits each different element of any list, in order', () => {
    const unit = fc.constantFrom('a', 'b', 'A', ',', ',', ' ', '\u00e9', '\u20ac');
    const text = fc.oneof(
      fc.string({ unit, maxLength: 40 }),
      fc.string({ unit, minLength: 120, maxLength: 300 }),
    );
    fc.assert(
      fc.property(text, value => {
        const distinct = [...new Set(visitedElements(visitDistinctElements, value))];
        // Taken apart once more by the platform, with the blanks of RFC 9110 only.
        const expected = value
          .split(',')
          .map(part => part.replace(/^[ \t]+|[ \t]+$/g, ''))
          .filter(part => part !== '');
        expect(distinct).toEqual([...new Set(expected)]);
        expect(listElements(value)).toEqual(expected);
        expect(hasOnlyNames(value)).toBe(expected.every(isToken));
      }),
      { numRuns: 2000 },
    );
  });
});
