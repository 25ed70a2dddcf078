import { decidePreflight } from '../decide.ts';
import { type Diagnostic, diagnostic, formatPath, type WitnessRequest } from '../diagnostic.ts';
import { answerDifferences } from './answer-difference.ts';
import { type Entry, type LintedPolicy, type LintedRule, requestFrom, shownBy } from './linted-policy.ts';
import {
  allowsHeaders,
  allowsMethod,
  allowsOrigins,
  commonMethods,
  commonOrigins,
  headerBeyond,
  meets,
  type RequestClass,
  requestClasses,
} from './rule-requests.ts';

/** Rules that others leave nothing to, or only a part, and rules that change nothing. */
export function checkRules(policy: LintedPolicy): readonly Diagnostic[] {
  const live: LintedRule[] = [];
  const findings: Diagnostic[] = [];
  for (const rule of policy.rules) {
    const shadow = findShadow(rule, live, policy);
    if (shadow) findings.push(shadow);
    else {
      findings.push(...live.flatMap(before => findPartialShadow(before, rule, policy)));
      live.push(rule);
    }
  }
  return [...findings, ...live.flatMap(rule => findRedundancy(rule, live, policy))];
}

/** Finds for each part of the requests of a rule another rule; undefined when there is none for some part. */
function takers(
  rule: LintedRule,
  classes: readonly RequestClass[],
  taker: (requests: RequestClass, method: Entry) => LintedRule | undefined,
): string | undefined {
  const found = new Set<LintedRule>();
  for (const requests of classes) {
    for (const method of rule.methods) {
      const other = taker(requests, method);
      if (!other) return undefined;
      found.add(other);
    }
  }
  return found.size === 0 ? undefined : [...found].map(({ path }) => formatPath(path)).join(', ');
}

/** Every request that the rule allows is answered by one of those before it. */
function findShadow(
  rule: LintedRule,
  before: readonly LintedRule[],
  { profile }: LintedPolicy,
): Diagnostic | undefined {
  const classes = requestClasses(rule, profile);
  const by = takers(rule, classes, (requests, method) =>
    before.find(other => takes(other, rule, requests, method, profile)),
  );
  const [first] = classes;
  if (by === undefined || !first) return undefined;
  return shownBy(diagnostic('rule-shadowed', rule.path, { by }), requestFrom(first.sent, rule, profile));
}

/** Whether `other` allows all of these requests that `rule` allows. */
function takes(
  other: LintedRule,
  rule: LintedRule,
  requests: RequestClass,
  method: Entry,
  profile: LintedPolicy['profile'],
): boolean {
  // Elsewhere headers have no part in which rule it is that answers.
  const headersMatter = profile.headers.unlisted === 'next-rule';
  return (
    allowsMethod(other, method) &&
    (!headersMatter || allowsHeaders(other, rule)) &&
    allowsOrigins(other, requests, profile)
  );
}

/** A request that `rule` allows and that is answered, with a difference, by `before`. */
function findPartialShadow(
  before: LintedRule,
  rule: LintedRule,
  policy: LintedPolicy,
): readonly Diagnostic[] {
  const { profile } = policy;
  const differences = answerDifferences(before, rule, profile);
  const methods = commonMethods(before, rule, profile);
  if (differences.length === 0 || methods.length === 0) return [];
  for (const origin of commonOrigins(before, rule, profile)) {
    const method = methods.find(
      name => decider(policy, { origin, method: name, headers: [] }) === before.index,
    );
    if (method === undefined) continue;
    // Where a rule refuses headers, one that only the later rule allows shows most.
    const beyond = differences.includes('Access-Control-Allow-Headers')
      ? headerBeyond(before, rule)
      : undefined;
    const finding = diagnostic('rule-partly-shadowed', rule.path, {
      by: formatPath(before.path),
      difference: `${differences.join(', ')} ${differences.length === 1 ? 'is' : 'are'} not the same`,
    });
    return [shownBy(finding, { origin, method, headers: beyond === undefined ? [] : [beyond] })];
  }
  return [];
}

/** The index of the rule that lets a request in. */
function decider(
  { compiled }: LintedPolicy,
  { origin, method, headers }: WitnessRequest,
): number | undefined {
  const decision = decidePreflight(compiled, {
    origin,
    requestMethod: method,
    requestHeaders: headers.join(','),
  });
  return decision.kind === 'allowed' ? decision.rule : undefined;
}

/** Without the rule, each of its requests would be answered by another one, and no page would notice. */
function findRedundancy(
  rule: LintedRule,
  live: readonly LintedRule[],
  { profile }: LintedPolicy,
): readonly Diagnostic[] {
  const isSame = (other: LintedRule): boolean => answerDifferences(other, rule, profile).length === 0;
  const by = takers(rule, requestClasses(rule, profile), (requests, method) => {
    for (const other of live) {
      if (other === rule) continue;
      if (other.index < rule.index) {
        if (takes(other, rule, requests, method, profile)) return other;
      } else if (isSame(other)) {
        if (takes(other, rule, requests, method, profile)) return other;
      } else if (meets(other, requests, method, profile)) {
        return undefined;
      }
    }
    return undefined;
  });
  return by === undefined ? [] : [diagnostic('rule-redundant', rule.path, { by })];
}
