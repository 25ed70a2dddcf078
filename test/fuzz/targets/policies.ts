import { deepStrictEqual } from 'node:assert';
import {
  type CompiledPolicy,
  compare,
  compile,
  convertPolicy,
  decideActual,
  decidePreflight,
  explainActual,
  explainPreflight,
  lint,
  newBudget,
  type Policy,
  type Profile,
  predictFetch,
  readPolicy,
  redundantEntries,
  ruleUses,
  validate,
} from '@crossgate/core';
import { cosProfile } from '@crossgate/dialects';
import { services } from '../../../packages/dialects/test/services.ts';
import { holds, type Target } from '../target.ts';
import { checkHeaders } from './properties.ts';
import { CORS_WORDS, DIVIDER, goldenPolicies, partsOf } from './seeds.ts';

const REQUESTS = [
  ['https://example.com', 'PUT', 'content-type, x-a'],
  ['http://a.example.com:80', 'GET', ''],
  ['null', 'DELETE, GET', ' , x-a,,X-A'],
  ['https://b.example.com', 'HEAD', 'range'],
].map(parts => parts.join(DIVIDER));

function policySeeds(): readonly string[] {
  const policies = [
    ...goldenPolicies('cos'),
    ...goldenPolicies('qingstor'),
    ...goldenPolicies('azure-tables'),
  ];
  const boomi =
    '{"rules":[{"allowedOrigins":["https://*.example.com","http://a.example:8080"],"allowedMethods":["GET","POST"],"allowedHeaders":[],"exposeHeaders":[]}]}';
  return [boomi, ...policies];
}

function decideSeeds(): readonly string[] {
  return policySeeds().map((policy, i) => `${policy}${DIVIDER}${REQUESTS[i % REQUESTS.length]}`);
}

function readPolicyText(text: string): Policy | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = readPolicy(value);
  return read.kind === 'policy' ? read.policy : undefined;
}

/** What `node:http` gives of a header: one character a byte, nothing that ends a line. */
function headerText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const characters = [...Buffer.from(text).toString('latin1')];
  return characters
    .filter(character => character >= ' ' && character !== '\x7f')
    .join('')
    .trim();
}

/** Every reading of a policy that takes it. */
function readings(
  policy: Policy,
): readonly { readonly service: (typeof services)[number]; readonly compiled: CompiledPolicy }[] {
  return services
    .filter(({ profile }) => validate(policy, profile).length === 0)
    .map(service => ({ service, compiled: compile(policy, service.profile) }));
}

interface AskedOf {
  readonly policy: Policy;
  readonly preflight: Parameters<typeof decidePreflight>[1];
  readonly actual: Parameters<typeof decideActual>[1];
}

function readAsked(input: Uint8Array): AskedOf | undefined {
  const [document = '', origin, method, headers] = partsOf(input);
  const policy = readPolicyText(document);
  if (!policy) return undefined;
  const requestMethod = headerText(method);
  const asked = headerText(origin);
  return {
    policy,
    preflight: { origin: asked, requestMethod, requestHeaders: headerText(headers) },
    actual: {
      origin: asked,
      method: requestMethod?.match(/^[!#$%&'*+.^_`|~\w-]+/)?.[0] ?? 'GET',
      responseHeaderNames: ['ETag', 'Content-Length', 'x-a', 'Date'],
    },
  };
}

/** Against the second implementation, which takes time that grows with the square of texts. */
const oracle: Target = {
  name: 'decide-as-the-oracle',
  seeds: decideSeeds,
  words: CORS_WORDS,
  limitBytes: 6_000,
  run: input => {
    const asked = readAsked(input);
    if (!asked) return;
    const { policy, preflight, actual } = asked;
    for (const { service, compiled } of readings(policy)) {
      deepStrictEqual(
        decidePreflight(compiled, preflight),
        service.oracle.preflight(policy, preflight),
        service.name,
      );
      deepStrictEqual(decideActual(compiled, actual), service.oracle.actual(policy, actual), service.name);
    }
  },
};

/** With explanations and what a browser makes of it. */
const decide: Target = {
  name: 'decide',
  seeds: decideSeeds,
  words: CORS_WORDS,
  limitBytes: 80 * 1024,
  run: input => {
    const asked = readAsked(input);
    if (!asked) return;
    const { policy, preflight, actual } = asked;
    for (const { compiled } of readings(policy)) {
      const decision = decidePreflight(compiled, preflight);
      if (decision.kind !== 'not-a-preflight') checkHeaders(decision.headers);
      checkHeaders(decideActual(compiled, actual).headers);
    }
  },
};

const explain: Target = {
  name: 'explain',
  seeds: decideSeeds,
  words: CORS_WORDS,
  limitBytes: 16 * 1024,
  run: input => {
    const asked = readAsked(input);
    if (!asked) return;
    const { policy, preflight, actual } = asked;
    for (const { compiled } of readings(policy)) {
      deepStrictEqual(explainPreflight(compiled, preflight).decision, decidePreflight(compiled, preflight));
      deepStrictEqual(explainActual(compiled, actual).decision, decideActual(compiled, actual));
      const headers = (preflight.requestHeaders ?? '').split(',').map(line => {
        const [name = '', value = ''] = line.split('=');
        return [name, value] as const;
      });
      predictFetch(compiled, {
        pageOrigin: preflight.origin ?? 'null',
        url: 'https://storage.example/a',
        method: preflight.requestMethod ?? 'GET',
        headers,
        credentials: 'include',
      });
    }
  },
};

/** What an analysis may spend here: it goes on with what it has found, or says that it was too much. */
const STEPS = 2_000;

function analysisTarget(
  name: string,
  run: (policy: Policy, profile: Profile, other: Policy) => void,
): Target {
  return {
    name,
    seeds: () => {
      const seeds = policySeeds();
      return seeds.map((seed, i) => `${seed}${DIVIDER}${seeds[(i * 7 + 1) % seeds.length]}`);
    },
    words: CORS_WORDS,
    limitBytes: 16 * 1024,
    run: input => {
      const [one = '', two = ''] = partsOf(input);
      const policy = readPolicyText(one);
      if (!policy) return;
      const other = readPolicyText(two) ?? { rules: [] };
      // One reading for an input: the time is that of one analysis.
      const { profile } = services[input.length % services.length] ?? { profile: cosProfile };
      run(policy, profile, other);
    },
  };
}

const isValid = (policy: Policy, profile: Profile): boolean => validate(policy, profile).length === 0;

export const POLICY_TARGETS: readonly Target[] = [
  oracle,
  decide,
  explain,
  analysisTarget('lint', (policy, profile) => {
    for (const { code, path } of lint(policy, profile, newBudget(STEPS))) {
      holds(code !== undefined && Array.isArray(path), 'a finding has a code and a path');
    }
  }),
  analysisTarget('compare', (policy, profile, other) => {
    if (!isValid(policy, profile) || !isValid(other, profile)) return;
    const [old, now] = [compile(policy, profile), compile(other, profile)];
    const there = compare(old, now, newBudget(STEPS));
    const back = compare(now, old, newBudget(STEPS));
    if (there.kind === 'limit' || back.kind === 'limit') return;
    const opposites: Readonly<Record<string, string>> = { wider: 'narrower', narrower: 'wider' };
    const opposite = opposites[there.access] ?? there.access;
    holds(opposite === back.access, 'a comparison is the same from the other side', [there, back]);
  }),
  analysisTarget('rule-use', (policy, profile) => {
    if (!isValid(policy, profile)) return;
    const compiled = compile(policy, profile);
    ruleUses(compiled, newBudget(STEPS));
    redundantEntries(compiled, newBudget(STEPS));
  }),
  analysisTarget('convert', (policy, profile, other) => {
    if (!isValid(policy, profile)) return;
    const to = services[policy.rules.length % services.length]?.profile ?? cosProfile;
    const inexpressible = other.rules.length % 2 === 0 ? 'leave-out' : 'widen';
    const converted = convertPolicy(policy, profile, to, { inexpressible, budget: newBudget(STEPS) });
    if (converted.kind === 'limit' || converted.diagnostics.length > 0) return;
    holds(isValid(converted.policy, to), 'what is converted is valid', converted.policy);
  }),
];
