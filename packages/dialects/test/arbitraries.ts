import type { ActualRequest, Policy, PreflightRequest, Rule } from '@crossgate/core';
import fc from 'fast-check';

/** The parts of policies and requests of one service, few and alike, so that they meet often. */
export interface Alphabet {
  /** Allowed origins that the service takes. */
  readonly origin: fc.Arbitrary<string>;
  /** Allowed methods that the service takes. */
  readonly methods: readonly string[];
  /** Allowed headers that the service takes; empty when it has none. */
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly hasMaxAge: boolean;
  readonly hasVary: boolean;
  readonly listsMethods: boolean;
}

const NAMES = ['x-a', 'X-A', 'x-ab', 'ab', 'a', 'x-', 'etag', 'x a', 'x-\u212a', 'x-k', '*'];
const METHODS = ['GET', 'PUT', 'DELETE', 'POST', 'get', 'PATCH'];
const HOSTS = ['a.com', 'b.a.com', 'c.b.a.com', 'A.com', 'a', 'aa', 'a.a'];
const PORTS = ['', ':80', ':443', ':8080'];

const scheme = fc.constantFrom('http://', 'https://');
const plain = fc
  .tuple(scheme, fc.constantFrom(...HOSTS), fc.constantFrom('', '', ...PORTS))
  .map(parts => parts.join(''));

/** `text` with its part from `from` to `to` (in hundredths of its length) replaced by a `*`. */
function starred(text: string, from: number, to: number): string {
  const start = Math.floor((Math.min(from, to) * text.length) / 100);
  const end = Math.floor((Math.max(from, to) * text.length) / 100);
  return `${text.slice(0, start)}*${text.slice(end)}`;
}

const percent = fc.nat({ max: 100 });

export const anywhereOrigin: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 4, arbitrary: fc.tuple(plain, percent, percent).map(([text, a, b]) => starred(text, a, b)) },
  { weight: 2, arbitrary: fc.constant('*') },
  { weight: 2, arbitrary: fc.constantFrom('a', 'aa', 'a*a', '*a', 'a*', 'null') },
);

export const subdomainOrigin: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: plain },
  {
    weight: 4,
    arbitrary: fc
      .tuple(scheme, fc.constantFrom('a.com', 'b.a.com', 'a', 'com'), fc.constantFrom(...PORTS))
      .map(([start, domain, port]) => `${start}*.${domain}${port}`),
  },
  { weight: 1, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: fc.constantFrom('a', 'null', 'www.a.com') },
);

export const hostOrigin: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: plain },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('http://', 'HTTPS://'),
        fc.constantFrom(...HOSTS),
        percent,
        fc.constantFrom(...PORTS),
      )
      .map(([start, host, at, port]) => `${start}${starred(host, at, at)}${port}`)
      .filter(text => !text.includes('..') && !text.includes('://.')),
  },
);

function ruleOf(alphabet: Alphabet): fc.Arbitrary<Rule> {
  const strings = (values: readonly string[], maxLength: number) =>
    values.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...values), { maxLength });
  return fc
    .record({
      allowedOrigins: fc.array(alphabet.origin, { minLength: 1, maxLength: 3 }),
      allowedMethods: fc.uniqueArray(fc.constantFrom(...alphabet.methods), { minLength: 1, maxLength: 3 }),
      allowedHeaders: strings(alphabet.headers, 3),
      exposeHeaders: strings(alphabet.exposed, 3),
      maxAge: fc.option(fc.constantFrom(0, 5, 600), { nil: undefined }),
    })
    .map(({ maxAge, ...rule }) =>
      alphabet.hasMaxAge && maxAge !== undefined ? { ...rule, maxAgeSeconds: maxAge } : rule,
    );
}

/** Mostly a few rules; at times so many that a set of them takes more than one word. */
export function policyOf(alphabet: Alphabet): fc.Arbitrary<Policy> {
  const rule = ruleOf(alphabet);
  const rules = fc.oneof(
    { weight: 12, arbitrary: fc.array(rule, { maxLength: 6 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.array(rule, { maxLength: 2 }),
          fc.integer({ min: 28, max: 64 }),
          fc.array(rule, { minLength: 1, maxLength: 4 }),
        )
        .map(([before, count, after]) => [...before, ...unmatched(count, alphabet), ...after]),
    },
  );
  const vary = alphabet.hasVary ? fc.constantFrom(true, false, undefined) : fc.constant(undefined);
  return fc
    .tuple(rules, vary)
    .map(([each, asked]) => ({ rules: each, ...(asked !== undefined && { vary: asked }) }));
}

/** Rules for origins that no request has. */
export function unmatched(count: number, alphabet: Alphabet): Rule[] {
  return Array.from({ length: count }, (_, index) => ({
    allowedOrigins: [`https://unmatched-${index}.example`],
    allowedMethods: alphabet.methods.slice(0, 2),
    allowedHeaders: alphabet.headers.slice(0, 1),
    exposeHeaders: [],
  }));
}

const IN_PLACE = ['', 'a', 'b', 'x.y', 'A', '/', ':80', '*', '.', 'a,'];
const UNLIKE = [
  '',
  'null',
  'a',
  'aa',
  '*',
  'https://a.com, https://a.com',
  'https://a.com ',
  'http://é.com',
  '.',
];

const mutation: fc.Arbitrary<(text: string) => string> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((text: string) => text) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<(text: string) => string>(
      text => text.toUpperCase(),
      text => text.toLowerCase(),
      text => `${text}:443`,
      text => text.replace(/:\d+$/, ''),
      text => text.replace(/:80$/, ':080'),
      text => text.replace('https', 'http'),
      text => `${text}x`,
      text => text.slice(0, -1),
      text => text.replace('://', '://b.'),
    ),
  },
);

/** An origin made from an entry of the policy, or one from nowhere. */
function originFor(policy: Policy): fc.Arbitrary<string | undefined> {
  const entries = policy.rules.flatMap(rule => rule.allowedOrigins);
  const derived = fc
    .tuple(
      fc.constantFrom(...(entries.length === 0 ? ['https://a.com'] : entries)),
      fc.constantFrom(...IN_PLACE),
      mutation,
    )
    .map(([entry, part, mutate]) => mutate(entry.replace('*', () => part)));
  return fc.oneof(
    { weight: 8, arbitrary: derived },
    { weight: 3, arbitrary: plain },
    { weight: 1, arbitrary: fc.constantFrom(...UNLIKE) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

function joined(element: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(element, { maxLength }), fc.constantFrom(',', ', ', ' ,\t', ',,'))
    .map(([values, separator]) => values.join(separator));
}

export function preflightFor(policy: Policy, alphabet: Alphabet): fc.Arbitrary<PreflightRequest> {
  const own = policy.rules.flatMap(rule => rule.allowedHeaders.map(entry => entry.replace('*', 'a')));
  const name = fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(fc.constantFrom(...own, 'x-a'), mutationOfCase)
        .map(([text, mutate]) => mutate(text)),
    },
    { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
  );
  const method = fc.constantFrom(...alphabet.methods, ...METHODS);
  return fc.record({
    origin: originFor(policy),
    requestMethod: fc.oneof(
      { weight: 10, arbitrary: method },
      { weight: alphabet.listsMethods ? 10 : 1, arbitrary: joined(method, 4) },
      { weight: 1, arbitrary: fc.constantFrom(undefined, '', ',') },
    ),
    requestHeaders: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(undefined, '', ' , ') },
      { weight: 6, arbitrary: joined(name, 3) },
    ),
  });
}

const mutationOfCase = fc.constantFrom<(text: string) => string>(
  text => text,
  text => text.toUpperCase(),
  text => text.toLowerCase(),
);

export function actualFor(policy: Policy, alphabet: Alphabet): fc.Arbitrary<ActualRequest> {
  return fc.record(
    {
      origin: originFor(policy),
      method: fc.constantFrom(...alphabet.methods, ...METHODS, 'HEAD', 'GET'),
      responseHeaderNames: fc.array(
        fc.constantFrom('ETag', 'etag', 'X-A', 'x-b', 'Date', 'content-length', 'Vary'),
        {
          maxLength: 5,
        },
      ),
    },
    { requiredKeys: ['origin', 'method'] },
  );
}
