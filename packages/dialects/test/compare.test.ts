import {
  type AnswerDifference,
  type Comparison,
  compare,
  compile,
  newBudget,
  type Policy,
  type Profile,
  type Rule,
  type Witness,
} from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { azureTablesProfile, boomiProfile, cosProfile, qingstorProfile } from '../src/index.ts';
import { qingstorFilterProfile } from '../src/qingstor/profile.ts';

function rule(origins: string, methods: string, headers = '', more: Partial<Rule> = {}): Rule {
  const words = (text: string) => text.split(' ').filter(word => word !== '');
  return {
    allowedOrigins: words(origins),
    allowedMethods: words(methods),
    allowedHeaders: words(headers),
    exposeHeaders: [],
    ...more,
  };
}

interface Case {
  readonly name: string;
  readonly old: readonly Rule[];
  readonly new: readonly Rule[];
  readonly profile?: Profile;
  /** Of the new policy, where it is of another service. */
  readonly newProfile?: Profile;
  readonly access: Comparison['access'];
  /** `METHOD origin name,name`; `!` before one that no browser can send. */
  readonly gained?: string;
  readonly lost?: string;
  /** `preflight|actual Header: old -> new`, the header without what all begin with. */
  readonly answers?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'prefix and suffix that may not overlap',
    old: [rule('https://a*a', 'GET')],
    new: [rule('https://a*a https://a', 'GET')],
    access: 'wider',
    gained: 'GET https://a',
  },
  {
    name: 'a wildcard of the scheme',
    old: [rule('http*://a.com', 'GET')],
    new: [rule('https://a.com', 'GET')],
    access: 'narrower',
    lost: 'GET http://a.com',
  },
  {
    name: 'case',
    old: [rule('https://A.com', 'GET')],
    new: [rule('https://a.com', 'GET')],
    access: 'incomparable',
    gained: 'GET https://a.com',
    lost: '!GET https://A.com',
  },
  {
    name: 'case and a default port, in a service that reads URLs',
    profile: boomiProfile,
    old: [rule('https://A.com', 'GET')],
    new: [rule('https://a.com:443', 'GET')],
    access: 'equivalent',
  },
  {
    name: 'ports',
    old: [rule('http://localhost:*', 'GET')],
    new: [rule('http://localhost:3000', 'GET')],
    access: 'narrower',
    lost: 'GET http://localhost:1',
  },
  {
    name: 'null',
    old: [rule('http*', 'GET')],
    new: [rule('http* null', 'GET')],
    access: 'wider',
    gained: 'GET null',
  },
  {
    name: 'any origin',
    old: [rule('https://a.com', 'GET')],
    new: [rule('*', 'GET')],
    access: 'wider',
    gained: 'GET http://b',
    answers: [
      'actual Allow-Origin: https://a.com -> *',
      'actual Allow-Credentials: true -> null',
      'preflight Allow-Origin: https://a.com -> *',
      'preflight Allow-Credentials: true -> null',
    ],
  },
  {
    name: 'a rule that an earlier one is for already',
    old: [rule('https://*.a.com', 'GET PUT', '*')],
    new: [rule('https://*.a.com', 'GET PUT', '*'), rule('https://b.a.com', 'GET', 'x-a')],
    access: 'equivalent',
  },
  {
    name: 'rules in another order, with other ages',
    old: [
      rule('https://a.com', 'GET', '', { maxAgeSeconds: 1 }),
      rule('https://*', 'GET', '*', { maxAgeSeconds: 2 }),
    ],
    new: [
      rule('https://*', 'GET', '*', { maxAgeSeconds: 2 }),
      rule('https://a.com', 'GET', '', { maxAgeSeconds: 1 }),
    ],
    access: 'equivalent',
    answers: ['preflight Max-Age: 1 -> 2'],
  },
  {
    name: 'an age that only a later rule has',
    old: [rule('https://a.com', 'GET', 'x-a x-b', { maxAgeSeconds: 1 })],
    new: [
      rule('https://a.com', 'GET', 'x-a', { maxAgeSeconds: 1 }),
      rule('https://a.com', 'GET', 'x-a x-b', { maxAgeSeconds: 2 }),
    ],
    access: 'equivalent',
    answers: ['preflight Max-Age: 1 -> 2'],
  },
  {
    name: 'names that two rules allow, but none of them both',
    old: [rule('https://a.com', 'GET', 'x-a'), rule('https://a.com', 'GET', 'x-b')],
    new: [rule('https://a.com', 'GET', 'x-a x-b')],
    access: 'wider',
    gained: 'GET https://a.com x-a,x-b',
  },
  {
    name: 'a name that only browsers set',
    old: [rule('https://a.com', 'GET', 'host')],
    new: [rule('https://a.com', 'GET')],
    access: 'narrower',
    lost: '!GET https://a.com host',
  },
  {
    name: 'a request of a browser, though that of another client has fewer headers',
    old: [rule('https://a.com/', 'GET'), rule('https://b.com', 'GET', 'x-a')],
    new: [rule('https://b.com', 'GET')],
    access: 'narrower',
    lost: 'GET https://b.com x-a',
  },
  {
    name: 'a first rule that refuses the header',
    profile: azureTablesProfile,
    old: [rule('*', 'GET', '*')],
    new: [rule('https://*.a.com', 'GET'), rule('*', 'GET', '*')],
    access: 'narrower',
    lost: 'GET https://a.a.com a',
    answers: [
      'actual Allow-Origin: * -> https://a.a.com',
      'actual Allow-Credentials: null -> true',
      'preflight Allow-Origin: * -> https://a.a.com',
      'preflight Allow-Credentials: null -> true',
    ],
  },
  {
    name: 'a pattern in place of the names it matches, where exposed names depend on the response',
    profile: azureTablesProfile,
    old: [rule('*', 'GET', '', { exposeHeaders: ['x-ms-*'] })],
    new: [rule('*', 'GET', '', { exposeHeaders: ['x-*'] })],
    access: 'equivalent',
    answers: ['actual Expose-Headers: null -> x-'],
  },
  {
    name: 'a service that refuses a header, and one that leaves it out',
    profile: qingstorProfile,
    newProfile: qingstorFilterProfile,
    old: [rule('https://a.com', 'GET *', 'x-a')],
    new: [rule('https://a.com', 'GET *', 'x-a')],
    access: 'equivalent',
  },
  {
    name: 'a method that no rule names',
    profile: qingstorProfile,
    old: [rule('https://a.com', 'GET')],
    new: [rule('https://a.com', '*')],
    access: 'wider',
    gained: 'POST https://a.com',
  },
  {
    name: 'a service of a fixed list of headers',
    newProfile: boomiProfile,
    old: [rule('https://a.com', 'GET', 'authorization x-a', { maxAgeSeconds: 3600 })],
    new: [rule('https://a.com', 'GET')],
    access: 'incomparable',
    gained: 'GET https://a.com accept',
    lost: 'GET https://a.com x-a',
  },
];

function shown(witness: Witness | null): string | undefined {
  if (!witness) return undefined;
  const { origin, method, headers, browser } = witness;
  return `${browser ? '' : '!'}${[method, origin, ...(headers.length > 0 ? [headers.join()] : [])].join(' ')}`;
}

function shownAnswer({ request, header, old, new: now }: AnswerDifference): string {
  return `${request} ${header.replace('Access-Control-', '')}: ${old} -> ${now}`;
}

function comparedPolicies(old: Policy, now: Policy, profile: Profile, newProfile: Profile): Comparison {
  const result = compare(compile(old, profile), compile(now, newProfile));
  if (result.kind !== 'compared') throw new Error(result.code);
  return result;
}

describe('compare', () => {
  it.each(cases)(
    'tells apart $name',
    ({ old, new: now, profile = cosProfile, newProfile = profile, ...expected }) => {
      const result = comparedPolicies({ rules: old }, { rules: now }, profile, newProfile);
      expect({
        access: result.access,
        gained: shown(result.gained),
        lost: shown(result.lost),
        answers: result.answers.map(shownAnswer),
      }).toEqual({
        access: expected.access,
        gained: expected.gained,
        lost: expected.lost,
        answers: expected.answers ?? [],
      });
    },
  );

  it.each(cases)('finds the opposite in the other direction: $name', each => {
    const { profile = cosProfile, newProfile = profile } = each;
    const result = comparedPolicies({ rules: each.new }, { rules: each.old }, newProfile, profile);
    expect([shown(result.gained), shown(result.lost)]).toEqual([each.lost, each.gained]);
    expect(result.answers).toHaveLength(each.answers?.length ?? 0);
  });

  const exposing = (...exposeHeaders: readonly string[]) =>
    rule('https://a.com', 'GET', '', { exposeHeaders });
  it.each([
    { name: 'credentials newly allowed', old: rule('*', 'GET'), new: rule('https://a.com', 'GET'), more: 2 },
    {
      name: 'credentials no longer allowed',
      old: rule('https://a.com', 'GET'),
      new: rule('*', 'GET'),
      more: 0,
    },
    { name: 'a header newly exposed', old: exposing('x-a'), new: exposing('x-a', 'x-b'), more: 1 },
    { name: 'a header in place of another', old: exposing('x-a'), new: exposing('x-b'), more: 1 },
    { name: 'a header no longer exposed', old: exposing('x-a', 'x-b'), new: exposing('x-a'), more: 0 },
    {
      name: 'a pattern of exposed headers that is wider',
      old: exposing('x-ms-meta-a*', 'x-gone'),
      new: exposing('x-ms-meta-*'),
      profile: azureTablesProfile,
      more: 1,
    },
    {
      name: 'a pattern in place of one of its names',
      old: exposing('x-ms-*'),
      new: exposing('x-ms-a'),
      profile: azureTablesProfile,
      more: 0,
    },
    {
      name: 'another age',
      old: rule('https://a.com', 'GET', '', { maxAgeSeconds: 1 }),
      new: rule('https://a.com', 'GET', '', { maxAgeSeconds: 2 }),
      more: 0,
    },
  ])('tells which answers give pages more: $name', ({ old, new: now, profile = cosProfile, more }) => {
    const { answers } = comparedPolicies({ rules: [old] }, { rules: [now] }, profile, profile);
    expect(answers.filter(({ widens }) => widens)).toHaveLength(more);
    expect(answers.length).toBeGreaterThan(0);
  });

  const large = (suffix: string): Policy => ({
    rules: Array.from({ length: 100 }, (_, i) =>
      rule(
        Array.from({ length: 10 }, (_each, j) => `https://*.r${i}-o${j}.example.com${suffix}`).join(' '),
        'GET PUT',
        `x-cos-* content-type x-h-${i}`,
      ),
    ),
  });

  it.each([
    { name: 'the same', other: large(''), access: 'equivalent' },
    { name: 'in reverse', other: { rules: large('').rules.toReversed() }, access: 'equivalent' },
    { name: 'others', other: large('.cn'), access: 'incomparable' },
    { name: 'for no browser', other: large('/'), access: 'incomparable' },
  ])('takes few steps for a hundred rules of ten wildcards: $name', ({ other, access }) => {
    const result = compare(compile(large(''), cosProfile), compile(other, cosProfile), newBudget(50_000));
    expect(result).toMatchObject({ kind: 'compared', access });
  });

  it('says so when its budget does not suffice', () => {
    const hard: Policy = {
      rules: Array.from({ length: 100 }, (_, i) =>
        rule(
          Array.from(
            { length: 10 },
            (_each, j) => `${'a'.repeat(i * 10 + j)}*${'b'.repeat(999 - i * 10 - j)}`,
          ).join(' '),
          'GET',
        ),
      ),
    };
    const result = compare(compile(hard, cosProfile), compile(hard, cosProfile), newBudget(20_000));
    expect(result).toEqual({ kind: 'limit', code: 'analysis-too-large' });
  });
});
