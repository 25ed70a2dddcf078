import { spend } from './budget.ts';
import { type AnswerOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { type RequestSpace, rulesFor, type Side } from './request-space.ts';
import { type Candidate, type Witness, witnessOf } from './witness.ts';

export interface Differences {
  readonly gained: Witness | undefined;
  readonly lost: Witness | undefined;
  readonly answers: readonly (AnswerOutcome & { readonly witness: Witness })[];
}

/**
 * Everything in which the two policies of a space differ. Only differences for which there is a request are told.
 *
 * @throws when it costs more than the budget: call it inside {@link withinBudget}
 */
export function differences(space: RequestSpace, before: Side, after: Side): Differences {
  const gained: Candidate[] = [];
  const lost: Candidate[] = [];
  const answers = new Map<string, { readonly outcome: AnswerOutcome; readonly candidates: Candidate[] }>();
  const outcomes = new Map<string, Outcome>();
  for (const origins of space.originClasses) {
    for (const method of space.methods) {
      const old = rulesFor(space, 0, origins, method);
      const now = rulesFor(space, 1, origins, method);
      const key = `${old.join()} ${now.join()}`;
      const outcome = outcomes.get(key) ?? outcomeOf(space, [before, old], [after, now]);
      outcomes.set(key, outcome);
      spend(space.budget, 1);
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
