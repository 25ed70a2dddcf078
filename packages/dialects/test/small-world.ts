import {
  type CompiledPolicy,
  decideActual,
  decidePreflight,
  type Policy,
  type Witness,
} from '@crossgate/core';
import fc from 'fast-check';
import { policyOf } from './arbitraries.ts';
import { elements } from './oracle.ts';
import type { Service } from './services.ts';

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

export type Request = Omit<Witness, 'browser'>;

/** Every request of the small world that the policies take for what it is. */
export function requestsFor(policies: readonly CompiledPolicy[]): readonly Request[] {
  const urls = policies.some(({ profile }) => profile.origins.compare === 'url');
  return (urls ? ORIGINS : [...ORIGINS, ...RESPELT]).flatMap(origin =>
    METHODS.flatMap(method => NAME_SETS.map(headers => ({ origin, method, headers }))),
  );
}

export interface Asked {
  readonly admitted: boolean;
  /** By header, what browsers read in it. */
  readonly preflight: ReadonlyMap<string, string>;
  readonly actual: ReadonlyMap<string, string>;
}

const READ_OF_PREFLIGHTS = /^Access-Control-(Allow-Origin|Allow-Credentials|Max-Age)$/;

export function ask(policy: CompiledPolicy, { origin, method, headers }: Request): Asked {
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

export function differing(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(name => a.get(name) !== b.get(name));
}

/** Policies of at most five rules that name origins of the small world. */
export function smallPolicies({ alphabet, profile }: Service): fc.Arbitrary<Policy> {
  const origin = fc.constantFrom(...ENTRIES[profile.origins.wildcard]);
  return policyOf({ ...alphabet, origin }).map(policy => ({ ...policy, rules: policy.rules.slice(0, 5) }));
}
