import { intersection, type RuleSet } from '../rule-set.ts';
import { differing } from './answer-facts.ts';
import { type ChosenNames, NO_NAMES, namesOutside } from './name-sets.ts';
import { namesOf, type RequestSpace, type Side } from './request-space.ts';

/** Where the first rule alone decides: names with which the next one, if any, would decide otherwise. */
export function differsFromNext(
  space: RequestSpace,
  side: Side,
  rule: number,
  next: number | undefined,
): ChosenNames | undefined {
  if (next === undefined) return NO_NAMES;
  if (factsDiffer(side, rule, next)) return NO_NAMES;
  const own = namesOf(side, rule);
  const others = namesOf(side, next);
  return (
    namesOutside(space.names, own, [others], space.budget) ??
    namesOutside(space.names, others, [own], space.budget)
  );
}

/**
 * Where rules are passed over: names with which the rule decides and no other admits the request, or a later one that
 * answers otherwise would decide.
 */
export function differsWithout(
  space: RequestSpace,
  side: Side,
  indexes: readonly number[],
  at: number,
): ChosenNames | undefined {
  const rule = indexes[at] ?? 0;
  const own = namesOf(side, rule);
  const others = indexes.filter(other => other !== rule);
  const outside = (whole: RuleSet, rules: readonly number[]) =>
    namesOutside(
      space.names,
      whole,
      rules.map(other => namesOf(side, other)),
      space.budget,
    );
  const alone = outside(own, others);
  if (alone) return alone;
  const [next] = others;
  if (
    at === 0 &&
    next !== undefined &&
    differing(side.facts.actual[rule], side.facts.actual[next]).length > 0
  ) {
    return NO_NAMES;
  }
  for (const [place, later] of others.entries()) {
    if (later < rule || differing(side.facts.preflight[rule], side.facts.preflight[later]).length === 0)
      continue;
    const names = outside(intersection(own, namesOf(side, later)), others.slice(0, place));
    if (names) return names;
  }
  return undefined;
}

function factsDiffer({ facts }: Side, a: number, b: number): boolean {
  return (
    differing(facts.actual[a], facts.actual[b]).length > 0 ||
    differing(facts.preflight[a], facts.preflight[b]).length > 0
  );
}
