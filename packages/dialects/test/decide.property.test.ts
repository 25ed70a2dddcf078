import {
  compile,
  decideActual,
  decidePreflight,
  type Policy,
  type PreflightRequest,
  validate,
} from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actualFor, policyOf, preflightFor, unmatched } from './arbitraries.ts';
import { elements } from './oracle.ts';
import { type Service, services } from './services.ts';

function preflights({ alphabet }: Service): fc.Arbitrary<readonly [Policy, PreflightRequest]> {
  return policyOf(alphabet).chain(policy => fc.tuple(fc.constant(policy), preflightFor(policy, alphabet)));
}

/** Of long lists, with names of the request, of the policy, and what its wildcards match, again and again. */
function longPreflights(service: Service): fc.Arbitrary<readonly [Policy, PreflightRequest]> {
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat(30), fc.constantFrom(',', ',', ',,', ',', ' , ')), {
    minLength: 80,
    maxLength: 300,
  });
  return fc
    .tuple(preflights(service), picks, fc.boolean(), fc.boolean())
    .map(([[policy, request], chosen, hasCapitals, hasBlanks]) => {
      const named = policy.rules.flatMap(({ allowedHeaders }) => allowedHeaders).filter(name => name !== '*');
      const requested = elements(request.requestHeaders);
      // What is asked for alone is allowed more often.
      const names =
        requested.length > 0 ? [...requested, ...named.slice(0, 2)] : ['x-a', ...named.slice(0, 2)];
      const list = chosen.map(([pick, number, comma]) => {
        const name = (names[pick % names.length] ?? '').replace('*', `-a-name-${number}`);
        return (hasCapitals && number % 3 === 0 ? upperCase(name) : name) + (hasBlanks ? comma : ',');
      });
      return [policy, { ...request, requestHeaders: list.join('') }];
    });
}

function upperCase(name: string): string {
  return /^[ -~]+$/.test(name) ? name.toUpperCase() : name;
}

/** What the tables below call an outcome. */
function outcome(service: Service, policy: Policy, request: PreflightRequest): string {
  const decision = decidePreflight(compile(policy, service.profile), request);
  if (decision.kind === 'not-a-preflight') return decision.kind;
  if (decision.kind === 'refused') return decision.reason;
  return decision.rule < 32 ? 'allowed' : 'allowed beyond the first word';
}

/** So often that a policy decides with indexes in the end, which it does not have at first. */
const ASKED = Array.from({ length: 10 });

describe.each(services)('decidePreflight for $name', service => {
  const { profile, oracle, alphabet } = service;

  it('decides and answers as the documents say', () => {
    fc.assert(
      fc.property(preflights(service), ([policy, request]) => {
        const compiled = compile(policy, profile);
        const expected = oracle.preflight(policy, request);
        for (const _ of ASKED) expect(decidePreflight(compiled, request)).toStrictEqual(expected);
      }),
      { numRuns: 2500 },
    );
  });

  it('decides and answers so for long lists of requested headers', () => {
    fc.assert(
      fc.property(longPreflights(service), ([policy, request]) => {
        const decision = decidePreflight(compile(policy, profile), request);
        expect(decision).toStrictEqual(oracle.preflight(policy, request));
      }),
      { numRuns: 600 },
    );
    const samples = fc.sample(longPreflights(service), { numRuns: 600, seed: 1 });
    const outcomes = samples.map(([policy, request]) => outcome(service, policy, request));
    expect(outcomes.filter(each => each.startsWith('allowed')).length).toBeGreaterThan(30);
  });

  it('is asked for every outcome it has', () => {
    const samples = fc.sample(preflights(service), { numRuns: 1500, seed: 1 });
    const outcomes = new Set(samples.map(([policy, request]) => outcome(service, policy, request)));
    const incomplete = profile.preflight.incomplete === 'not-a-preflight';
    expect([...outcomes].sort()).toEqual(
      [
        'allowed',
        'allowed beyond the first word',
        'method-not-allowed',
        'no-rules',
        'origin-malformed',
        'origin-not-allowed',
        ...(incomplete ? ['not-a-preflight'] : ['origin-missing', 'method-missing']),
        ...(['ignore', 'filter'].includes(profile.headers.unlisted) ? [] : ['headers-not-allowed']),
      ].sort(),
    );
  });

  it('does not look at the order, the case and the repetition of requested headers', () => {
    fc.assert(
      fc.property(preflights(service), fc.infiniteStream(fc.nat()), ([policy, request], numbers) => {
        const names = elements(request.requestHeaders);
        const shuffled = [...names, ...names]
          .map(name => ({
            name: upperCase(name),
            key: numbers.next().value,
          }))
          .sort((a, b) => a.key - b.key)
          .map(({ name }) => name);
        const other = { ...request, requestHeaders: shuffled.join(' ,') };
        expect(outcome(service, policy, other)).toBe(outcome(service, policy, request));
      }),
      { numRuns: 500 },
    );
  });

  it('decides the same with a further rule that does not match', () => {
    fc.assert(
      fc.property(preflights(service), ([policy, request]) => {
        fc.pre(policy.rules.length > 0);
        const longer = { ...policy, rules: [...policy.rules, ...unmatched(1, alphabet)] };
        expect(decidePreflight(compile(longer, profile), request)).toStrictEqual(
          decidePreflight(compile(policy, profile), request),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(services)('decideActual for $name', ({ profile, oracle, alphabet }) => {
  it('decides and adds what the documents say', () => {
    const requests = policyOf(alphabet).chain(policy =>
      fc.tuple(fc.constant(policy), actualFor(policy, alphabet)),
    );
    fc.assert(
      fc.property(requests, ([policy, request]) => {
        const compiled = compile(policy, profile);
        const expected = oracle.actual(policy, request);
        for (const _ of ASKED) expect(decideActual(compiled, request)).toStrictEqual(expected);
      }),
      { numRuns: 2500 },
    );
  });
});

/** Limits on how many there are do not matter to a decision, and the random policies go beyond them. */
const LIMITS = [
  'rules-too-many',
  'rules-too-long',
  'origins-too-many',
  'rules-missing',
  'headers-too-many',
  'max-age-missing',
];

describe.each(services)('policies for $name', ({ profile, alphabet }) => {
  it('are such that the service takes every entry', () => {
    fc.assert(
      fc.property(policyOf(alphabet), policy => {
        const codes = validate(policy, profile).map(({ code }) => code);
        expect(codes.filter(code => !LIMITS.includes(code))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('decidePreflight under hostile input', () => {
  const BYTES = 1 << 18;
  const lists: readonly { readonly name: string; readonly unit: (index: number) => string }[] = [
    { name: 'commas', unit: () => ',' },
    { name: 'blanks', unit: () => ' ' },
    { name: 'one allowed name', unit: () => 'x-a,' },
    { name: 'two allowed names', unit: index => (index % 2 === 0 ? 'x-a,' : 'x-ab,') },
    { name: 'names for a wildcard', unit: index => `x-${index},` },
    { name: 'unknown names', unit: index => `${index},` },
    { name: 'no names', unit: () => '"é",' },
  ];
  const policy: Policy = {
    rules: Array.from({ length: 100 }, (_, index) => ({
      allowedOrigins: ['https://a.com'],
      allowedMethods: ['GET', 'DELETE'],
      allowedHeaders: ['x-a', 'x-ab', 'x-*', ...(index === 99 ? ['*'] : [])],
      exposeHeaders: [],
    })),
  };
  const cases = services.flatMap(({ name, profile }) =>
    lists.map(list => ({ service: name, profile, list })),
  );

  it.each(cases)(
    'answers a quarter of a megabyte of $list.name within two seconds for $service',
    ({ profile, list }) => {
      let requestHeaders = '';
      for (let index = 0; requestHeaders.length < BYTES; index++) requestHeaders += list.unit(index);
      const compiled = compile(policy, profile);
      const start = performance.now();
      const decision = decidePreflight(compiled, {
        origin: 'https://a.com',
        requestMethod: 'GET',
        requestHeaders,
      });
      expect(performance.now() - start).toBeLessThan(2000);
      expect(decision.kind).not.toBe('not-a-preflight');
    },
  );
});
