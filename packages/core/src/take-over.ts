import type { Entries } from './candidate-change.ts';
import type { CompiledPolicy } from './compile.ts';
import { type CompiledRule, readOrigins } from './compiled-rule.ts';
import { allowsHeader, rulesForMethods } from './matching-rules.ts';
import { originExtent } from './origin-pattern.ts';
import { matchesPattern, type Pattern, type WildcardExtent } from './pattern.ts';
import { lookup } from './pattern-index.ts';
import { hasRule, type RuleSet } from './rule-set.ts';

/**
 * Whether a rule may come to answer requests that a later rule answers when entries are added to it: whether a later
 * rule has an origin, a method and, where headers choose the rule, an added header in common with what it allows then.
 * That an earlier rule answers those requests already is not looked for. `byOrigin` are the rules that allow the origin
 * that is added, if one is.
 */
export function takesOver(
  policy: CompiledPolicy,
  index: number,
  added: Entries,
  byOrigin: RuleSet | undefined,
): boolean {
  const rule = policy.rules[index];
  if (!rule) return false;
  const addsOrigin = added.allowedOrigins.length > 0;
  const byAddedMethod = rulesForMethods(policy, added.allowedMethods);
  const addedHeaders = policy.profile.headers.unlisted === 'next-rule' ? added.allowedHeaders : [];
  const patterns = readOrigins(rule.source.allowedOrigins, policy.profile);
  return policy.rules.some((later, k) => {
    if (k <= index) return false;
    const hasAddedOrigin = addsOrigin && byOrigin !== undefined && hasRule(byOrigin, k);
    const hasMethod = hasRule(byAddedMethod, k);
    const meetsMethod = hasMethod || sharesMethod(policy, rule, later);
    if (hasAddedOrigin && meetsMethod) return true;
    const hasHeader = meetsMethod && addedHeaders.some(name => allowsHeader(policy, k, name));
    return (hasMethod || hasHeader) && sharesOrigin(policy, patterns, later, k);
  });
}

function sharesMethod({ profile }: CompiledPolicy, a: CompiledRule, b: CompiledRule): boolean {
  if (profile.methods.any && (a.source.allowedMethods.includes('*') || b.source.allowedMethods.includes('*')))
    return true;
  return a.source.allowedMethods.some(method => b.source.allowedMethods.includes(method));
}

function sharesOrigin(
  policy: CompiledPolicy,
  patterns: readonly Pattern[],
  other: CompiledRule,
  index: number,
): boolean {
  const { profile, origins } = policy;
  let others: readonly Pattern[] | undefined;
  return patterns.some(pattern => {
    if (pattern.kind === 'exact') return hasRule(lookup(origins, pattern.text), index);
    others ??= readOrigins(other.source.allowedOrigins, profile);
    return others.some(each => overlap(pattern, each, originExtent(profile.origins)));
  });
}

/** Whether there is a text that both patterns stand for. */
function overlap(a: Pattern, b: Pattern, extent: WildcardExtent): boolean {
  if (a.kind === 'any' || b.kind === 'any') return true;
  if (a.kind === 'exact') return matchesPattern(b, a.text, extent);
  if (b.kind === 'exact') return matchesPattern(a, b.text, extent);
  const prefix = longer(a.prefix, b.prefix);
  const suffix = longer(a.suffix, b.suffix);
  // Most pairs end here, before a text is made.
  if (!suffix.endsWith(a.suffix) || !suffix.endsWith(b.suffix)) return false;
  // One more character between the two: if both patterns stand for any text, they do for this one.
  const text = `${prefix}x${suffix}`;
  return matchesPattern(a, text, extent) && matchesPattern(b, text, extent);
}

function longer(a: string, b: string): string {
  return a.length > b.length ? a : b;
}
