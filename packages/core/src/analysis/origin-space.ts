import type { CompiledPolicy } from '../compile.ts';
import { originExtent, parseOriginPattern } from '../origin-pattern.ts';
import type { Pattern } from '../pattern.ts';
import type { OriginConventions } from '../profile.ts';
import { hasRule } from '../rule-set.ts';
import { type Budget, newBudget } from './budget.ts';
import { BROWSER_FORMS, type OriginForm, originShape } from './origin-shape.ts';
import { leastLength, sameRules, shortestText } from './shortest-text.ts';
import {
  newTextSpace,
  type Place,
  type Reading,
  rulesOf,
  type TextClass,
  type TextSpace,
  textClasses,
} from './text-classes.ts';

/** An origin that proves something. */
export interface OriginWitness {
  readonly origin: string;
  /** Whether a browser can send it. When it is false, no browser can send any origin that would prove the same. */
  readonly browser: boolean;
}

/** A set of origins: all that one of the patterns matches, as a service with these conventions reads them. */
export interface OriginSet {
  readonly patterns: readonly Pattern[];
  readonly conventions: OriginConventions;
}

/** Reads entries of a policy that `validate` has no error for; an entry that cannot be read matches nothing. */
export function originSet(entries: readonly string[], conventions: OriginConventions): OriginSet {
  return {
    conventions,
    patterns: entries.flatMap(entry => {
      const pattern = parseOriginPattern(entry, conventions);
      return pattern.kind === 'invalid' ? [] : [pattern];
    }),
  };
}

/**
 * A shortest origin for which `wanted` is true of the sets that it is in, undefined when there is none: the one
 * operation that intersection, union, difference and inclusion are made of. Exact: every origin is one of finitely many
 * classes, see {@link textClasses}.
 *
 *     findOrigin([a, b], ([inA, inB]) => inA && !inB)    an origin of `a` without `b`; none: `a` is within `b`
 *     findOrigin([a, b], ([inA, inB]) => inA && inB)     one of both
 *
 * @throws when the patterns cost more than the budget: call it inside {@link withinBudget}
 */
export function findOrigin(
  sets: readonly OriginSet[],
  wanted: (isIn: readonly boolean[]) => boolean,
  budget: Budget = newBudget(),
): OriginWitness | undefined {
  const space = newTextSpace(
    sets.map(({ patterns, conventions }) => originReading([patterns], conventions)),
    budget,
  );
  const found = originClasses(space).filter(({ rules }) =>
    wanted(space.offsets.map(offset => hasRule(rules, offset * 32))),
  );
  return shortestOrigin(space, found);
}

/** Whether an origin is in both. */
export function originsOverlap(a: OriginSet, b: OriginSet, budget?: Budget): boolean {
  return findOrigin([a, b], ([inA, inB]) => inA === true && inB === true, budget) !== undefined;
}

/** How a service with these conventions reads the origins of rules. */
export function originReading(
  patterns: readonly (readonly Pattern[])[],
  conventions: OriginConventions,
): Reading {
  return { patterns, extent: originExtent(conventions), urlsOnly: conventions.compare === 'url' };
}

/** The origins of policies, side by side. */
export function originSpace(policies: readonly CompiledPolicy[], budget: Budget): TextSpace {
  const readings = policies.map(({ profile, rules }) =>
    originReading(
      rules.map(({ source }) => originSet(source.allowedOrigins, profile.origins).patterns),
      profile.origins,
    ),
  );
  return newTextSpace(readings, budget);
}

/** The classes of origins, with `null` looked at for itself. */
export function originClasses(space: TextSpace): readonly TextClass[] {
  return textClasses(space, ['null']);
}

/**
 * The best origin of any of the classes: a shortest one that browsers send for a page, then `null`, then another that
 * they send, then any.
 */
export function shortestOrigin(space: TextSpace, classes: readonly TextClass[]): OriginWitness | undefined {
  for (const form of BROWSER_FORMS) {
    const origin = shortestOf(space, classes, [form]);
    if (origin !== undefined) return { origin, browser: true };
    if (form === 'web' && hasNull(space, classes)) return { origin: 'null', browser: true };
  }
  const origin = shortestOf(space, classes, ['url', 'respelt', 'text']);
  return origin === undefined ? undefined : { origin, browser: false };
}

function hasNull(space: TextSpace, classes: readonly TextClass[]): boolean {
  const rules = rulesOf(space, 'null');
  return classes.some(each => sameRules(each.rules, rules));
}

function shortestOf(
  space: TextSpace,
  classes: readonly TextClass[],
  forms: readonly OriginForm[],
): string | undefined {
  const candidates = classes
    .map(({ rules, places }) => ({ rules, places: places.filter(place => mayHold(place, forms)) }))
    .filter(({ places }) => places.length > 0)
    .map(each => ({ each, least: Math.min(...each.places.map(leastLength)) }))
    .sort((a, b) => a.least - b.least);
  let best: string | undefined;
  for (const { each, least } of candidates) {
    if (best !== undefined && least >= best.length) break;
    const longest = best === undefined ? undefined : best.length - 1;
    best = shortestText(space, originShape, each, forms, longest) ?? best;
  }
  return best;
}

/** Whether origins of the forms can be in the place; a cheap look before the search. */
function mayHold(place: Place, forms: readonly OriginForm[]): boolean {
  if (place.kind === 'text') return true;
  const { suffix, spelling } = place;
  return forms.some(form => {
    const isUrl = form === 'web' || form === 'dotted' || form === 'url';
    if (spelling !== 'any' && (spelling === 'url') !== isUrl) return false;
    return !BROWSER_FORMS.includes(form) || suffix === '' || /[a-z0-9_\].]$/.test(suffix);
  });
}
