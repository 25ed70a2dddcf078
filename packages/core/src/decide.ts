import { type AnswerFacts, actualAnswer, preflightAnswer, VARY_ORIGIN } from './answer.ts';
import type { CompiledPolicy } from './compile.ts';
import type {
  ActualDecision,
  ActualRequest,
  PreflightDecision,
  PreflightRequest,
  RefusalReason,
  ResponseHeader,
} from './decision.ts';
import { isToken, listElements } from './field-name.ts';
import { isSingleOrigin } from './origin.ts';
import { originLookupKey } from './origin-pattern.ts';
import { lookup, lookupUnnamed } from './pattern-index.ts';
import type { Refusal } from './profile.ts';
import { firstCommonRule, hasRule, isEmpty, NONE, type RuleSet, union } from './rule-set.ts';

const NO_SETS: readonly RuleSet[] = [];
const NO_HEADERS: readonly ResponseHeader[] = [];
const VARY_ONLY: readonly ResponseHeader[] = [VARY_ORIGIN];

/** Answers a preflight as the service would: which rule lets it in, and with what, or why none does. */
export function decidePreflight(policy: CompiledPolicy, request: PreflightRequest): PreflightDecision {
  const { profile } = policy;
  const { origin, requestMethod, requestHeaders } = request;
  if (!origin || !requestMethod) {
    const { incomplete } = profile.preflight;
    if (incomplete === 'not-a-preflight') return { kind: 'not-a-preflight' };
    return refuse(policy, incomplete, origin ? 'method-missing' : 'origin-missing');
  }
  const { refused } = profile.preflight;
  if (policy.rules.length === 0) return refuse(policy, refused, 'no-rules');
  if (!isSingleOrigin(origin)) return refuse(policy, refused, 'origin-malformed');
  const byOrigin = rulesForOrigin(policy, origin);
  if (!byOrigin || isEmpty(byOrigin)) return refuse(policy, refused, 'origin-not-allowed');

  const methods = profile.methods.requested === 'list' ? listElements(requestMethod) : [requestMethod];
  const byMethod = rulesForMethods(policy, methods);
  const { unlisted } = profile.headers;
  const names = unlisted === 'ignore' || !requestHeaders ? [] : listElements(requestHeaders);
  const byHeaders = unlisted === 'next-rule' ? rulesForHeaders(policy, names) : NO_SETS;
  const index = firstCommonRule(byOrigin, byMethod, byHeaders);
  const rule = policy.rules[index];
  if (!rule) {
    const nearer = firstCommonRule(byOrigin, byMethod, NO_SETS);
    return refuse(policy, refused, nearer === NONE ? 'method-not-allowed' : 'headers-not-allowed');
  }
  const allowed =
    unlisted === 'filter' || unlisted === 'refuse' ? namesAllowedBy(index, policy, names) : names;
  if (unlisted === 'refuse' && allowed.length < names.length) {
    return { ...refuse(policy, refused, 'headers-not-allowed'), rule: index };
  }
  const facts: AnswerFacts = { origin, methods, requestHeaders: requestHeaders ?? '', names: allowed };
  const headers = preflightAnswer(policy, rule, facts);
  return { kind: 'allowed', rule: index, status: profile.preflight.status, headers };
}

/** What is added to the answer to an actual request. */
export function decideActual(policy: CompiledPolicy, request: ActualRequest): ActualDecision {
  const { profile } = policy;
  const { origin, method } = request;
  const byMethod = policy.methods.get(method) ?? policy.anyMethod;
  const vary = varies(policy, method, byMethod);
  const without: readonly ResponseHeader[] = vary ? VARY_ONLY : NO_HEADERS;
  if (!origin) {
    if (!profile.actual.answeredWithoutOrigin.includes(method)) return { kind: 'not-cors', headers: without };
    const rule = policy.rules[firstCommonRule(policy.origins.any, byMethod, NO_SETS)];
    return { kind: 'not-cors', headers: rule ? actualAnswer(policy, rule, '*', request, vary) : without };
  }
  if (policy.rules.length === 0) return { kind: 'refused', reason: 'no-rules', headers: without };
  if (!isSingleOrigin(origin)) return { kind: 'refused', reason: 'origin-malformed', headers: without };
  const byOrigin = rulesForOrigin(policy, origin);
  const index = byOrigin ? firstCommonRule(byOrigin, byMethod, NO_SETS) : NONE;
  const rule = policy.rules[index];
  if (rule) {
    return { kind: 'allowed', rule: index, headers: actualAnswer(policy, rule, origin, request, vary) };
  }
  const reason = !byOrigin || isEmpty(byOrigin) ? 'origin-not-allowed' : 'method-not-allowed';
  return { kind: 'refused', reason, headers: without };
}

function refuse(
  policy: CompiledPolicy,
  refusal: Refusal,
  reason: RefusalReason,
): Extract<PreflightDecision, { kind: 'refused' }> {
  return { kind: 'refused', reason, ...refusal, headers: policy.vary ? VARY_ONLY : NO_HEADERS };
}

function rulesForOrigin(policy: CompiledPolicy, origin: string): RuleSet | undefined {
  const key = originLookupKey(origin, policy.profile.origins);
  return key === undefined ? undefined : lookup(policy.origins, key);
}

function rulesForMethods(policy: CompiledPolicy, methods: readonly string[]): RuleSet {
  let rules: RuleSet | undefined;
  for (const method of methods) {
    const set = policy.methods.get(method) ?? policy.anyMethod;
    rules = rules && rules !== set ? union(rules, set) : set;
  }
  return rules ?? policy.anyMethod;
}

/**
 * For each requested name the rules that allow it, one set after another left out when it is the same as before: a
 * hostile list is mostly repetition. A name that is no token is allowed by no rule, `*` included.
 */
function rulesForHeaders(policy: CompiledPolicy, names: readonly string[]): readonly RuleSet[] {
  const sets: RuleSet[] = [];
  let previous: RuleSet | undefined;
  for (const name of names) {
    const set = rulesForHeader(policy, name.toLowerCase());
    if (!set) return [new Uint32Array(policy.anyMethod.length)];
    if (set !== previous) sets.push(set);
    previous = set;
  }
  return sets;
}

function rulesForHeader(policy: CompiledPolicy, name: string): RuleSet | undefined {
  const named = policy.headers.exact.get(name);
  if (named) return named;
  return isToken(name) ? lookupUnnamed(policy.headers, name) : undefined;
}

function namesAllowedBy(rule: number, policy: CompiledPolicy, names: readonly string[]): readonly string[] {
  return names.filter(name => {
    const rules = rulesForHeader(policy, name.toLowerCase());
    return rules !== undefined && hasRule(rules, rule);
  });
}

function varies(policy: CompiledPolicy, method: string, byMethod: RuleSet): boolean {
  if (policy.vary) return true;
  const { vary, varyMethods } = policy.profile.actual;
  switch (vary) {
    case 'origin-matters':
      return !isEmpty(byMethod);
    case 'origin-not-any':
      return policy.rules.length > 0 && varyMethods.includes(method);
    default:
      return vary satisfies never;
  }
}
