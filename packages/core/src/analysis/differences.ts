import type { RuleSet } from '../rule-set.ts';
import { spend } from './budget.ts';
import { type AnswerOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { type RequestSpace, rulesFor } from './request-space.ts';
import { sameRules } from './shortest-text.ts';
import type { TextClass } from './text-classes.ts';
import { type Candidate, type Witness, witnessOf } from './witness.ts';

/** One of the policies of a space, with all its rules or without one of them. */
export interface View {
  readonly side: number;
  readonly without?: number;
}

export interface Differences {
  readonly gained: Witness | undefined;
  readonly lost: Witness | undefined;
  readonly answers: readonly (AnswerOutcome & { readonly witness: Witness })[];
}

/**
 * Everything in which two views differ. Only differences for which there is a request are told.
 *
 * @throws when it costs more than the budget: call it inside {@link withinBudget}
 */
export function differences(space: RequestSpace, before: View, after: View): Differences {
  const gained: Candidate[] = [];
  const lost: Candidate[] = [];
  const answers = new Map<string, { readonly outcome: AnswerOutcome; readonly candidates: Candidate[] }>();
  const outcomes = new Map<string, Outcome>();
  for (const origins of space.originClasses) {
    for (const method of space.methods) {
      const old = rulesInView(space, before, origins, method);
      const now = rulesInView(space, after, origins, method);
      if (before.side === after.side && sameRules(old, now)) continue;
      const key = `${old.join()} ${now.join()}`;
      const outcome = outcomes.get(key) ?? outcomeIn(space, [before, old], [after, now]);
      outcomes.set(key, outcome);
      if (outcome.gained) gained.push({ origins, method, names: outcome.gained });
      if (outcome.lost) lost.push({ origins, method, names: outcome.lost });
      for (const each of outcome.answers) {
        const answerKey = `${each.request} ${each.header} ${each.old} ${each.new}`;
        const known = answers.get(answerKey) ?? { outcome: each, candidates: [] };
        known.candidates.push({ origins, method, names: each.names });
        answers.set(answerKey, known);
      }
    }
  }
  return {
    gained: witnessOf(space, gained),
    lost: witnessOf(space, lost),
    answers: [...answers.values()].flatMap(({ outcome, candidates }) => {
      const witness = witnessOf(space, candidates);
      return witness ? [{ ...outcome, witness }] : [];
    }),
  };
}

function outcomeIn(
  space: RequestSpace,
  [before, old]: readonly [View, RuleSet],
  [after, now]: readonly [View, RuleSet],
): Outcome {
  spend(space.budget, 1);
  const oldSide = space.sides[before.side];
  const newSide = space.sides[after.side];
  if (!oldSide || !newSide) return { gained: undefined, lost: undefined, answers: [] };
  return outcomeOf(space, [oldSide, old], [newSide, now]);
}

function rulesInView(
  space: RequestSpace,
  { side, without }: View,
  origins: TextClass,
  method: string,
): RuleSet {
  const rules = rulesFor(space, side, origins, method);
  if (without !== undefined) removeRule(rules, without);
  return rules;
}

function removeRule(rules: RuleSet, rule: number): void {
  rules[rule >> 5] = (rules[rule >> 5] ?? 0) & ~(1 << (rule & 31));
}
