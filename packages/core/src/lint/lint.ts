import type { Diagnostic } from '../diagnostic.ts';
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
import { type LintedPolicy, lintedPolicy } from './linted-policy.ts';

const CHECKS: readonly ((policy: LintedPolicy) => readonly Diagnostic[])[] = [
  checkLimits,
  checkRules,
  checkOrigins,
  checkNames,
  checkRedundancy,
  checkAges,
  checkNeeds,
];

/**
 * Everything that is doubtful about a policy for one service, and what `validate` finds: the errors. Findings about the
 * whole policy come first, then those about each rule. A policy with errors is judged by what can be read of it, an
 * entry that cannot has nothing but its error. Never throws.
 */
export function lint(policy: Policy, profile: Profile): readonly Diagnostic[] {
  const linted = lintedPolicy(policy, profile);
  const findings = [...validate(policy, profile), ...CHECKS.flatMap(check => check(linted))];
  return findings.sort((a, b) => ruleOf(a) - ruleOf(b));
}

function ruleOf({ path }: Diagnostic): number {
  const [, rule] = path;
  return typeof rule === 'number' ? rule : -1;
}
