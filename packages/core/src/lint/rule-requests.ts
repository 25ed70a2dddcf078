import type { Budget } from '../analysis/budget.ts';
import { findOrigin, type OriginSet } from '../analysis/origin-space.ts';
import { matchesHeader } from '../header-pattern.ts';
import type { Pattern } from '../pattern.ts';
import type { Profile } from '../profile.ts';
import { commonPattern, covers } from './covering.ts';
import { type Entry, type LintedRule, methodNames } from './linted-policy.ts';
import { originFault } from './origin-fault.ts';

/** All origins that one of the rules allows. */
export function originsOf(rules: readonly LintedRule[], { origins }: Profile): OriginSet {
  return {
    conventions: origins,
    patterns: rules.flatMap(rule => rule.origins.map(({ pattern }) => pattern)),
  };
}

/**
 * An origin that a browser sends and that is in every one of `inside` and in none of `outside`.
 *
 * @throws when the budget is spent: see `withinBudget`
 */
export function findSentOrigin(
  inside: readonly OriginSet[],
  outside: OriginSet,
  budget: Budget,
): string | undefined {
  const found = findOrigin(
    [...inside, outside],
    isIn => isIn.every((isInside, set) => isInside === set < inside.length),
    budget,
  );
  return found && (found.browser || !originFault(found.origin)) ? found.origin : undefined;
}

/** Whether `rule` allows the method of the entry, or every method where that is what the entry says. */
export function allowsMethod(rule: LintedRule, method: Entry): boolean {
  return rule.methods.some(({ pattern }) => covers(pattern, method.pattern, 'anything'));
}

/** Whether there is a method that `rule` allows and the entry stands for. */
export function sharesMethod(rule: LintedRule, method: Entry): boolean {
  return rule.methods.some(({ pattern }) => commonPattern(pattern, method.pattern, 'anything') !== undefined);
}

/** The methods that both rules allow, by name. */
export function commonMethods(a: LintedRule, b: LintedRule, profile: Profile): readonly string[] {
  const names = methodNames(b, profile);
  return methodNames(a, profile).filter(name => names.includes(name));
}

/** Whether `rule` allows every header that `other` allows. */
export function allowsHeaders(rule: LintedRule, other: LintedRule): boolean {
  return other.headers.every(inner =>
    rule.headers.some(outer => covers(outer.pattern, inner.pattern, 'anything')),
  );
}

/** A header that `other` allows and `rule` does not, as a page would ask for it; undefined when none is found. */
export function headerBeyond(rule: LintedRule, other: LintedRule): string | undefined {
  return other.headers
    .map(({ pattern }) => headerOf(pattern))
    .find(name => !rule.headers.some(({ pattern }) => matchesHeader(pattern, name)));
}

function headerOf(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'any':
      return 'x-any';
    case 'exact':
      return pattern.text;
    case 'wildcard':
      return `${pattern.prefix}any${pattern.suffix}`;
    default:
      return pattern satisfies never;
  }
}
