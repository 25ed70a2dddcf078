import { newBudget, withinBudget } from '../analysis/budget.ts';
import { findOrigin } from '../analysis/origin-space.ts';
import { originExtent } from '../origin-pattern.ts';
import { matchesPattern, type Pattern } from '../pattern.ts';
import type { OriginConventions } from '../profile.ts';
import { originFault } from './origin-fault.ts';

/** What the `*` stands for where the scheme is written out: a host or a part of one, a port, nothing. */
const IN_PLACE: readonly string[] = ['www', 'page.example', '8443', '1', ''];

/** A pattern alone takes some hundred. */
const STEPS = 10_000;

/** An origin that a browser sends and that the pattern matches, a readable one if possible; undefined when there is none. */
export function sentOrigin(pattern: Pattern, conventions: OriginConventions): string | undefined {
  switch (pattern.kind) {
    case 'any':
      return 'https://page.example';
    case 'exact':
      return originFault(pattern.text) ? undefined : pattern.text;
    case 'wildcard': {
      const extent = originExtent(conventions);
      const readable = attempts(pattern).find(
        origin => originFault(origin) === undefined && matchesPattern(pattern, origin, extent),
      );
      return readable ?? shortestSent(pattern, conventions);
    }
    default:
      return pattern satisfies never;
  }
}

function shortestSent(pattern: Pattern, conventions: OriginConventions): string | undefined {
  const set = { patterns: [pattern], conventions };
  const found = withinBudget(() => findOrigin([set], ([isIn]) => isIn === true, newBudget(STEPS)));
  if (!found || 'kind' in found || !found.browser) return undefined;
  return originFault(found.origin) ? undefined : found.origin;
}

function attempts({ prefix, suffix }: Extract<Pattern, { kind: 'wildcard' }>): readonly string[] {
  if (prefix.includes('://')) return IN_PLACE.map(part => prefix + part + suffix);
  return ['https://www', 'https://page.example', 'https://'].map(start => start + suffix);
}
