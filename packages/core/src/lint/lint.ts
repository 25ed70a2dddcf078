import { type Budget, newBudget } from '../analysis/budget.ts';
import { type Diagnostic, diagnostic } from '../diagnostic.ts';
import type { Policy } from '../policy.ts';
import type { Profile } from '../profile.ts';
import { validate } from '../validate.ts';
import { checkAges } from './check-ages.ts';
import { checkLimits } from './check-limits.ts';
import { checkNames } from './check-names.ts';
import { checkNeeds } from './check-needs.ts';
import { checkOrigins } from './check-origins.ts';
import { checkRedundancy } from './check-redundancy.ts';
import { checkRules } from './check-rules.ts';
import { lintedPolicy } from './linted-policy.ts';

/** Some seconds of a slow core. A hundred rules of ten origins, some with wildcards, need a hundredth of it. */
const STEPS = 500_000;

/**
 * Everything that is doubtful about a policy for one service, and what `validate` finds: the errors. Findings about the
 * whole policy come first, then those about each rule. A policy with errors is judged by what can be read of it; an
 * entry that cannot has nothing but its error. Never throws.
 *
 * @param budget what may be spent on telling which rules and entries are needless; beyond, a finding says so
 */
export function lint(
  policy: Policy,
  profile: Profile,
  budget: Budget = newBudget(STEPS),
): readonly Diagnostic[] {
  const linted = lintedPolicy(policy, profile, budget);
  const needless = [checkRules(linted), checkRedundancy(linted)];
  const findings = [
    ...validate(policy, profile),
    ...checkLimits(linted),
    ...(needless.includes(undefined) ? [diagnostic('analysis-incomplete', [])] : []),
    ...needless.flatMap(found => found ?? []),
    ...[checkOrigins, checkNames, checkAges, checkNeeds].flatMap(check => check(linted)),
  ];
  return findings.sort((a, b) => ruleOf(a) - ruleOf(b));
}

function ruleOf({ path }: Diagnostic): number {
  const [, rule] = path;
  return typeof rule === 'number' ? rule : -1;
}
