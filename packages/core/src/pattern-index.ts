import { type AffixTree, affixNode, newAffixTree, visitAffixes } from './affix-tree.ts';
import { fitsBetween, type Pattern, type WildcardExtent } from './pattern.ts';
import { addRule, emptyRuleSet, isEmpty, type RuleSet, union } from './rule-set.ts';

/**
 * From a text to the rules of which a pattern matches it. Texts that are named outright are one hash lookup, with the
 * wildcards that match them counted in already; for the others the wildcards are found by their suffix and then
 * their prefix. Neither grows with the number of rules.
 */
export interface PatternIndex {
  readonly exact: ReadonlyMap<string, RuleSet>;
  /** By suffix, then by prefix. Undefined when there is no wildcard. */
  readonly wildcards: AffixTree<AffixTree<RuleSet>> | undefined;
  readonly any: RuleSet;
  readonly extent: WildcardExtent;
}

export function buildPatternIndex(
  patternsByRule: readonly (readonly Pattern[])[],
  extent: WildcardExtent,
): PatternIndex {
  const ruleCount = patternsByRule.length;
  const any = emptyRuleSet(ruleCount);
  const named = new Map<string, RuleSet>();
  let wildcards: AffixTree<AffixTree<RuleSet>> | undefined;
  patternsByRule.forEach((patterns, rule) => {
    for (const pattern of patterns) {
      switch (pattern.kind) {
        case 'any':
          addRule(any, rule);
          break;
        case 'exact': {
          const set = named.get(pattern.text) ?? emptyRuleSet(ruleCount);
          addRule(set, rule);
          named.set(pattern.text, set);
          break;
        }
        case 'wildcard': {
          wildcards ??= newAffixTree('backward');
          const bySuffix = affixNode(wildcards, pattern.suffix);
          bySuffix.value ??= newAffixTree('forward');
          const byPrefix = affixNode(bySuffix.value, pattern.prefix);
          byPrefix.value ??= emptyRuleSet(ruleCount);
          addRule(byPrefix.value, rule);
          break;
        }
        default:
          pattern satisfies never;
      }
    }
  });
  const index: PatternIndex = { exact: named, wildcards, any, extent };
  if (wildcards || !isEmpty(any)) {
    for (const [text, set] of named) named.set(text, union(set, lookupUnnamed(index, text)));
  }
  if (named.size >= WORTH_SHARING) {
    const shared = new Map<string, RuleSet>();
    for (const [text, set] of named) named.set(text, share(shared, set));
  }
  return index;
}

/** To share sets takes longer than to make them: with fewer texts it does not pay. */
const WORTH_SHARING = 16;

/** Equal sets as one object: thousands of origins of one rule then hold one set. */
function share(sets: Map<string, RuleSet>, set: RuleSet): RuleSet {
  const key = set.join();
  const known = sets.get(key);
  if (!known) sets.set(key, set);
  return known ?? set;
}

/** The rules of which a pattern matches `text`. The result is shared: do not change it. */
export function lookup(index: PatternIndex, text: string): RuleSet {
  return index.exact.get(text) ?? lookupUnnamed(index, text);
}

/** As `lookup`, for a text that is known not to be in `index.exact`. */
export function lookupUnnamed(index: PatternIndex, text: string): RuleSet {
  if (!index.wildcards) return index.any;
  let found: RuleSet | undefined;
  visitAffixes(index.wildcards, text, (byPrefix, suffixLength) => {
    visitAffixes(byPrefix, text, (rules, prefixLength) => {
      if (!fitsBetween(text, prefixLength, suffixLength, index.extent)) return;
      found = found ? union(found, rules) : rules;
    });
  });
  if (!found) return index.any;
  return isEmpty(index.any) ? found : union(found, index.any);
}
