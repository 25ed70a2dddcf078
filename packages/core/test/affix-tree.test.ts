import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AffixTree, affixNode, type Direction, newAffixTree, visitAffixes } from '../src/affix-tree.ts';

function treeOf(direction: Direction, affixes: readonly string[]): AffixTree<string> {
  const tree = newAffixTree<string>(direction);
  for (const affix of affixes) affixNode(tree, affix).value = affix;
  return tree;
}

function affixesOf(tree: AffixTree<string>, text: string): (readonly [string, number])[] {
  const found: (readonly [string, number])[] = [];
  visitAffixes(tree, text, (affix, length) => found.push([affix, length]));
  return found;
}

describe('visitAffixes', () => {
  const cases: readonly {
    readonly name: string;
    readonly direction: Direction;
    readonly affixes: readonly string[];
    readonly text: string;
    readonly expected: readonly string[];
  }[] = [
    { name: 'an empty tree', direction: 'forward', affixes: [], text: 'abc', expected: [] },
    { name: 'the empty affix', direction: 'forward', affixes: [''], text: 'abc', expected: [''] },
    { name: 'the empty text', direction: 'backward', affixes: ['', 'a'], text: '', expected: [''] },
    {
      name: 'nested prefixes',
      direction: 'forward',
      affixes: ['abc', 'a', 'ab'],
      text: 'abcd',
      expected: ['a', 'ab', 'abc'],
    },
    {
      name: 'nested suffixes',
      direction: 'backward',
      affixes: ['d', 'bcd', 'cd'],
      text: 'abcd',
      expected: ['d', 'cd', 'bcd'],
    },
    { name: 'the text itself', direction: 'backward', affixes: ['abcd'], text: 'abcd', expected: ['abcd'] },
    {
      name: 'an affix longer than the text',
      direction: 'forward',
      affixes: ['abcde'],
      text: 'abcd',
      expected: [],
    },
    {
      name: 'a label split between siblings',
      direction: 'forward',
      affixes: ['abx', 'aby'],
      text: 'abyz',
      expected: ['aby'],
    },
    {
      name: 'a label split where an affix ends',
      direction: 'forward',
      affixes: ['abx', 'ab'],
      text: 'abz',
      expected: ['ab'],
    },
    {
      name: 'a split that leads nowhere',
      direction: 'forward',
      affixes: ['abx', 'aby'],
      text: 'abz',
      expected: [],
    },
    {
      name: 'a suffix read from its start',
      direction: 'backward',
      affixes: ['ab'],
      text: 'ba',
      expected: [],
    },
  ];

  it.each(cases)('finds the affixes of $name', ({ direction, affixes, text, expected }) => {
    expect(affixesOf(treeOf(direction, affixes), text)).toEqual(expected.map(affix => [affix, affix.length]));
  });

  it('finds what comparing every affix finds, shortest first', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    const direction = fc.constantFrom<Direction>('forward', 'backward');
    fc.assert(
      fc.property(direction, fc.array(short, { maxLength: 12 }), short, (reading, affixes, text) => {
        const has = (affix: string) =>
          reading === 'forward' ? text.startsWith(affix) : text.endsWith(affix);
        const expected = [...new Set(affixes)].filter(has).sort((a, b) => a.length - b.length);
        expect(affixesOf(treeOf(reading, affixes), text).map(([affix]) => affix)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('affixNode', () => {
  it('gives the same node for the same affix, also after a split', () => {
    const tree = treeOf('backward', ['.example.com', '.example.org', '.com']);
    expect(affixNode(tree, '.example.com').value).toBe('.example.com');
    expect(affixNode(tree, '.com').value).toBe('.com');
    expect(affixNode(tree, 'com').value).toBeUndefined();
  });
});
