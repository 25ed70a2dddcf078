import { type AffixTree, affixNode, newAffixTree } from '../affix-tree.ts';
import { canonicalUrlOrigin } from '../origin.ts';
import type { Pattern, WildcardExtent } from '../pattern.ts';
import { lookup, newPatternIndex, type PatternIndex } from '../pattern-index.ts';
import { emptyRuleSet, type RuleSet, union } from '../rule-set.ts';
import { type Budget, spend } from './budget.ts';
import { overlaps } from './overlaps.ts';
import { type PrefixNode, prefixNodes } from './prefix-nodes.ts';

/** How one policy reads texts: the patterns of each of its rules, and what they match. */
export interface Reading {
  readonly patterns: readonly (readonly Pattern[])[];
  readonly extent: WildcardExtent;
  /** Texts are read as URLs: one that is no `http(s)://host[:port]` matches nothing. */
  readonly urlsOnly: boolean;
}

/**
 * Several readings side by side. Texts that match the same patterns are alike to all of them, so that what the
 * readings decide is known once it is known for one text of every class.
 *
 * Where a reading is of URLs, texts that have another canonical form (`HTTPS://A.com`, `https://a.com:443`) are left
 * out: no browser sends them, and that reading takes each for its canonical form.
 */
export interface TextSpace {
  readonly readings: readonly Reading[];
  /** Where the rules of each reading begin in a set of all rules, in words. */
  readonly offsets: readonly number[];
  readonly words: number;
  readonly indexes: readonly PatternIndex[];
  /** Texts that are named outright, sorted. */
  readonly exact: readonly string[];
  /** By suffix, the wildcards that end so. */
  readonly suffixes: AffixTree<SuffixNode>;
  readonly suffixNodes: readonly SuffixNode[];
  readonly budget: Budget;
}

export interface SuffixNode {
  readonly suffix: string;
  readonly wildcards: { readonly prefix: string; readonly reading: number; readonly rule: number }[];
}

/**
 * Where texts of a class are to be looked for: one text, or those that begin with a prefix and end with a suffix.
 */
export type Place =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'between';
      readonly prefix: string;
      readonly suffix: string;
      /** Sorted; `prefix` is one of them, or else stands for none of them. The text has no longer one of them. */
      readonly prefixes: readonly string[];
      /** Whether nothing may be in between, and whether all of what is must be characters of a host. */
      readonly filling: 'anything' | 'something' | 'host' | 'not-host';
      /** Whether the text is one that a reading of URLs can match. */
      readonly spelling: 'any' | 'url' | 'not-url';
    };

/** All texts for which the same rules of every reading have a matching pattern. There may be no such text. */
export interface TextClass {
  /** Of all readings, each from its offset on. */
  readonly rules: RuleSet;
  readonly places: Place[];
}

export function newTextSpace(readings: readonly Reading[], budget: Budget): TextSpace {
  const offsets: number[] = [];
  let words = 0;
  for (const { patterns } of readings) {
    offsets.push(words);
    words += emptyRuleSet(patterns.length).length;
  }
  const exact = new Set<string>();
  const suffixes = newAffixTree<SuffixNode>('backward');
  const suffixNodes: SuffixNode[] = [];
  readings.forEach(({ patterns }, reading) => {
    patterns.forEach((ofRule, rule) => {
      for (const pattern of ofRule) {
        if (pattern.kind === 'exact') exact.add(pattern.text);
        if (pattern.kind !== 'wildcard') continue;
        const node = affixNode(suffixes, pattern.suffix);
        if (!node.value) {
          node.value = { suffix: pattern.suffix, wildcards: [] };
          suffixNodes.push(node.value);
        }
        node.value.wildcards.push({ prefix: pattern.prefix, reading, rule });
      }
    });
  });
  const indexes = readings.map(({ patterns, extent }) => newPatternIndex(patterns, extent));
  const sorted = [...exact].sort();
  return { readings, offsets, words, indexes, exact: sorted, suffixes, suffixNodes, budget };
}

/** The rules of every reading that have a pattern which matches the text. */
export function rulesOf(space: TextSpace, text: string): RuleSet {
  // A long text can have as many prefixes and suffixes of wildcards as characters, and every pair of them is looked at.
  spend(space.budget, (text.length * text.length) >> 11);
  const rules = emptyRuleSet(space.words * 32);
  space.readings.forEach(({ urlsOnly }, reading) => {
    const index = space.indexes[reading];
    if (!index || (urlsOnly && !isCanonicalUrl(text))) return;
    const offset = space.offsets[reading] ?? 0;
    lookup(index, text).forEach((word, i) => {
      rules[offset + i] = word;
    });
  });
  return rules;
}

function isCanonicalUrl(text: string): boolean {
  return !text.includes('*') && canonicalUrlOrigin(text) === text;
}

/** Whether the space leaves the text out: see {@link TextSpace}. */
export function isLeftOut(space: TextSpace, text: string): boolean {
  if (!space.readings.some(({ urlsOnly }) => urlsOnly) || text.includes('*')) return false;
  const canonical = canonicalUrlOrigin(text);
  return canonical !== undefined && canonical !== text;
}

/**
 * The classes of all texts, at most one for each set of rules. A text that is no exact entry is of a class that follows
 * from the longest suffix of a wildcard that it has, and of the prefixes that stand before that suffix or a shorter
 * one the longest that it has; unless they overlap or leave nothing between them: those few texts are taken one by one.
 */
export function textClasses(space: TextSpace, also: readonly string[] = []): readonly TextClass[] {
  const classes = new Map<string, TextClass>();
  const add = (rules: RuleSet, place: Place) => {
    spend(space.budget, 1);
    const key = rules.join();
    const known = classes.get(key);
    if (known) known.places.push(place);
    else classes.set(key, { rules, places: [place] });
  };
  const seen = new Set<string>();
  const addText = (text: string) => {
    if (text === '' || seen.has(text) || isLeftOut(space, text)) return;
    seen.add(text);
    add(rulesOf(space, text), { kind: 'text', text });
  };
  for (const text of [...space.exact, ...also]) addText(text);

  const addBetween = (suffix: string, prefixes: readonly string[], node: PrefixNode | undefined) => {
    for (const { byWildcard, filling } of fillings(space, node)) {
      for (const { rules, spelling } of spellings(space, byWildcard)) {
        const prefix = node?.prefix ?? '';
        add(rules, { kind: 'between', prefix, suffix, prefixes, filling, spelling });
      }
    }
  };
  if (!space.suffixNodes.some(({ suffix }) => suffix === '')) addBetween('', [], undefined);
  for (const { suffix } of space.suffixNodes) {
    const nodes = prefixNodes(space, suffix);
    const prefixes = nodes.map(({ prefix }) => prefix);
    if (prefixes[0] !== '') addBetween(suffix, prefixes, undefined);
    for (const node of nodes) {
      addBetween(suffix, prefixes, node);
      addText(node.prefix + suffix);
      for (const text of overlaps(node.prefix, suffix, space.budget)) addText(text);
    }
  }
  return [...classes.values()];
}

export type Filling = Extract<Place, { readonly kind: 'between' }>['filling'];

/** The rules of wildcards that match, by what is between a prefix and a suffix; without a node, that is none. */
function fillings(
  space: TextSpace,
  node: PrefixNode | undefined,
): readonly { readonly byWildcard: RuleSet; readonly filling: Filling }[] {
  if (!node) return [{ byWildcard: emptyRuleSet(space.words * 32), filling: 'anything' }];
  const { anything, host } = node;
  if (space.readings.every(({ extent }) => extent === 'anything')) {
    return [{ byWildcard: anything, filling: 'something' }];
  }
  return [
    { byWildcard: union(anything, host), filling: 'host' },
    { byWildcard: anything, filling: 'not-host' },
  ];
}

type Spelling = Extract<Place, { readonly kind: 'between' }>['spelling'];

/** The rules by wildcards with those for any text added: for URLs, and for what a reading of URLs does not match. */
function spellings(
  space: TextSpace,
  byWildcard: RuleSet,
): readonly { readonly rules: RuleSet; readonly spelling: Spelling }[] {
  const asUrl = byWildcard.slice();
  const notUrl = emptyRuleSet(space.words * 32);
  space.readings.forEach(({ urlsOnly }, reading) => {
    const offset = space.offsets[reading] ?? 0;
    const any = space.indexes[reading]?.any ?? emptyRuleSet(0);
    for (let i = 0; i < any.length; i++) {
      asUrl[offset + i] = (asUrl[offset + i] ?? 0) | (any[i] ?? 0);
      notUrl[offset + i] = urlsOnly ? 0 : (asUrl[offset + i] ?? 0);
    }
  });
  if (!space.readings.some(({ urlsOnly }) => urlsOnly)) return [{ rules: asUrl, spelling: 'any' }];
  return [
    { rules: asUrl, spelling: 'url' },
    { rules: notUrl, spelling: 'not-url' },
  ];
}
