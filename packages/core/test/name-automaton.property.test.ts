import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { rulesForNames } from '../src/matching-rules.ts';
import { buildNameAutomaton, followNames } from '../src/name-automaton.ts';
import { exampleProfile } from './example-profile.ts';

/** Few characters, so that names share beginnings and lists have names of the policy. */
const name = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 4 });
const pattern = fc.oneof(
  { weight: 3, arbitrary: name },
  name.map(text => `${text}*`),
  fc.constant('*'),
);

const policy = fc.array(fc.array(pattern, { maxLength: 4 }), { minLength: 1, maxLength: 40 }).map(lists => ({
  rules: lists.map(allowedHeaders => ({
    allowedOrigins: ['https://a.example'],
    allowedMethods: ['GET'],
    allowedHeaders,
    exposeHeaders: [],
  })),
}));

const element = fc.oneof(
  { weight: 6, arbitrary: name },
  name.map(text => text.toUpperCase()),
  name.map(text => `  ${text} \t`),
  name.map(text => `${text} \t${text}`),
  fc.constantFrom('', ' ', 'a b', 'ä', 'a"', '*'),
);
const list = fc.array(element, { maxLength: 6 }).map(elements => elements.join(','));

describe('followNames', () => {
  it('finds the rules that are found name by name', () => {
    let found = 0;
    fc.assert(
      fc.property(policy, list, (given, requested) => {
        const compiled = compile(given, exampleProfile);
        const automaton = buildNameAutomaton(compiled.headers);
        if (!automaton) throw new Error('there is no automaton');
        const expected = rulesForNames(compiled, requested);
        if (expected?.some(word => word !== 0)) found++;
        expect(followNames(automaton, requested)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

describe('buildNameAutomaton', () => {
  const headersOf = (names: readonly string[]): Parameters<typeof buildNameAutomaton>[0] =>
    compile(
      {
        rules: [
          {
            allowedOrigins: ['https://a.example'],
            allowedMethods: ['GET'],
            allowedHeaders: names,
            exposeHeaders: [],
          },
        ],
      },
      exampleProfile,
    ).headers;

  it.each([
    { name: 'for no name at all', names: [], built: true },
    { name: 'for a hundred names', names: Array.from({ length: 100 }, (_, n) => `x-name-${n}`), built: true },
    { name: 'not where a `*` stands before something', names: ['x-*-id'], built: false },
    { name: 'not for more states than the table has room for', names: ['a'.repeat(2048)], built: false },
    {
      name: 'not for many names',
      names: Array.from({ length: 500 }, (_, n) => `${n}-x-long-name`),
      built: false,
    },
  ])('makes one: $name', ({ names, built }) => {
    expect(buildNameAutomaton(headersOf(names)) !== undefined).toBe(built);
  });
});
