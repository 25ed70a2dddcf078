import { type Budget, newBudget, withinBudget } from '../analysis/budget.ts';
import type { OriginSet } from '../analysis/origin-space.ts';
import { type Diagnostic, diagnostic, formatPath } from '../diagnostic.ts';
import type { Profile } from '../profile.ts';
import { answerDifferences } from './answer-difference.ts';
import { type Entry, type LintedPolicy, type LintedRule, requestFrom, shownBy } from './linted-policy.ts';
import {
  allowsHeaders,
  allowsMethod,
  commonMethods,
  findSentOrigin,
  headerBeyond,
  originsOf,
  sharesMethod,
} from './rule-requests.ts';

/** A second or two of a slow core; a hundred rules need a tenth of it. */
const STEPS = 200_000;

/** Rules that others leave nothing to, or only a part, and rules that change nothing. */
export function checkRules({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  const budget = newBudget(STEPS);
  const result = withinBudget(() => compareRules(rules, profile, budget));
  return 'kind' in result ? [diagnostic('rules-not-compared', ['rules'])] : result;
}

function compareRules(rules: readonly LintedRule[], profile: Profile, budget: Budget): readonly Diagnostic[] {
  const live: LintedRule[] = [];
  const findings: Diagnostic[] = [];
  for (const rule of rules) {
    const shadow = findShadow(rule, live, profile, budget);
    if (shadow) {
      findings.push(shadow);
      continue;
    }
    findings.push(...live.flatMap(before => findPartialShadow(before, rule, live, profile, budget)));
    live.push(rule);
  }
  return [...findings, ...live.flatMap(rule => findRedundancy(rule, live, profile, budget))];
}

/** Every request that the rule allows is answered by one of those before it. */
function findShadow(
  rule: LintedRule,
  before: readonly LintedRule[],
  profile: Profile,
  budget: Budget,
): Diagnostic | undefined {
  const own = originsOf([rule], profile);
  const takers = rule.methods.map(method => before.filter(other => takes(other, rule, method, profile)));
  if (takers.length === 0 || takers.some(({ length }) => length === 0)) return undefined;
  const left = takers.some(each => findSentOrigin([own], originsOf(each, profile), budget) !== undefined);
  const sent = left ? undefined : findSentOrigin([own], nowhere(profile), budget);
  if (sent === undefined) return undefined;
  const by = before.filter(
    other =>
      takers.some(each => each.includes(other)) &&
      findSentOrigin([own, originsOf([other], profile)], nowhere(profile), budget) !== undefined,
  );
  const finding = diagnostic('rule-shadowed', rule.path, { by: namesOf(by) });
  return shownBy(finding, requestFrom(sent, rule, profile));
}

/** Whether `other` allows what `rule` allows with the method, from origins that it allows. */
function takes(other: LintedRule, rule: LintedRule, method: Entry, { headers }: Profile): boolean {
  // Elsewhere headers have no part in which rule it is that answers.
  const headersMatter = headers.unlisted === 'next-rule';
  return allowsMethod(other, method) && (!headersMatter || allowsHeaders(other, rule));
}

function nowhere(profile: Profile): OriginSet {
  return originsOf([], profile);
}

function namesOf(rules: readonly LintedRule[]): string {
  return rules.map(({ path }) => formatPath(path)).join(', ');
}

/** A request that `rule` allows and that is answered, with a difference, by `before`. */
function findPartialShadow(
  before: LintedRule,
  rule: LintedRule,
  live: readonly LintedRule[],
  profile: Profile,
  budget: Budget,
): readonly Diagnostic[] {
  const differences = answerDifferences(before, rule, profile);
  if (differences.length === 0) return [];
  const both = [before, rule].map(each => originsOf([each], profile));
  for (const method of commonMethods(before, rule, profile)) {
    const earlier = live.filter(other => other.index < before.index && allowsName(other, method));
    const origin = findSentOrigin(both, originsOf(earlier, profile), budget);
    if (origin === undefined) continue;
    // Where a rule refuses headers, one that only the later rule allows shows most.
    const beyond = differences.includes(HEADERS) ? headerBeyond(before, rule) : undefined;
    const finding = diagnostic('rule-partly-shadowed', rule.path, {
      by: formatPath(before.path),
      difference: `${differences.join(', ')} ${differences.length === 1 ? 'is' : 'are'} not the same`,
    });
    return [shownBy(finding, { origin, method, headers: beyond === undefined ? [] : [beyond] })];
  }
  return [];
}

const HEADERS = 'Access-Control-Allow-Headers';

function allowsName({ methods }: LintedRule, name: string): boolean {
  return methods.some(
    ({ pattern }) => pattern.kind === 'any' || (pattern.kind === 'exact' && pattern.text === name),
  );
}

/** Without the rule, each of its requests would be answered by another one, and no page would notice. */
function findRedundancy(
  rule: LintedRule,
  live: readonly LintedRule[],
  profile: Profile,
  budget: Budget,
): readonly Diagnostic[] {
  const by = new Set<LintedRule>();
  for (const method of rule.methods) {
    const heirs = heirsOf(rule, method, live, profile, budget);
    if (!heirs) return [];
    for (const heir of heirs) by.add(heir);
  }
  const names = namesOf(live.filter(other => by.has(other)));
  return names === '' ? [] : [diagnostic('rule-redundant', rule.path, { by: names })];
}

/** The rules that would answer in place of a rule, and as it does; undefined where some request has none. */
function heirsOf(
  rule: LintedRule,
  method: Entry,
  live: readonly LintedRule[],
  profile: Profile,
  budget: Budget,
): readonly LintedRule[] | undefined {
  const own = originsOf([rule], profile);
  const taken = live.filter(other => other.index < rule.index && takes(other, rule, method, profile));
  const heirs: LintedRule[] = [];
  for (const other of live.slice(live.indexOf(rule) + 1)) {
    if (!sharesMethod(other, method)) continue;
    const ofBoth = [own, originsOf([other], profile)];
    if (findSentOrigin(ofBoth, originsOf([...taken, ...heirs], profile), budget) === undefined) continue;
    if (answerDifferences(other, rule, profile).length > 0) return undefined;
    if (takes(other, rule, method, profile)) heirs.push(other);
  }
  const left = findSentOrigin([own], originsOf([...taken, ...heirs], profile), budget);
  return heirs.length > 0 && left === undefined ? heirs : undefined;
}
