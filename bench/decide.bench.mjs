// What a preflight costs: the engine by the COS profile beside the npm package `cors`, in one process, in turns.
// Build first (`npx tsc -b`), then: node bench/decide.bench.mjs

import { compile, decidePreflight } from '@crossgate/core';
import { cosProfile } from '@crossgate/dialects';
import cors from 'cors';
import { check, measure, nanoseconds, printTable, timesTheCost } from './measure.mjs';

const RULES = [1, 10, 100];
const ORIGINS = [1, 10, 1000];
const KINDS = ['exact', 'wildcard', 'miss'];
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
const HEADERS = ['content-type', 'content-md5', 'x-cos-meta-author'];
const EXPOSED = ['ETag', 'Content-Length'];
const MAX_AGE = 600;
const ASKED = { method: 'PUT', headers: 'content-md5,content-type' };

/** How many different origins the requests of one case have: spread evenly over the policy. */
const REQUESTS = 16;

const TARGETS = { growth: 1.5, timesFaster: 5, hostileNanoseconds: 100_000, nestedNanoseconds: 1_500_000 };

// --- the two sides -----------------------------------------------------------------------------------------------

/** The host of the `n`th allowed origin of a policy, and where the `*` of a wildcard stands. */
function entry(kind, n) {
  return kind === 'wildcard' ? `https://*.tenant-${n}.example.com` : `https://app.tenant-${n}.example.com`;
}

function rule(allowedOrigins, allowedHeaders = HEADERS) {
  return {
    allowedOrigins,
    allowedMethods: METHODS,
    allowedHeaders,
    exposeHeaders: EXPOSED,
    maxAgeSeconds: MAX_AGE,
  };
}

function engineSide(origins, perRule, requests) {
  const rules = [];
  for (let at = 0; at < origins.length; at += perRule) rules.push(rule(origins.slice(at, at + perRule)));
  const policy = compile({ rules }, cosProfile);
  const made = requests.map(origin => ({
    origin,
    requestMethod: ASKED.method,
    requestHeaders: ASKED.headers,
  }));
  let next = 0;
  return () => decidePreflight(policy, made[next++ % made.length]);
}

/** No more of a response than the middleware uses; one object for all requests, as cheap as can be. */
class Response {
  headers = new Map();
  statusCode = 0;
  setHeader(name, value) {
    this.headers.set(name.toLowerCase(), value);
  }
  getHeader(name) {
    return this.headers.get(name.toLowerCase());
  }
  end() {}
}

function corsSide(origins, requests) {
  const handler = cors({
    origin: origins.map(origin => (origin.includes('*') ? asRegExp(origin) : origin)),
    methods: METHODS,
    allowedHeaders: HEADERS,
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE,
    credentials: true,
  });
  const made = requests.map(origin => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': ASKED.method,
      'access-control-request-headers': ASKED.headers,
    },
  }));
  const done = () => {};
  let next = 0;
  return () => {
    const response = new Response();
    handler(made[next++ % made.length], response, done);
    return response;
  };
}

function asRegExp(origin) {
  const parts = origin.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The same signature as a side, and nothing done: what calling and counting costs. */
function floorSide() {
  const decision = { kind: 'refused' };
  return () => decision;
}

// --- cases -------------------------------------------------------------------------------------------------------

function decideCase(kind, ruleCount, perRule) {
  const total = ruleCount * perRule;
  const origins = Array.from({ length: total }, (_, n) => entry(kind, n));
  const requests = Array.from(
    { length: Math.min(REQUESTS, total) },
    (_, i, count = Math.min(REQUESTS, total)) => {
      const n = Math.floor(((i + 0.5) * total) / count);
      return kind === 'miss' ? `https://app.stranger-${n}.example.com` : entry(kind, n).replace('*', 'app');
    },
  );
  const ours = engineSide(origins, perRule, requests);
  const theirs = corsSide(origins, requests);
  for (const origin of requests) {
    const decision = ours();
    const allowOrigin = decision.headers.find(([name]) => name === 'Access-Control-Allow-Origin')?.[1];
    const expected = kind === 'miss' ? undefined : origin;
    check(allowOrigin === expected, `the engine answers ${allowOrigin} to ${origin}`);
    check(theirs().getHeader('Access-Control-Allow-Origin') === expected, `cors does not answer ${expected}`);
  }
  return { kind, ruleCount, perRule, ours, theirs };
}

const HOSTILE_BYTES = 16 * 1024;

/** In one piece, as a parser of requests hands it over: concatenation leaves pieces, which are slower to read. */
function filled(unit) {
  let text = '';
  for (let i = 0; text.length + unit(i).length <= HOSTILE_BYTES; i++) text += unit(i);
  return Buffer.from(text, 'latin1').toString('latin1');
}

const HOSTILE = [
  { name: 'commas only', unit: () => ',', kind: 'allowed' },
  { name: 'one allowed name, repeated', unit: () => 'content-type,', kind: 'allowed' },
  {
    name: 'two allowed names in turn',
    unit: i => (i % 2 ? 'content-type,' : 'content-md5,'),
    kind: 'allowed',
  },
  { name: 'distinct unknown names', unit: i => `x-${i},`, kind: 'refused' },
  { name: 'distinct names, rules of every header', unit: i => `x-${i},`, headers: ['*'], kind: 'allowed' },
  { name: 'short names, rules of every header', unit: () => 'a,', headers: ['*'], kind: 'allowed' },
];

/** Wildcards in one another, 64 KiB of them: each requested name is one of all, and no other name repeats it. */
const NESTED = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 40 }, (__, j) => `${'a'.repeat(i + 1)}*${'a'.repeat(j + 1)}`),
).flat();

const COSTLY = [
  {
    name: '1600 nested wildcards, names of all',
    unit: i => `${'a'.repeat(40)}${i}${'a'.repeat(40)},`,
    headers: NESTED,
  },
  { name: '1600 nested wildcards, short names', unit: i => `a${i}a,`, headers: NESTED },
  { name: '3000 names, all asked for', unit: i => `h${i.toString(36)},`, headers: thousandsOfNames() },
].map(each => ({ ...each, kind: 'allowed', rules: 1, limit: TARGETS.nestedNanoseconds }));

function thousandsOfNames() {
  return Array.from({ length: 4000 }, (_, i) => `h${i.toString(36)}`);
}

function hostileCase({ name, unit, headers, kind, rules = 100, limit = TARGETS.hostileNanoseconds }) {
  const origins = Array.from({ length: 10 }, (_, n) => entry('exact', n));
  const policy = compile({ rules: Array.from({ length: rules }, () => rule(origins, headers)) }, cosProfile);
  const request = { origin: origins[5], requestMethod: ASKED.method, requestHeaders: filled(unit) };
  const ours = () => decidePreflight(policy, request);
  check(ours().kind === kind, `the engine does not answer '${kind}' to ${name}`);
  return { name, ours, limit };
}

// --- run ---------------------------------------------------------------------------------------------------------

const cases = KINDS.flatMap(kind =>
  ORIGINS.flatMap(perRule => RULES.map(ruleCount => decideCase(kind, ruleCount, perRule))),
);
const hostile = [...HOSTILE, ...COSTLY].map(hostileCase);

const results = measure([
  floorSide(),
  ...cases.flatMap(({ ours, theirs }) => [ours, theirs]),
  ...hostile.map(({ ours }) => ours),
]);
const [floor, ...rest] = results;
const misses = [];

console.log(
  `node ${process.version}, ${process.arch}; medians, with the range of the middle half of the rounds`,
);
console.log(`floor (a call that decides nothing): ${nanoseconds(floor.median)}\n`);

console.log('Preflights: one of the origins of the policy, evenly spread, or a stranger (miss)');
const rows = cases.map((each, i) => {
  const ours = rest[2 * i];
  const theirs = rest[2 * i + 1];
  const base = rest[2 * cases.findIndex(other => other.kind === each.kind && other.perRule === each.perRule)];
  const growth = timesTheCost(ours, base);
  const timesFaster = timesTheCost(theirs, ours);
  const name = `${each.kind}, ${each.ruleCount} rules of ${each.perRule} origins`;
  if (each.ruleCount === 100 && growth > TARGETS.growth) {
    misses.push(
      `${name}: ${growth.toFixed(2)} times the cost at one rule, at most ${TARGETS.growth} is wanted`,
    );
  }
  if (each.perRule === 1000 && timesFaster < TARGETS.timesFaster) {
    misses.push(`${name}: ${timesFaster.toFixed(1)} times as fast as cors, ${TARGETS.timesFaster} is wanted`);
  }
  return [
    each.kind,
    String(each.ruleCount),
    String(each.perRule),
    nanoseconds(ours.median),
    `${nanoseconds(ours.low)} - ${nanoseconds(ours.high)}`,
    nanoseconds(theirs.median),
    `${timesFaster.toFixed(1)} x`,
    each.ruleCount === 1 ? '' : growth.toFixed(2),
  ];
});
printTable(
  ['origin', 'rules', 'origins/rule', 'crossgate', 'spread', 'cors', 'cors : ours', 'n rules : 1'],
  rows,
);

console.log('\nHostile header lists of 16 KiB: 100 rules, or one of a policy made to be hard');
printTable(
  ['list', 'crossgate', 'spread', 'wanted'],
  hostile.map(({ name, limit }, i) => {
    const { median, low, high } = rest[2 * cases.length + i];
    if (median > limit)
      misses.push(`${name}: ${nanoseconds(median)}, at most ${nanoseconds(limit)} is wanted`);
    return [
      name,
      nanoseconds(median),
      `${nanoseconds(low)} - ${nanoseconds(high)}`,
      `under ${nanoseconds(limit)}`,
    ];
  }),
);

console.log('');
for (const miss of misses) console.log(`target missed: ${miss}`);
if (misses.length === 0) console.log('all targets are met');
process.exitCode = misses.length === 0 ? 0 : 1;
