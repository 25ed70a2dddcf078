import { addRule, emptyRuleSet, type RuleSet, union } from './rule-set.ts';

/** All prefixes of wildcards in order, so that those which begin with one of them follow it: a prefix is its number here. */
export interface PrefixOrder {
  readonly numbers: ReadonlyMap<string, number>;
  /** The first number behind those that begin with the prefix. */
  readonly ends: readonly number[];
}

export function orderPrefixes(prefixes: Iterable<string>): PrefixOrder {
  const sorted = [...new Set(prefixes)].sort();
  const ends = sorted.map(() => sorted.length);
  const open: number[] = [];
  sorted.forEach((prefix, number) => {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if (prefix.startsWith(sorted[last] ?? '')) break;
      ends[last] = number;
      open.pop();
    }
    open.push(number);
  });
  return { numbers: new Map(sorted.map((prefix, number) => [prefix, number])), ends };
}

/** A prefix beside one suffix. */
export interface PrefixEntry {
  readonly length: number;
  /** The rules that have a wildcard of this prefix. */
  readonly own: RuleSet;
  /** Those of this prefix and of all that it begins with. */
  readonly all: RuleSet;
  /** The longest other prefix that it begins with. */
  readonly shorter: PrefixEntry | undefined;
}

/** The prefixes beside one suffix: from the number of any prefix to the longest of them that it begins with. */
export interface PrefixSets {
  /** Ascending numbers from which on the entries are others. */
  readonly starts: readonly number[];
  readonly entries: readonly (PrefixEntry | undefined)[];
}

/** @param rulesOf the rules that have each prefix beside the suffix, by rule */
export function buildPrefixSets(
  rulesOf: ReadonlyMap<string, readonly number[]>,
  { numbers, ends }: PrefixOrder,
  ruleCount: number,
): PrefixSets {
  const starts: number[] = [];
  const entries: (PrefixEntry | undefined)[] = [];
  const begin = (number: number, entry: PrefixEntry | undefined): void => {
    // Nothing lies between an end and a beginning, or another end, at the same place.
    if (starts.at(-1) === number) entries[entries.length - 1] = entry;
    else {
      starts.push(number);
      entries.push(entry);
    }
  };
  const open: { readonly entry: PrefixEntry; readonly end: number }[] = [];
  const closeBefore = (number: number): void => {
    for (let last = open.at(-1); last && last.end <= number; last = open.at(-1)) {
      open.pop();
      begin(last.end, open.at(-1)?.entry);
    }
  };
  const inOrder = [...rulesOf].map(([prefix, rules]) => ({
    prefix,
    rules,
    number: numbers.get(prefix) ?? 0,
  }));
  for (const { prefix, rules, number } of inOrder.sort((a, b) => a.number - b.number)) {
    closeBefore(number);
    const shorter = open.at(-1)?.entry;
    const own = emptyRuleSet(ruleCount);
    for (const rule of rules) addRule(own, rule);
    const all = shorter ? union(shorter.all, own) : own;
    const entry = { length: prefix.length, own, all, shorter };
    begin(number, entry);
    open.push({ entry, end: ends[number] ?? 0 });
  }
  closeBefore(Number.POSITIVE_INFINITY);
  return { starts, entries };
}

/** The longest prefix beside the suffix that the prefix of this number begins with. */
export function longestPrefix({ starts, entries }: PrefixSets, number: number): PrefixEntry | undefined {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}
