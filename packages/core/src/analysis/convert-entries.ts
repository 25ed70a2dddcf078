import type { PolicyPath } from '../diagnostic.ts';
import { matchesHeader, parseHeaderPattern } from '../header-pattern.ts';
import { canonicalUrlOrigin } from '../origin.ts';
import { parseOriginPattern } from '../origin-pattern.ts';
import type { Rule } from '../policy.ts';
import type { Profile } from '../profile.ts';
import type { Budget } from './budget.ts';
import type { Loss } from './loss.ts';
import { isBrowserOrigin } from './origin-shape.ts';
import { findOrigin, type OriginSet, originSet } from './origin-space.ts';

/** From which service to which, and where losses are noted. */
export interface Conversion {
  readonly from: Profile;
  readonly to: Profile;
  /** What to do with a rule that would allow more headers than it did: leave it out, or let it. */
  readonly inexpressible: 'leave-out' | 'widen';
  readonly losses: Loss[];
  readonly budget: Budget;
}

/** The origins of a rule as the other service writes them; none that lets a browser in which was not let in. */
export function convertOrigins(rule: Rule, path: PolicyPath, conversion: Conversion): readonly string[] {
  const { from, to, losses, budget } = conversion;
  const before = originSet(rule.allowedOrigins, from.origins);
  const converted: string[] = [];
  rule.allowedOrigins.forEach((entry, index) => {
    const at = [...path, 'allowedOrigins', index];
    const own = originSet([entry], from.origins);
    const candidates = originCandidates(entry, own, conversion);
    const fitting = candidates.filter(candidate => {
      const wider = browserOnly([originSet([candidate], to.origins), before], budget);
      if (wider !== undefined)
        losses.push({ path: at, code: 'origin-would-widen', value: entry, example: wider });
      return wider === undefined;
    });
    if (candidates.length === 0) losses.push({ path: at, code: 'origin-not-expressible', value: entry });
    converted.push(...fitting);
    if (fitting.length === 0) return;
    const missing = browserOnly([own, originSet(fitting, to.origins)], budget);
    if (missing !== undefined)
      losses.push({ path: at, code: 'origin-narrowed', value: entry, example: missing });
  });
  return [...new Set(converted)];
}

/** An origin that browsers send and that is in the first set and not in the second. */
export function browserOnly(sets: readonly [OriginSet, OriginSet], budget: Budget): string | undefined {
  const found = findOrigin(sets, ([inFirst, inSecond]) => inFirst === true && inSecond !== true, budget);
  return found?.browser ? found.origin : undefined;
}

/** The entry, and where the `*` no longer stands for nothing, the origin without it. */
function originCandidates(entry: string, own: OriginSet, { from, to }: Conversion): readonly string[] {
  const text = from.origins.compare === 'url' ? (canonicalUrlOrigin(entry) ?? entry) : entry;
  const readable = (candidate: string) =>
    parseOriginPattern(candidate, to.origins).kind !== 'invalid' &&
    candidate.length <= (to.limits.entryLength ?? candidate.length);
  const [pattern] = own.patterns;
  const isNarrower = from.origins.wildcard === 'anywhere' && to.origins.wildcard !== 'anywhere';
  const bare = pattern?.kind === 'wildcard' && isNarrower ? pattern.prefix + pattern.suffix : '';
  return [...(isBrowserOrigin(bare) ? [bare] : []), text].filter(readable);
}

/** The methods of a rule that the other service knows. */
export function convertMethods(
  rule: Rule,
  path: PolicyPath,
  { from, to, losses }: Conversion,
): readonly string[] {
  const converted = rule.allowedMethods.flatMap((method, index) => {
    const at = [...path, 'allowedMethods', index];
    if (method === '*' && from.methods.any) {
      if (to.methods.any) return [method];
      losses.push({ path: at, code: 'methods-listed', value: method });
      return to.methods.known;
    }
    if (to.methods.known.includes(method)) return [method];
    losses.push({ path: at, code: 'method-not-supported', value: method });
    return [];
  });
  return [...new Set(converted)];
}

/** The names that a rule of the first service allows, as entries. */
export function allowedNames(rule: Rule, { answers }: Profile): readonly string[] {
  const { allowHeaders } = answers;
  return allowHeaders.kind === 'fixed' ? allowHeaders.value.split(',') : rule.allowedHeaders;
}

/** Of the names those that the other service can write, each once and as many as it takes. */
export function convertHeaders(
  names: readonly string[],
  list: PolicyPath,
  { to, losses }: Conversion,
): readonly string[] {
  const { entryLength, headersPerList } = to.limits;
  const counts = { literal: 0, wildcard: 0 };
  const seen = new Set<string>();
  return names.filter((name, index) => {
    if (seen.has(name.toLowerCase())) return false;
    seen.add(name.toLowerCase());
    const pattern = parseHeaderPattern(name, to.headers);
    const at = [...list, index];
    if (pattern.kind === 'invalid') {
      losses.push({ path: at, code: 'header-not-expressible', value: name });
      return false;
    }
    const form = pattern.kind === 'wildcard' ? 'wildcard' : 'literal';
    if (pattern.kind !== 'any') counts[form]++;
    const fits =
      counts[form] <= (headersPerList?.[form] ?? counts[form]) && name.length <= (entryLength ?? name.length);
    if (!fits) losses.push({ path: at, code: 'limit', value: name });
    return fits;
  });
}

/**
 * What the other service exposes of the same names. A `*` is a letter like others where lists are sent as they stand,
 * and a wildcard where they are matched with the response: it is carried over to its like only.
 */
export function convertExposed(rule: Rule, path: PolicyPath, conversion: Conversion): readonly string[] {
  const { from, to, losses } = conversion;
  const list = [...path, 'exposeHeaders'];
  if (rule.exposeHeaders.length === 0) return [];
  if (!to.fields.includes('exposeHeaders')) {
    losses.push({ path: list, code: 'field-not-supported', value: 'exposeHeaders' });
    return [];
  }
  const before = from.answers.exposeHeaders;
  if (before.kind === to.answers.exposeHeaders.kind)
    return convertHeaders(rule.exposeHeaders, list, conversion);
  const literal = rule.exposeHeaders.filter((name, index) => {
    if (!name.includes('*')) return true;
    losses.push({ path: [...list, index], code: 'header-not-expressible', value: name });
    return false;
  });
  const matched = before.kind === 'rule' ? [] : before.always.filter(name => isMatched(name, rule, from));
  const lower = literal.map(name => name.toLowerCase());
  return convertHeaders(
    [...literal, ...matched.filter(name => !lower.includes(name.toLowerCase()))],
    list,
    conversion,
  );
}

function isMatched(name: string, rule: Rule, { headers }: Profile): boolean {
  return rule.exposeHeaders.some(entry => {
    const pattern = parseHeaderPattern(entry, headers);
    return pattern.kind !== 'invalid' && matchesHeader(pattern, name.toLowerCase());
  });
}

/** The age that preflight answers have now, as near as the other service can say it; undefined: it says its own. */
export function convertMaxAge(
  rule: Rule,
  path: PolicyPath,
  { from, to, losses }: Conversion,
): number | undefined {
  const { maxAge } = from.answers;
  const now = maxAge.kind === 'fixed' ? maxAge.seconds : (rule.maxAgeSeconds ?? maxAge.whenUnset);
  const { max, required } = to.limits.maxAgeSeconds;
  const taken = to.fields.includes('maxAgeSeconds');
  const wanted = now ?? (required ? UNSET_SECONDS : undefined);
  const written = taken && wanted !== undefined ? Math.min(wanted, max) : undefined;
  const then =
    to.answers.maxAge.kind === 'fixed' ? to.answers.maxAge.seconds : (written ?? to.answers.maxAge.whenUnset);
  if (then !== now)
    losses.push({
      path: [...path, 'maxAgeSeconds'],
      code: 'max-age-changed',
      ...(now !== undefined && { value: now }),
    });
  return written;
}

/** What a browser takes an age to be that is absent (Fetch, "CORS-preflight fetch"). */
const UNSET_SECONDS = 5;
