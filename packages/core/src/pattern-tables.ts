import { type AffixTree, affixNode, newAffixTree, visitAffixes } from './affix-tree.ts';
import { hostStart, type Pattern, type WildcardExtent } from './pattern.ts';
import { buildPrefixSets, longestPrefix, orderPrefixes, type PrefixSets } from './prefix-sets.ts';
import { addRule, emptyRuleSet, isEmpty, isWithin, type RuleSet, union } from './rule-set.ts';

/**
 * Patterns in an order in which those that match a text are found without asking each. Texts that are named outright are
 * one hash lookup, with the wildcards that match them counted in already. For the others the prefixes of wildcards that
 * they have are found once, and then their suffixes, each of which knows the longest prefix that goes with it. Neither
 * grows with the number of rules, nor with the wildcards that are nested in one another.
 */
export interface PatternTables {
  readonly exact: ReadonlyMap<string, RuleSet>;
  /** Undefined when there is no wildcard. */
  readonly wildcards: WildcardIndex | undefined;
  readonly any: RuleSet;
  readonly extent: WildcardExtent;
}

interface WildcardIndex {
  /** All prefixes, by their numbers. */
  readonly prefixes: AffixTree<number>;
  readonly suffixes: AffixTree<PrefixSets>;
}

/** @param any the rules that match whatever is asked */
export function buildPatternTables(
  patternsByRule: readonly (readonly Pattern[])[],
  any: RuleSet,
  extent: WildcardExtent,
): PatternTables {
  const ruleCount = patternsByRule.length;
  const named = new Map<string, RuleSet>();
  const bySuffix = new Map<string, Map<string, number[]>>();
  patternsByRule.forEach((patterns, rule) => {
    for (const pattern of patterns) {
      switch (pattern.kind) {
        case 'any':
          break;
        case 'exact': {
          const set = named.get(pattern.text) ?? emptyRuleSet(ruleCount);
          addRule(set, rule);
          named.set(pattern.text, set);
          break;
        }
        case 'wildcard': {
          const byPrefix = bySuffix.get(pattern.suffix) ?? new Map<string, number[]>();
          bySuffix.set(pattern.suffix, byPrefix);
          const rules = byPrefix.get(pattern.prefix) ?? [];
          byPrefix.set(pattern.prefix, rules);
          rules.push(rule);
          break;
        }
        default:
          pattern satisfies never;
      }
    }
  });
  const wildcards = bySuffix.size > 0 ? indexWildcards(bySuffix, ruleCount) : undefined;
  const tables: PatternTables = { exact: named, wildcards, any, extent };
  if (wildcards || !isEmpty(any)) {
    for (const [text, set] of named) named.set(text, union(set, lookupUnnamed(tables, text)));
  }
  if (named.size >= WORTH_SHARING) {
    const shared = new Map<string, RuleSet>();
    for (const [text, set] of named) named.set(text, share(shared, set));
  }
  return tables;
}

function indexWildcards(
  bySuffix: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>,
  ruleCount: number,
): WildcardIndex {
  const order = orderPrefixes([...bySuffix.values()].flatMap(byPrefix => [...byPrefix.keys()]));
  const prefixes = newAffixTree<number>('forward');
  for (const [prefix, number] of order.numbers) affixNode(prefixes, prefix).value = number;
  const suffixes = newAffixTree<PrefixSets>('backward');
  for (const [suffix, byPrefix] of bySuffix) {
    affixNode(suffixes, suffix).value = buildPrefixSets(byPrefix, order, ruleCount);
  }
  return { prefixes, suffixes };
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

/** As `lookup` of an index. */
export function lookupInTables(tables: PatternTables, text: string): RuleSet {
  return tables.exact.get(text) ?? lookupUnnamed(tables, text);
}

/** As `lookupInTables`, for a text that is known not to be in `exact`. */
function lookupUnnamed({ wildcards, any, extent }: PatternTables, text: string): RuleSet {
  if (!wildcards) return any;
  const numbers: number[] = [];
  const lengths: number[] = [];
  visitAffixes(wildcards.prefixes, text, (number, length) => {
    numbers.push(number);
    lengths.push(length);
  });
  let found: RuleSet | undefined;
  let longest = numbers.length - 1;
  if (longest < 0) return any;
  const least = extent === 'host' ? 1 : 0;
  visitAffixes(wildcards.suffixes, text, (prefixes, suffixLength) => {
    const end = text.length - suffixLength;
    // A longer suffix leaves no more room for a prefix than the one before it.
    while (longest >= 0 && (lengths[longest] ?? 0) + least > end) longest--;
    if (longest < 0) return;
    let entry = longestPrefix(prefixes, numbers[longest] ?? 0);
    if (extent === 'anything') {
      if (entry) found = withRules(found, entry.all);
      return;
    }
    for (const from = hostStart(text, end); entry && entry.length >= from; entry = entry.shorter) {
      found = withRules(found, entry.own);
    }
  });
  if (!found) return any;
  return isEmpty(any) ? found : union(found, any);
}

function withRules(found: RuleSet | undefined, rules: RuleSet): RuleSet {
  if (!found) return rules;
  return isWithin(rules, found) ? found : union(found, rules);
}
