import type { CompiledPolicy } from '../compile.ts';
import type { CompiledRule } from '../compiled-rule.ts';
import type { PolicyPath } from '../diagnostic.ts';
import { matchesHeader, parseHeaderPattern } from '../header-pattern.ts';
import type { Pattern } from '../pattern.ts';
import type { OriginConventions } from '../profile.ts';
import { hasRule } from '../rule-set.ts';
import { type Budget, type LimitReached, newBudget, spend, withinBudget } from './budget.ts';
import { nameSets } from './name-sets.ts';
import { ORIGIN_FORMS, originShape } from './origin-shape.ts';
import { originClasses, originReading, originSet } from './origin-space.ts';
import { shortestText } from './shortest-text.ts';
import { newTextSpace } from './text-classes.ts';

/** An entry of a rule that says nothing which the other entries of its list do not say. */
export interface RedundantEntry {
  readonly path: PolicyPath;
  /** The entries of the same list that cover it, by index. */
  readonly coveredBy: readonly number[];
}

/**
 * The entries that can be left out of their lists, all at once, without a change of what the rule allows or exposes. Of
 * entries that are equal the first stays. An origin of `*` stays, whatever else there is: it makes the answer `*`.
 */
export function redundantEntries(
  policy: CompiledPolicy,
  budget: Budget = newBudget(),
): { readonly kind: 'entries'; readonly entries: readonly RedundantEntry[] } | LimitReached {
  return withinBudget(() => ({
    kind: 'entries',
    entries: policy.rules.flatMap((rule, index) =>
      Object.entries(listsOf(policy, rule, budget)).flatMap(([list, { count, classes }]) =>
        covered(count, classes, budget).map(({ entry, coveredBy }) => ({
          path: ['rules', index, list, entry],
          coveredBy,
        })),
      ),
    ),
  }));
}

/** What a list stands for, in classes that its entries do not tell apart. */
interface ListClasses {
  readonly count: number;
  readonly classes: readonly EntryClass[];
}

interface EntryClass {
  has(entry: number): boolean;
  /** Whether there is anything in the class. */
  exists(): boolean;
}

function classOf(has: (entry: number) => boolean): EntryClass {
  return { has, exists: () => true };
}

function listsOf(
  { profile }: CompiledPolicy,
  { source, answers: { exposePatterns } }: CompiledRule,
  budget: Budget,
): Readonly<Record<string, ListClasses>> {
  const { allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders } = source;
  const any = (entry: number) => allowedOrigins[entry] === '*';
  const headers = allowedHeaders.flatMap(name => {
    const pattern = parseHeaderPattern(name, profile.headers);
    return pattern.kind === 'invalid' ? [] : [pattern];
  });
  return {
    allowedOrigins: {
      count: allowedOrigins.length,
      classes: [...originEntryClasses(allowedOrigins, profile.origins, budget), classOf(any)],
    },
    allowedMethods: {
      count: allowedMethods.length,
      classes: methodClasses(allowedMethods, profile.methods.any),
    },
    allowedHeaders: { count: headers.length, classes: nameClasses(headers, budget) },
    exposeHeaders: {
      count: exposeHeaders.length,
      classes:
        profile.answers.exposeHeaders.kind === 'rule'
          ? literalClasses(exposeHeaders, exposeHeaders, () => [])
          : [
              ...nameClasses(exposePatterns, budget),
              ...literalClasses(
                exposeHeaders,
                exposeHeaders.filter(name => !name.includes('*')),
                alwaysMatched(exposePatterns, profile.answers.exposeHeaders.always),
              ),
            ],
    },
  };
}

function originEntryClasses(
  entries: readonly string[],
  conventions: OriginConventions,
  budget: Budget,
): readonly EntryClass[] {
  const patterns = entries.map(entry => originSet([entry], conventions).patterns);
  const space = newTextSpace([originReading(patterns, conventions)], budget);
  return originClasses(space).map(each => {
    let exists: boolean | undefined;
    return {
      has: entry => hasRule(each.rules, entry),
      exists: () => {
        exists ??= shortestText(space, originShape, each, ORIGIN_FORMS) !== undefined;
        return exists;
      },
    };
  });
}

function methodClasses(methods: readonly string[], any: boolean): readonly EntryClass[] {
  const forAny = (entry: number) => any && methods[entry] === '*';
  const named = [...new Set(methods)].map(method =>
    classOf(entry => methods[entry] === method || forAny(entry)),
  );
  return [...named, classOf(forAny)];
}

function nameClasses(patterns: readonly Pattern[], budget: Budget): readonly EntryClass[] {
  const { names, sets } = nameSets(
    patterns.map(pattern => [pattern]),
    budget,
  );
  return names.map((_, index) =>
    classOf(entry => {
      const set = sets[entry];
      return set !== undefined && hasRule(set, index);
    }),
  );
}

/** Names that are exposed whether or not the response has them; `more` are the entries that do so for a name, too. */
function literalClasses(
  names: readonly string[],
  literal: readonly string[],
  more: (name: string) => readonly number[],
): readonly EntryClass[] {
  return [...new Set(literal.map(name => name.toLowerCase()))].map(name => {
    const others = more(name);
    return classOf(entry => names[entry]?.toLowerCase() === name || others.includes(entry));
  });
}

function alwaysMatched(
  patterns: readonly Pattern[],
  always: readonly string[],
): (name: string) => readonly number[] {
  const lower = always.map(name => name.toLowerCase());
  return name =>
    lower.includes(name)
      ? patterns.flatMap((pattern, entry) => (matchesHeader(pattern, name) ? [entry] : []))
      : [];
}

/** From the last entry to the first, those of which every class has another entry that stays. */
function covered(
  count: number,
  classes: readonly EntryClass[],
  budget: Budget,
): readonly { readonly entry: number; readonly coveredBy: readonly number[] }[] {
  const entries = Array.from({ length: count }, (_, entry) => entry);
  let staying = entries;
  for (const entry of entries.toReversed()) {
    const others = staying.filter(other => other !== entry);
    const own = classes.filter(each => each.has(entry));
    spend(budget, 1 + ((own.length * others.length) >> 4));
    if (own.every(each => others.some(other => each.has(other)) || !each.exists())) staying = others;
  }
  return entries
    .filter(entry => !staying.includes(entry))
    .map(entry => ({ entry, coveredBy: coveringOf(entry, staying, classes) }));
}

/** One entry when there is one that covers all, or else those that share something with it. */
function coveringOf(
  entry: number,
  staying: readonly number[],
  classes: readonly EntryClass[],
): readonly number[] {
  const own = classes.filter(each => each.has(entry));
  const whole = staying.find(other => own.every(each => each.has(other) || !each.exists()));
  return whole === undefined ? staying.filter(other => own.some(each => each.has(other))) : [whole];
}
