import { intersection, type RuleSet } from '../rule-set.ts';
import { type ComparedHeader, differing, type FactDifference } from './answer-facts.ts';
import { type ChosenNames, NO_NAMES, namesOutside } from './name-sets.ts';
import { deciders, namesOf, type RequestSpace, type Side } from './request-space.ts';

/** In what two policies differ for requests of one class of origins and one method. */
export interface Outcome {
  /** Names with which the second admits a request and the first does not. */
  readonly gained: ChosenNames | undefined;
  readonly lost: ChosenNames | undefined;
  readonly answers: readonly AnswerOutcome[];
}

/** A header of which the answers differ where both admit the request. */
export interface AnswerOutcome {
  readonly request: 'preflight' | 'actual';
  readonly header: ComparedHeader;
  /** A text as in `RuleFacts`. */
  readonly old: string | undefined;
  readonly new: string | undefined;
  readonly names: ChosenNames;
  readonly rules: readonly [old: number, new: number];
}

interface Deciding {
  readonly side: Side;
  readonly rules: readonly number[];
}

/** What differs, given the rules of each side that allow the origin and the method. */
export function outcomeOf(
  space: RequestSpace,
  [oldSide, oldRules]: readonly [Side, RuleSet],
  [newSide, newRules]: readonly [Side, RuleSet],
): Outcome {
  const before = { side: oldSide, rules: deciders(oldSide, oldRules) };
  const after = { side: newSide, rules: deciders(newSide, newRules) };
  return {
    gained: admittedOnlyBy(space, after, before),
    lost: admittedOnlyBy(space, before, after),
    answers: [...actualAnswers(before, after), ...preflightAnswers(space, before, after)],
  };
}

/**
 * Names that one rule of `a` admits and no rule of `b`. A rule that comes after others decides for less than it admits,
 * but what they decide for they admit as well.
 */
function admittedOnlyBy(space: RequestSpace, a: Deciding, b: Deciding): ChosenNames | undefined {
  const others = distinct(b.rules.map(rule => namesOf(b.side, rule)));
  let best: ChosenNames | undefined;
  for (const set of distinct(a.rules.map(rule => namesOf(a.side, rule)))) {
    const found = namesOutside(space.names, set, others, space.budget);
    if (found && (!best || isPlainer(found, best))) best = found;
  }
  return best;
}

/** The rule of an actual request follows from origin and method. */
function actualAnswers(before: Deciding, after: Deciding): readonly AnswerOutcome[] {
  const [old] = before.rules;
  const [now] = after.rules;
  if (old === undefined || now === undefined) return [];
  const difference = { request: 'actual', names: NO_NAMES, rules: [old, now] } as const;
  return differing(before.side.facts.actual[old], after.side.facts.actual[now]).map(header => ({
    ...difference,
    ...header,
  }));
}

function preflightAnswers(space: RequestSpace, before: Deciding, after: Deciding): readonly AnswerOutcome[] {
  const found = new Map<string, AnswerOutcome>();
  before.rules.forEach((old, oldPlace) => {
    after.rules.forEach((now, newPlace) => {
      const headers = differing(before.side.facts.preflight[old], after.side.facts.preflight[now]).filter(
        each => !isPlain(found.get(outcomeKey(each))?.names, oldPlace + newPlace),
      );
      if (headers.length === 0) return;
      const both = intersection(namesOf(before.side, old), namesOf(after.side, now));
      const earlier = distinct([
        ...before.rules.slice(0, oldPlace).map(rule => namesOf(before.side, rule)),
        ...after.rules.slice(0, newPlace).map(rule => namesOf(after.side, rule)),
      ]);
      const names = namesOutside(space.names, both, earlier, space.budget);
      if (!names) return;
      for (const header of headers) {
        const known = found.get(outcomeKey(header));
        if (known && !isPlainer(names, known.names)) continue;
        found.set(outcomeKey(header), { request: 'preflight', names, rules: [old, now], ...header });
      }
    });
  });
  return [...found.values()];
}

function outcomeKey({ header, old, new: now }: FactDifference): string {
  return `${header} ${old} ${now}`;
}

/** Whether nothing plainer is to be found: rules that are not the first of their sides need a name. */
function isPlain(names: ChosenNames | undefined, place: number): boolean {
  if (!names?.settable) return false;
  return names.names.length <= (place === 0 ? 0 : 1);
}

function isPlainer(a: ChosenNames, b: ChosenNames): boolean {
  if (a.settable !== b.settable) return a.settable;
  return a.names.length < b.names.length;
}

function distinct(sets: readonly RuleSet[]): readonly RuleSet[] {
  if (sets.length < 2) return sets;
  return [...new Map(sets.map(set => [set.join(), set])).values()];
}
