import type { Rule } from './policy.ts';
import type { Profile } from './profile.ts';
import { addRule, emptyRuleSet, type RuleSet } from './rule-set.ts';

/** From a method to the rules that allow it. As a `PatternIndex`, it makes its table when it is asked more than a few times. */
export interface MethodIndex {
  /** The rules that allow a method no rule names. */
  readonly any: RuleSet;
  readonly rules: readonly Rule[];
  /** How many methods were looked for in the rules. */
  scans: number;
  table: ReadonlyMap<string, RuleSet> | undefined;
}

const SCANS = 2;

export function newMethodIndex(rules: readonly Rule[], profile: Profile): MethodIndex {
  const any = emptyRuleSet(rules.length);
  rules.forEach(({ allowedMethods }, rule) => {
    if (allowedMethods.includes('*') && profile.methods.any) addRule(any, rule);
  });
  return { any, rules, scans: 0, table: undefined };
}

/** The rules that allow a method. The result is shared: do not change it. */
export function lookupMethod(index: MethodIndex, method: string): RuleSet {
  if (index.table || index.scans >= SCANS) {
    index.table ??= methodTable(index);
    return index.table.get(method) ?? index.any;
  }
  index.scans += 1;
  if (method === '*') return index.any;
  const found = index.any.slice();
  index.rules.forEach(({ allowedMethods }, rule) => {
    if (allowedMethods.includes(method)) addRule(found, rule);
  });
  return found;
}

/** The methods that rules name. */
export function namedMethods({ rules }: MethodIndex): ReadonlySet<string> {
  return new Set(rules.flatMap(({ allowedMethods }) => allowedMethods.filter(method => method !== '*')));
}

function methodTable({ any, rules }: MethodIndex): ReadonlyMap<string, RuleSet> {
  const table = new Map<string, RuleSet>();
  rules.forEach(({ allowedMethods }, rule) => {
    for (const method of allowedMethods) {
      if (method === '*') continue;
      const set = table.get(method) ?? any.slice();
      addRule(set, rule);
      table.set(method, set);
    }
  });
  return table;
}
