import { actualAnswer, preflightAnswer, VARY_ORIGIN } from './answer.ts';
import type { CompiledPolicy } from './compile.ts';
import type {
  ActualDecision,
  ActualRequest,
  PreflightDecision,
  PreflightRequest,
  RefusalReason,
  ResponseHeader,
} from './decision.ts';
import { beginLongNameList } from './long-name-list.ts';
import {
  namesAllowedBy,
  requestedMethods,
  rulesForHeaders,
  rulesForMethod,
  rulesForMethods,
  rulesForNamedOrigin,
  rulesForOrigin,
  ruleWithoutOrigin,
} from './matching-rules.ts';
import { isSingleOrigin } from './origin.ts';
import type { Profile, Refusal } from './profile.ts';
import { firstCommonRule, isEmpty, NONE, type RuleSet } from './rule-set.ts';

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
  const named = rulesForNamedOrigin(policy, origin);
  if (!named && !isSingleOrigin(origin)) return refuse(policy, refused, 'origin-malformed');
  const byOrigin = named ?? rulesForOrigin(policy, origin);
  if (!byOrigin || isEmpty(byOrigin)) return refuse(policy, refused, 'origin-not-allowed');

  const methods = requestedMethods(profile, requestMethod);
  const byMethod = rulesForMethods(policy, methods);
  const { unlisted } = profile.headers;
  const list = requestHeaders ?? '';
  const long = unlisted === 'next-rule' ? beginLongNameList(list) : undefined;
  const byHeaders = unlisted === 'next-rule' ? rulesForHeaders(policy, list, long) : undefined;
  const index = firstCommonRule(byOrigin, byMethod, byHeaders);
  const rule = policy.rules[index];
  if (!rule) {
    const nearer = firstCommonRule(byOrigin, byMethod);
    return refuse(policy, refused, nearer === NONE ? 'method-not-allowed' : 'headers-not-allowed');
  }
  const allowed =
    unlisted === 'refuse' || unlisted === 'filter' ? namesAllowedBy(policy, index, list) : undefined;
  if (unlisted === 'refuse' && !allowed?.isAll) {
    return { ...refuse(policy, refused, 'headers-not-allowed'), rule: index };
  }
  const headers = preflightAnswer(policy, rule, { origin, methods, requestHeaders: list, long, allowed });
  return { kind: 'allowed', rule: index, status: profile.preflight.status, headers };
}

/** Whether the service takes an `OPTIONS` request for a preflight, whatever the rules are. */
export function isPreflight(
  { preflight }: Profile,
  { origin, requestMethod }: Pick<PreflightRequest, 'origin' | 'requestMethod'>,
): boolean {
  return preflight.incomplete !== 'not-a-preflight' || Boolean(origin && requestMethod);
}

/** What is added to the answer to an actual request. */
export function decideActual(policy: CompiledPolicy, request: ActualRequest): ActualDecision {
  const { profile } = policy;
  const { origin, method } = request;
  const byMethod = rulesForMethod(policy, method);
  const vary = varies(policy, method, byMethod);
  const without: readonly ResponseHeader[] = vary ? VARY_ONLY : NO_HEADERS;
  if (!origin) {
    if (!profile.actual.answeredWithoutOrigin.includes(method)) return { kind: 'not-cors', headers: without };
    const rule = policy.rules[ruleWithoutOrigin(policy, method)];
    return { kind: 'not-cors', headers: rule ? actualAnswer(policy, rule, '*', request, vary) : without };
  }
  if (policy.rules.length === 0) return { kind: 'refused', reason: 'no-rules', headers: without };
  const named = rulesForNamedOrigin(policy, origin);
  if (!named && !isSingleOrigin(origin)) {
    return { kind: 'refused', reason: 'origin-malformed', headers: without };
  }
  const byOrigin = named ?? rulesForOrigin(policy, origin);
  const index = byOrigin ? firstCommonRule(byOrigin, byMethod) : NONE;
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
