import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newBudget } from '../../src/analysis/budget.ts';
import { shortestText } from '../../src/analysis/shortest-text.ts';
import { newTextSpace, type Reading, textClasses } from '../../src/analysis/text-classes.ts';
import type { TextShape } from '../../src/analysis/text-shape.ts';
import type { Pattern, WildcardExtent } from '../../src/pattern.ts';

/** A world of three characters: two of a host and one not; with so few, patterns can cover all there is. */
const CHARACTERS = ['a', 'b', '/'];
const LONGEST = 7;

/** Texts that begin with `a` have one form, all others the other. */
const shape: TextShape<'a' | 'other'> = {
  start: '',
  groups: CHARACTERS,
  step: (state, character) => (state === '' ? character : state),
  form: state => (state === 'a' ? 'a' : 'other'),
  mayBecome: (state, form) => state === '' || (state === 'a') === (form === 'a'),
  ease: state => state,
};

function allTexts(): string[] {
  let longest = [''];
  const texts: string[] = [];
  for (let length = 1; length <= LONGEST; length++) {
    longest = longest.flatMap(text => CHARACTERS.map(character => text + character));
    texts.push(...longest);
  }
  return texts;
}
const TEXTS = allTexts();

function matches(pattern: Pattern, text: string, extent: WildcardExtent): boolean {
  if (pattern.kind === 'any') return true;
  if (pattern.kind === 'exact') return pattern.text === text;
  const { prefix, suffix } = pattern;
  if (text.length < prefix.length + suffix.length) return false;
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
  const between = text.slice(prefix.length, text.length - suffix.length);
  return extent === 'anything' || /^[ab]+$/.test(between);
}

const part = fc
  .array(fc.constantFrom(...CHARACTERS), { maxLength: 2 })
  .map(characters => characters.join(''));
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('wildcard' as const), prefix: part, suffix: part }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('exact' as const),
      text: part.filter(text => text !== ''),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Pattern>({ kind: 'any' }) },
);
const readings: fc.Arbitrary<readonly Reading[]> = fc.array(
  fc.record({
    patterns: fc.array(fc.array(pattern, { maxLength: 3 }), { maxLength: 4 }),
    extent: fc.constantFrom<WildcardExtent>('anything', 'host'),
    urlsOnly: fc.constant(false),
  }),
  { minLength: 1, maxLength: 2 },
);

const starting = (prefix: string): Pattern => ({ kind: 'wildcard', prefix, suffix: '' });

/** What no pattern matches begins with `/a` or `//`, of which the first characters alone are no text of that class. */
const LEAVES_LITTLE: readonly Reading[] = [
  {
    patterns: [[starting('a')], [starting('b')], [starting('/b')], [{ kind: 'exact', text: '/' }]],
    extent: 'anything',
    urlsOnly: false,
  },
];

function matchingRules(each: readonly Reading[], text: string): string {
  return each
    .map(({ patterns, extent }) =>
      patterns.map(rule => (rule.some(one => matches(one, text, extent)) ? 1 : 0)).join(''),
    )
    .join(' ');
}

/** By the rules that match and the form, the length of a shortest text. */
function byTrying(each: readonly Reading[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const text of TEXTS) {
    const key = `${matchingRules(each, text)} ${text.startsWith('a') ? 'a' : 'other'}`;
    if (!lengths.has(key)) lengths.set(key, text.length);
  }
  return lengths;
}

function byClasses(each: readonly Reading[]): Map<string, number> {
  const space = newTextSpace(each, newBudget());
  const lengths = new Map<string, number>();
  for (const textClass of textClasses(space)) {
    for (const form of ['a', 'other'] as const) {
      const text = shortestText(space, shape, textClass, [form]);
      if (text === undefined) continue;
      const key = `${matchingRules(each, text)} ${form}`;
      expect(lengths.has(key), `${key} comes twice`).toBe(false);
      lengths.set(key, text.length);
    }
  }
  return lengths;
}

describe('textClasses', () => {
  it('finds every class there is and a shortest text of each, and no other', () => {
    fc.assert(
      fc.property(readings, each => {
        expect([...byClasses(each)].sort()).toEqual([...byTrying(each)].sort());
      }),
      { numRuns: 200, examples: [[LEAVES_LITTLE]] },
    );
  });
});
