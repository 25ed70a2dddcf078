import type { ChosenNames } from './name-sets.ts';
import { shortestOrigin } from './origin-space.ts';
import type { RequestSpace } from './request-space.ts';
import { sameRules } from './shortest-text.ts';
import { rulesOf, type TextClass } from './text-classes.ts';

/**
 * A request that proves something. Sent as a preflight it has these values in `Origin`,
 * `Access-Control-Request-Method` and, joined by commas, `Access-Control-Request-Headers`. One that needs no preflight
 * (Fetch, "CORS-safelisted method" and "CORS-safelisted request-header") is the actual request itself.
 */
export interface Witness {
  readonly origin: string;
  readonly method: string;
  /** Names in lower case, sorted, as browsers send them. */
  readonly headers: readonly string[];
  /** Whether a page in a browser can send it. When it is false, none can send any request that proves the same. */
  readonly browser: boolean;
}

/** Requests that prove something: of an origin of the class, with the method and the names. There may be no such origin. */
export interface Candidate {
  readonly origins: TextClass;
  readonly method: string;
  readonly names: ChosenNames;
}

/**
 * The plainest request of the candidates: one that browsers send, if any; of those one with fewest names, and then
 * with a shortest origin. Undefined when no candidate has an origin.
 */
export function witnessOf(space: RequestSpace, candidates: readonly Candidate[]): Witness | undefined {
  let fallback: Witness | undefined;
  for (const alike of byPlainness(candidates)) {
    const found = shortestOrigin(
      space.origins,
      alike.map(({ origins }) => origins),
    );
    if (!found) continue;
    const rules = rulesOf(space.origins, found.origin);
    const candidate = alike.find(({ origins }) => sameRules(origins.rules, rules));
    if (!candidate) continue;
    const { method, names } = candidate;
    const browser = found.browser && names.settable;
    const witness = { origin: found.origin, method, headers: [...names.names].sort(), browser };
    if (browser) return witness;
    fallback ??= witness;
  }
  return fallback;
}

/** In groups with the same number of names, those that a page can set first. */
function byPlainness(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const groups = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const { names, settable } = candidate.names;
    const rank = settable ? names.length : 1e6 + names.length;
    const group = groups.get(rank);
    if (group) group.push(candidate);
    else groups.set(rank, [candidate]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
