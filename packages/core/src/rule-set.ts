/**
 * A set of rules of one policy, by index: bit `i % 32` of word `i >> 5`, each a signed integer. Its length is the
 * policy's. A plain array, for a typed one of a few words takes several times the memory, and longer to make.
 */
export type RuleSet = number[];

export function emptyRuleSet(ruleCount: number): RuleSet {
  const set = [0];
  for (let rule = 32; rule < ruleCount; rule += 32) set.push(0);
  return set;
}

export function addRule(set: RuleSet, rule: number): void {
  set[rule >> 5] = (set[rule >> 5] ?? 0) | (1 << (rule & 31));
}

export function hasRule(set: RuleSet, rule: number): boolean {
  return (((set[rule >> 5] ?? 0) >>> (rule & 31)) & 1) === 1;
}

export function union(a: RuleSet, b: RuleSet): RuleSet {
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) | (b[i] ?? 0);
  return result;
}

export function intersection(a: RuleSet, b: RuleSet): RuleSet {
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) & (b[i] ?? 0);
  return result;
}

/** Whether every rule of `part` is in `whole`. */
export function isWithin(part: RuleSet, whole: RuleSet): boolean {
  for (let i = 0; i < part.length; i++) if (((part[i] ?? 0) & ~(whole[i] ?? 0)) !== 0) return false;
  return true;
}

export function isEmpty(set: RuleSet): boolean {
  for (const word of set) if (word !== 0) return false;
  return true;
}

export const NONE = -1;

/** The lowest rule that is in every one of the sets; `NONE` when there is no such rule. */
export function firstCommonRule(a: RuleSet, b: RuleSet, c: RuleSet = b): number {
  for (let i = 0; i < a.length; i++) {
    const word = (a[i] ?? 0) & (b[i] ?? 0) & (c[i] ?? 0);
    if (word !== 0) return i * 32 + 31 - Math.clz32(word & -word);
  }
  return NONE;
}
