import type { Pattern } from '../pattern.ts';
import { addRule, emptyRuleSet, hasRule, isEmpty, isWithin, type RuleSet } from '../rule-set.ts';
import { type Budget, spend } from './budget.ts';
import { nameShape } from './name-shape.ts';
import { shortestText } from './shortest-text.ts';
import { newTextSpace, textClasses } from './text-classes.ts';

/**
 * A set of header names, as bits: one for each class of names that no pattern tells apart. What holds for sets of classes
 * holds for the names: one set is within another if all its bits are.
 */
export type NameSet = RuleSet;

export interface NameSets {
  /** A name of every class, shortest of those that a page can set when there is one. */
  readonly names: readonly string[];
  /** The classes of which a page can set a name. */
  readonly settable: NameSet;
  /** Of the patterns given, in their order. */
  readonly sets: readonly NameSet[];
}

/** @throws when the patterns cost more than the budget: call it inside {@link withinBudget} */
export function nameSets(patterns: readonly (readonly Pattern[])[], budget: Budget): NameSets {
  const space = newTextSpace([{ patterns, extent: 'anything', urlsOnly: false }], budget);
  const classes = textClasses(space).flatMap(each => {
    const free = shortestText(space, nameShape, each, ['settable']);
    const name = free ?? shortestText(space, nameShape, each, ['forbidden']);
    return name === undefined ? [] : [{ name, settable: free !== undefined, rules: each.rules }];
  });
  const settable = emptyRuleSet(classes.length);
  const sets = patterns.map(() => emptyRuleSet(classes.length));
  classes.forEach((each, index) => {
    if (each.settable) addRule(settable, index);
    sets.forEach((set, pattern) => {
      if (hasRule(each.rules, pattern)) addRule(set, index);
    });
  });
  return { names: classes.map(({ name }) => name), settable, sets };
}

/** Names that together prove something. */
export interface ChosenNames {
  readonly names: readonly string[];
  /** Whether a page can set all of them. */
  readonly settable: boolean;
}

/** The request without a name. */
export const NO_NAMES: ChosenNames = { names: [], settable: true };

/**
 * A few names of `whole` such that none of `others` has all of them; undefined when there are none, which is when one of
 * `others` contains `whole`. None of the names can be left out. Names that a page can set are preferred.
 */
export function namesOutside(
  { names, settable }: NameSets,
  whole: NameSet,
  others: readonly NameSet[],
  budget: Budget,
): ChosenNames | undefined {
  if (others.length === 0) return NO_NAMES;
  spend(budget, 1 + ((others.length * whole.length) >> 6));
  if (others.some(other => isWithin(whole, other))) return undefined;
  const free = whole.map((word, i) => word & (settable[i] ?? 0));
  const canBeSet = others.every(other => !isWithin(free, other));
  const chosen =
    oneOutsideAll(canBeSet ? free : whole, others) ?? several(canBeSet ? free : whole, others, budget);
  return { names: chosen.map(index => names[index] ?? ''), settable: canBeSet };
}

function oneOutsideAll(whole: NameSet, others: readonly NameSet[]): readonly number[] | undefined {
  const rest = whole.slice();
  for (const other of others) {
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) & ~(other[i] ?? 0);
  }
  return isEmpty(rest) ? undefined : members(rest).slice(0, 1);
}

/** Takes what most of the others lack, until each lacks one; then gives up what was not needed after all. */
function several(whole: NameSet, others: readonly NameSet[], budget: Budget): readonly number[] {
  const candidates = members(whole);
  let chosen: number[] = [];
  let left = others;
  while (left.length > 0) {
    spend(budget, 1 + ((candidates.length * left.length) >> 6));
    const lacking = (index: number) => left.reduce((sum, other) => sum + (hasRule(other, index) ? 0 : 1), 0);
    let best = { index: 0, count: 0 };
    for (const index of candidates) {
      const count = lacking(index);
      if (count > best.count) best = { index, count };
    }
    const { index } = best;
    chosen.push(index);
    left = left.filter(other => hasRule(other, index));
  }
  for (const index of [...chosen]) {
    const without = chosen.filter(other => other !== index);
    if (others.every(other => without.some(name => !hasRule(other, name)))) chosen = without;
  }
  return chosen;
}

function members(set: NameSet): number[] {
  const indexes: number[] = [];
  for (let i = 0; i < set.length * 32; i++) if (hasRule(set, i)) indexes.push(i);
  return indexes;
}
