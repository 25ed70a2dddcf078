import type { Budget } from '../analysis/budget.ts';
import { type RuleConflict, type RuleUse, ruleUses } from '../analysis/rule-use.ts';
import { type Diagnostic, diagnostic, formatPath, type WitnessRequest } from '../diagnostic.ts';
import type { Profile } from '../profile.ts';
import { compileRules, type LintedPolicy, type LintedRule, requestFrom, shownBy } from './linted-policy.ts';

/**
 * Rules that others leave nothing to, or only a part, and rules that change nothing. Exact, as `ruleUses` is. Undefined
 * when the budget is spent.
 */
export function checkRules({ rules, profile, budget }: LintedPolicy): readonly Diagnostic[] | undefined {
  if (rules.length < 2) return [];
  const used = withUses(rules.map(withoutDead), profile, budget);
  const shadowed = used?.filter(isShadowed) ?? [];
  const live = used && shadowed.length > 0 ? withUses(rulesOf(used, shadowed), profile, budget) : used;
  const redundant = live && redundantRules(live, profile, budget);
  if (!redundant) return undefined;
  return [
    ...shadowed.map(each => shadowFinding(each, profile)),
    ...live.flatMap(each => conflictFindings(each, live)),
    ...redundant.map(({ path }) => diagnostic('rule-redundant', path)),
  ];
}

interface UsedRule {
  readonly rule: LintedRule;
  readonly use: RuleUse;
}

/** Undefined when the budget is spent. */
function withUses(
  rules: readonly LintedRule[],
  profile: Profile,
  budget: Budget,
): readonly UsedRule[] | undefined {
  const uses = ruleUses(compileRules(rules, profile), budget);
  if (uses.kind === 'limit') return undefined;
  return rules.flatMap((rule, place) => {
    const use = uses.rules[place];
    return use ? [{ rule, use }] : [];
  });
}

/** The rule with the origins that browsers send. */
function withoutDead(rule: LintedRule): LintedRule {
  return { ...rule, origins: rule.origins.filter(({ sent }) => sent !== undefined) };
}

function isShadowed({ use }: UsedRule): boolean {
  return use.decides === null && use.shadowedBy.length > 0;
}

function rulesOf(used: readonly UsedRule[], without: readonly UsedRule[]): readonly LintedRule[] {
  return used.filter(each => !without.includes(each)).map(({ rule }) => rule);
}

function shadowFinding({ rule, use }: UsedRule, profile: Profile): Diagnostic {
  const by = use.shadowedBy.map(index => formatPath(['rules', index])).join(', ');
  const [origin] = rule.origins.flatMap(({ sent }) => sent ?? []);
  const witness = origin === undefined ? undefined : requestFrom(origin, rule, profile);
  return shownBy(diagnostic('rule-shadowed', rule.path, { by }), witness);
}

/** Of the rules that answer in place of a rule, and otherwise, the first. */
function conflictFindings({ rule, use }: UsedRule, used: readonly UsedRule[]): readonly Diagnostic[] {
  const conflicts = use.conflicts.filter(({ witness }) => witness.browser).sort((a, b) => a.by - b.by);
  const [first] = conflicts;
  const by = first && used[first.by];
  if (!by) return [];
  const differences = new Set(conflicts.filter(each => each.by === first.by).map(differenceOf));
  const finding = diagnostic('rule-partly-shadowed', rule.path, {
    by: formatPath(by.rule.path),
    difference: [...differences].join(', '),
  });
  const { origin, method, headers } = first.witness;
  return [shownBy(finding, { origin, method, headers } satisfies WitnessRequest)];
}

function differenceOf({ differs }: RuleConflict): string {
  return differs === 'access' ? 'it refuses headers' : `another \`${differs}\``;
}

/** Rules that can go, all at once. Undefined when the budget is spent. */
function redundantRules(
  used: readonly UsedRule[],
  profile: Profile,
  budget: Budget,
): readonly LintedRule[] | undefined {
  const redundant = used.find(({ use }) => use.redundant && use.decides !== null);
  if (!redundant) return [];
  const left = withUses(rulesOf(used, [redundant]), profile, budget);
  const others = left && redundantRules(left, profile, budget);
  return others && [redundant.rule, ...others];
}
