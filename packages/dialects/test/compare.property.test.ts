import {
  type Comparison,
  type CompiledPolicy,
  compare,
  compile,
  decideActual,
  decidePreflight,
  type Policy,
  type Witness,
} from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyOf } from './arbitraries.ts';
import { elements } from './oracle.ts';
import { type Service, services } from './services.ts';

/** A small world: every request that can be made of these. What is told of policies is tried on all of them. */
const ORIGINS = [
  'https://a',
  'https://b.a',
  'https://ba',
  'https://ab',
  'https://aa',
  'https://c',
  'http://a',
  'http://b.a',
  'null',
  'a',
  'aa',
  'aba',
  'https://b:1.a',
  'https://b..a',
  'https://.a',
  'https://a-.a',
  'https://a/',
  'https://a:8',
  'x://a',
];
/** Which policies of URLs read as others of them. */
const RESPELT = ['https://B.a', 'https://a:443'];
const METHODS = ['GET', 'PUT', 'DELETE', 'PATCH'];
const NAMES = ['x-a', 'x-ab', 'x-q', 'b', 'q', 'etag', 'authorization', 'content-type'];
const RESPONSE_HEADERS = ['etag', 'x-a', 'x-q', 'date', 'content-q', 'q', 'x-c'];

const NAME_SETS = [[], ...NAMES.flatMap((a, i) => [[a], ...NAMES.slice(i + 1).map(b => [a, b])])];

/** What the policies name as origins, by the wildcards that the service knows. */
const ENTRIES: Readonly<Record<Service['profile']['origins']['wildcard'], readonly string[]>> = {
  anywhere: [
    '*',
    'https://a',
    'https://*a',
    'https://a*',
    'https://*.a',
    'h*a',
    'http*',
    'a*a',
    'a*',
    '*a',
    'null',
    'https://b.a',
    'https://a:443',
    'https://B.a',
  ],
  subdomain: [
    '*',
    'https://a',
    'https://*.a',
    'http://*.a',
    'https://*.a-.a',
    'null',
    'https://b.a',
    'a',
    'https://B.a',
  ],
  host: [
    'https://a',
    'https://*a',
    'https://a*',
    'https://*.a',
    'HTTPS://B.a:443',
    'http://*a',
    'https://a:8',
  ],
};

interface Asked {
  readonly admitted: boolean;
  /** By header, what browsers read in it. */
  readonly preflight: ReadonlyMap<string, string>;
  readonly actual: ReadonlyMap<string, string>;
}

const READ_OF_PREFLIGHTS = /^Access-Control-(Allow-Origin|Allow-Credentials|Max-Age)$/;

function ask(policy: CompiledPolicy, { origin, method, headers }: Omit<Witness, 'browser'>): Asked {
  const requestHeaders = headers.join(',');
  const preflight = decidePreflight(policy, { origin, requestMethod: method, requestHeaders });
  const answered = preflight.kind === 'allowed' ? preflight.headers : [];
  const list = answered.find(([name]) => name === 'Access-Control-Allow-Headers')?.[1];
  const allowed = new Set(elements(list).map(name => name.toLowerCase()));
  return {
    admitted: preflight.kind === 'allowed' && headers.every(name => allowed.has(name)),
    preflight: new Map(
      answered.flatMap(([name, value]) =>
        READ_OF_PREFLIGHTS.test(name) ? [[name, originForm(value, origin)]] : [],
      ),
    ),
    actual: headers.length === 0 ? askActual(policy, origin, method) : new Map(),
  };
}

function originForm(value: string, origin: string): string {
  return value === origin ? 'echo' : value;
}

/** With each response header of the world present or not. */
function askActual(policy: CompiledPolicy, origin: string, method: string): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const present of [[], ...RESPONSE_HEADERS.map(name => [name])]) {
    for (const [name, value] of decideActual(policy, { origin, method, responseHeaderNames: present })
      .headers) {
      if (name === 'Vary') continue;
      const exposes = name === 'Access-Control-Expose-Headers';
      const names = [...new Set(elements(value.toLowerCase()))].sort();
      read.set(name, exposes ? `${read.get(name) ?? ''} ${present}: ${names}` : originForm(value, origin));
    }
  }
  return read;
}

interface Tried {
  readonly gained: boolean;
  readonly lost: boolean;
  /** `preflight` or `actual`, and the header. */
  readonly answers: ReadonlySet<string>;
}

function differing(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(name => a.get(name) !== b.get(name));
}

function tryAll(old: CompiledPolicy, now: CompiledPolicy): Tried {
  let gained = false;
  let lost = false;
  const answers = new Set<string>();
  const urls = [old, now].some(({ profile }) => profile.origins.compare === 'url');
  for (const origin of urls ? ORIGINS : [...ORIGINS, ...RESPELT]) {
    for (const method of METHODS) {
      for (const headers of NAME_SETS) {
        const a = ask(old, { origin, method, headers });
        const b = ask(now, { origin, method, headers });
        gained ||= b.admitted && !a.admitted;
        lost ||= a.admitted && !b.admitted;
        if (!a.admitted || !b.admitted) continue;
        for (const name of differing(a.preflight, b.preflight)) answers.add(`preflight ${name}`);
        for (const name of differing(a.actual, b.actual)) answers.add(`actual ${name}`);
      }
    }
  }
  return { gained, lost, answers };
}

function policies({ alphabet, profile }: Service): fc.Arbitrary<Policy> {
  const origin = fc.constantFrom(...ENTRIES[profile.origins.wildcard]);
  return policyOf({ ...alphabet, origin }).map(policy => ({ ...policy, rules: policy.rules.slice(0, 5) }));
}

/** Two policies, of which the second is often made of the first, so that they have much in common. */
function pairs(before: Service, after: Service): fc.Arbitrary<readonly [Policy, Policy]> {
  const two = fc.tuple(policies(before), policies(after));
  if (before !== after) return two;
  const edited = fc
    .tuple(policies(before), fc.nat({ max: 3 }), fc.constantFrom('drop', 'repeat', 'last'))
    .map(([policy, index, edit]): readonly [Policy, Policy] => {
      const rule = policy.rules[index % Math.max(1, policy.rules.length)];
      const one = rule ? [rule] : [];
      const others = policy.rules.filter(each => each !== rule);
      const edits = { drop: others, repeat: [...policy.rules, ...one], last: [...others, ...one] };
      return [policy, { ...policy, rules: edits[edit] }];
    });
  return fc.oneof(two, edited);
}

function compared(old: CompiledPolicy, now: CompiledPolicy): Comparison {
  const result = compare(old, now);
  if (result.kind !== 'compared') throw new Error('the budget did not suffice');
  return result;
}

function verdict(gained: boolean, lost: boolean): Comparison['access'] {
  if (gained) return lost ? 'incomparable' : 'wider';
  return lost ? 'narrower' : 'equivalent';
}

const all = services.flatMap(before =>
  services.map(after => ({ before, after, names: `${before.name} and ${after.name}` })),
);

describe.each(all)('compare for $names', ({ before, after }) => {
  it('finds every difference that trying finds, and proves those that it finds', () => {
    fc.assert(
      fc.property(pairs(before, after), ([oldPolicy, newPolicy]) => {
        const old = compile(oldPolicy, before.profile);
        const now = compile(newPolicy, after.profile);
        const result = compared(old, now);
        const tried = tryAll(old, now);
        if (tried.gained) expect(result.gained).not.toBeNull();
        if (tried.lost) expect(result.lost).not.toBeNull();
        expect(result.access).toBe(verdict(result.gained !== null, result.lost !== null));
        for (const witness of [result.gained, result.lost]) {
          if (!witness) continue;
          const sides = [ask(old, witness).admitted, ask(now, witness).admitted];
          expect(sides).toEqual(witness === result.gained ? [false, true] : [true, false]);
        }
        const told = result.answers.map(({ request, header }) => `${request} ${header}`);
        expect([...tried.answers].filter(each => !told.includes(each))).toEqual([]);
        for (const { request, header, witness } of result.answers) {
          const a = ask(old, witness);
          const b = ask(now, witness);
          expect([a.admitted, b.admitted]).toEqual([true, true]);
          if (header === 'Access-Control-Expose-Headers') continue;
          expect(differing(a[request], b[request])).toContain(header);
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 3) },
    );
  });
});
