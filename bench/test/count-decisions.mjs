// Counts what decisions do, in a process of its own: how often the blocks of the engine run, and how many bytes it
// allocates. Neither depends on time. The flags are the test's: nothing is compiled by chance, nothing collected.
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
const post = (method, params) => {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw new Error(error.message);
    answer = result;
  });
  return answer;
};
// Before the engine is loaded: only what is compiled from then on has counters.
post('Profiler.enable');
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
const { compile, decideActual, decidePreflight } = await import('@crossgate/core');
const { azureTablesProfile, boomiProfile, cosProfile, qingstorProfile } = await import(
  '@crossgate/dialects/profiles'
);

const PROFILES = {
  cos: cosProfile,
  qingstor: qingstorProfile,
  'azure-tables': azureTablesProfile,
  boomi: boomiProfile,
};
const CORE = new URL('.', import.meta.resolve('@crossgate/core')).href;

function rulesOf(profile, ruleCount, match) {
  return Array.from({ length: ruleCount }, (_, n) => ({
    allowedOrigins: [match === 'wildcard' ? `https://*.t${n}.example.com` : `https://app.t${n}.example.com`],
    allowedMethods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: profile.fields.includes('allowedHeaders') ? ['authorization', 'content-type'] : [],
    exposeHeaders: profile.fields.includes('exposeHeaders') ? ['ETag'] : [],
    ...(profile.fields.includes('maxAgeSeconds') && { maxAgeSeconds: 600 }),
  }));
}

function policyOf(profile, ruleCount, match) {
  return compile({ rules: rulesOf(profile, ruleCount, match) }, profile);
}

function decision(policy, kind, match, ruleCount) {
  // Of the last rule; one that goes through all comes to it last.
  const name = match === 'miss' ? 'stranger' : 't';
  const origin = `https://app.${name}${ruleCount - 1}.example.com`;
  const preflight = { origin, requestMethod: 'POST', requestHeaders: 'authorization,content-type' };
  const actual = { origin, method: 'POST', responseHeaderNames: ['ETag'] };
  return kind === 'preflight' ? () => decidePreflight(policy, preflight) : () => decideActual(policy, actual);
}

/** How often blocks of the engine have run since it was last asked. */
function blocksRun() {
  const { result } = post('Profiler.takePreciseCoverage');
  let sum = 0;
  for (const { url, functions } of result) {
    if (!url.startsWith(CORE)) continue;
    for (const { ranges } of functions) for (const { count } of ranges) sum += count;
  }
  return sum;
}

const SAMPLES = 9;
const CALLS = 200;

/** For each call, to eight bytes: the median, for in some samples something else of the process allocates or collects. */
function bytesAllocated(call) {
  const samples = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < CALLS; i++) call();
    samples.push((process.memoryUsage().heapUsed - before) / CALLS);
  }
  samples.sort((a, b) => a - b);
  return Math.round(samples[SAMPLES >> 1] / 8) * 8;
}

/** Of a call that was made before, until all has been made that is made once. */
function countOf(call) {
  for (let i = 0; i < 20; i++) call();
  blocksRun();
  for (let i = 0; i < 10; i++) call();
  return { blocks: blocksRun() / 10, bytes: bytesAllocated(call) };
}

const counts = {};
for (const [id, profile] of Object.entries(PROFILES)) {
  for (const kind of ['preflight', 'actual']) {
    for (const match of ['exact', 'wildcard', 'miss']) {
      for (const ruleCount of [1, 100]) {
        const call = decision(policyOf(profile, ruleCount, match), kind, match, ruleCount);
        const expected = match === 'miss' ? 'refused' : 'allowed';
        if (call().kind !== expected) throw new Error(`${id} ${kind} ${match} is not ${expected}`);
        counts[`${id} ${kind} ${match} ${ruleCount}`] = countOf(call);
      }
    }
  }
}
for (const [id, profile] of Object.entries(PROFILES)) {
  const rules = rulesOf(profile, 2, 'exact');
  const look = () => decision(compile({ rules }, profile), 'preflight', 'exact', 2)();
  counts[`${id} first look`] = countOf(look);
}
process.stdout.write(JSON.stringify(counts));
