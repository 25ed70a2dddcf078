import type { Refused } from './candidate-change.ts';
import type { CompiledPolicy } from './compile.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { decideActual, decidePreflight } from './decide.ts';
import type { ActualDecision, ActualRequest, PreflightDecision, PreflightRequest } from './decision.ts';
import { sentOrigin } from './described-request.ts';
import type {
  ActualExplanation,
  Criterion,
  ExplainedRule,
  LeftOut,
  Match,
  NearMiss,
  PreflightExplanation,
  RuleOutcome,
} from './explanation.ts';
import { listElements, nameKey } from './field-name.ts';
import { parseHeaderPattern } from './header-pattern.ts';
import {
  allowsHeader,
  requestedMethods,
  rulesForMethod,
  rulesForOrigin,
  ruleWithoutOrigin,
} from './matching-rules.ts';
import { nearMethods, nearOrigins } from './near-miss.ts';
import { type NearestChange, nearestChange } from './nearest-change.ts';
import { isSingleOrigin } from './origin.ts';
import { matchesOrigin, originLookupKey, parseOriginPattern } from './origin-pattern.ts';
import { matchesPattern } from './pattern.ts';
import { hasRule, type RuleSet } from './rule-set.ts';

/** Why a preflight is answered as it is: which rule and which entries, or what no rule has, and what would help. */
export function explainPreflight(policy: CompiledPolicy, request: PreflightRequest): PreflightExplanation {
  const decision = decidePreflight(policy, request);
  const origin = request.origin ?? '';
  const methods = requestedMethods(policy.profile, request.requestMethod ?? '');
  const headers = [...new Set(listElements(request.requestHeaders ?? ''))];
  const looksAtRules = origin !== '' && Boolean(request.requestMethod) && isSingleOrigin(origin);
  const byOrigin = looksAtRules ? rulesForOrigin(policy, origin) : undefined;
  const chosen = decision.kind === 'not-a-preflight' ? undefined : decision.rule;
  const asked: Asked = { origin, byOrigin, methods, headers };
  return {
    kind: 'preflight',
    request,
    decision,
    rules: looksAtRules ? explainRules(policy, asked, chosen, decision.kind === 'refused') : [],
    leftOut: leftOut(decision, methods, headers),
    nearest:
      decision.kind === 'refused'
        ? nearestAsSent(policy, { ...asked, chosen }, sent =>
            decidePreflight(policy, { ...request, origin: sent }),
          )
        : undefined,
  };
}

/** Why an actual request gets the headers it gets, as `explainPreflight` does. */
export function explainActual(policy: CompiledPolicy, request: ActualRequest): ActualExplanation {
  const decision = decideActual(policy, request);
  const { origin, method } = request;
  if (!origin) {
    const asked: Asked = { origin: '*', byOrigin: policy.origins.any, methods: [method], headers: [] };
    const answered = policy.profile.actual.answeredWithoutOrigin.includes(method);
    const rules = answered ? explainRules(policy, asked, ruleWithoutOrigin(policy, method), false) : [];
    return { kind: 'actual', request, decision, rules, nearest: undefined };
  }
  const isSingle = isSingleOrigin(origin);
  const byOrigin = isSingle ? rulesForOrigin(policy, origin) : undefined;
  const asked: Asked = { origin, byOrigin, methods: [method], headers: [] };
  const chosen = decision.kind === 'allowed' ? decision.rule : undefined;
  return {
    kind: 'actual',
    request,
    decision,
    rules: isSingle ? explainRules(policy, asked, chosen, false) : [],
    nearest:
      decision.kind === 'refused'
        ? nearestAsSent(policy, { ...asked, chosen }, sent =>
            decideActual(policy, { ...request, origin: sent }),
          )
        : undefined,
  };
}

/**
 * The change for the origin as browsers send it, where that can be told: an entry for another spelling would never be
 * used. `decide` tells what becomes of the request with another origin.
 */
function nearestAsSent(
  policy: CompiledPolicy,
  refused: Refused,
  decide: (origin: string) => PreflightDecision | ActualDecision,
): NearestChange {
  const { origin } = refused;
  const sent = isSingleOrigin(origin) ? sentOrigin(origin) : undefined;
  if (sent === undefined || sent === origin) return nearestChange(policy, refused);
  const decision = decide(sent);
  if (decision.kind === 'allowed') {
    return { kind: 'impossible', rule: decision.rule, obstacles: [{ kind: 'origin-spelling', sent }] };
  }
  const chosen = 'rule' in decision ? decision.rule : undefined;
  return nearestChange(policy, { ...refused, origin: sent, byOrigin: rulesForOrigin(policy, sent), chosen });
}

interface Asked {
  readonly origin: string;
  /** The rules that allow the origin. */
  readonly byOrigin: RuleSet | undefined;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
}

function explainRules(
  policy: CompiledPolicy,
  asked: Asked,
  chosen: number | undefined,
  chosenRefuses: boolean,
): readonly ExplainedRule[] {
  const byMethod = asked.methods.map(value => ({ value, rules: rulesForMethod(policy, value) }));
  return policy.rules.map((rule, index) => {
    const methods = byMethod.map(({ value, rules }) =>
      methodCriterion(policy, rule, value, hasRule(rules, index)),
    );
    const origin = originCriterion(policy, rule, asked, index);
    return {
      index,
      source: rule.source,
      outcome: outcome(index, origin, methods, chosen, chosenRefuses),
      origin,
      methods,
      headers: asked.headers.map(value => headerCriterion(policy, rule, value, index)),
    };
  });
}

function outcome(
  index: number,
  origin: Criterion,
  methods: readonly Criterion[],
  chosen: number | undefined,
  chosenRefuses: boolean,
): RuleOutcome {
  if (index === chosen) return chosenRefuses ? 'chosen-refuses-headers' : 'chosen';
  if (chosen !== undefined && chosen >= 0 && index > chosen) return 'not-reached';
  if (origin.match.kind === 'none') return 'origin-not-allowed';
  if (methods.every(({ match }) => match.kind === 'none')) return 'method-not-allowed';
  return 'headers-not-allowed';
}

function originCriterion(
  { profile }: CompiledPolicy,
  { source }: CompiledRule,
  { origin, byOrigin }: Asked,
  index: number,
): Criterion {
  const entries = source.allowedOrigins;
  if (!byOrigin || !hasRule(byOrigin, index)) {
    return { value: origin, match: none(nearOrigins(entries, origin, profile.origins)) };
  }
  const key = originLookupKey(origin, profile.origins);
  const at = entries.findIndex(entry => {
    const pattern = parseOriginPattern(entry, profile.origins);
    return key !== undefined && pattern.kind !== 'invalid' && matchesOrigin(pattern, key, profile.origins);
  });
  return { value: origin, match: matched(entries, at) };
}

function methodCriterion(
  { profile }: CompiledPolicy,
  { source }: CompiledRule,
  value: string,
  isAllowed: boolean,
): Criterion {
  const entries = source.allowedMethods;
  if (!isAllowed) return { value, match: none(nearMethods(entries, value)) };
  const at = entries.findIndex(entry => entry === value || (profile.methods.any && entry === '*'));
  return { value, match: matched(entries, at) };
}

function headerCriterion(
  policy: CompiledPolicy,
  { source }: CompiledRule,
  value: string,
  index: number,
): Criterion {
  const { headers } = policy.profile;
  if (headers.unlisted === 'ignore') return { value, match: NOT_COMPARED };
  if (!allowsHeader(policy, index, value)) return { value, match: NONE_NEAR };
  const name = value.toLowerCase();
  const at = source.allowedHeaders.findIndex(entry => {
    const pattern = parseHeaderPattern(entry, headers);
    return pattern.kind !== 'invalid' && matchesPattern(pattern, name, 'anything');
  });
  return { value, match: matched(source.allowedHeaders, at) };
}

const NOT_COMPARED: Match = { kind: 'not-compared' };
const NONE_NEAR: Match = { kind: 'none', nearMisses: [] };

function none(nearMisses: readonly NearMiss[]): Match {
  return nearMisses.length === 0 ? NONE_NEAR : { kind: 'none', nearMisses };
}

function matched(entries: readonly string[], index: number): Match {
  const text = entries[index] ?? '';
  return text === '*' ? { kind: 'any', index, text } : { kind: 'entry', index, text };
}

/** The methods that a browser does not look for in an answer (Fetch, CORS-safelisted method). */
const SAFELISTED = ['GET', 'HEAD', 'POST'];

function leftOut(
  decision: PreflightDecision,
  requested: readonly string[],
  requestedHeaders: readonly string[],
): LeftOut {
  if (decision.kind !== 'allowed') return { methods: [], headers: [], browserRefuses: false };
  const answered = (wanted: string) =>
    listElements(decision.headers.find(([name]) => name === wanted)?.[1] ?? '');
  const answeredMethods = new Set(answered('Access-Control-Allow-Methods'));
  const answeredNames = new Set(answered('Access-Control-Allow-Headers').map(nameKey));
  const methods = requested.filter(method => !answeredMethods.has(method));
  const headers = requestedHeaders.filter(name => !answeredNames.has(nameKey(name)));
  const browserRefuses = headers.length > 0 || methods.some(method => !SAFELISTED.includes(method));
  return { methods, headers, browserRefuses };
}
