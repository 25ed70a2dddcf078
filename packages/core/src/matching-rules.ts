import { visitAffixes } from './affix-tree.ts';
import type { CompiledPolicy } from './compile.ts';
import { hasOnlyNames, isToken, listElements, visitDistinctElements, visitElements } from './field-name.ts';
import { beginAlike, type LongNameList, NONE as NO_NAME, nameOf, nextNewName } from './long-name-list.ts';
import { lookupMethod } from './method-index.ts';
import { originLookupKey } from './origin-pattern.ts';
import { lookup, type PatternIndex } from './pattern-index.ts';
import { longestPrefix } from './prefix-sets.ts';
import type { Profile } from './profile.ts';
import {
  emptyRuleSet,
  firstCommonRule,
  hasRule,
  intersection,
  isEmpty,
  isWithin,
  type RuleSet,
  union,
} from './rule-set.ts';

// What a rule allows. To decide and to explain a decision is to ask these.

/**
 * The rules that allow an origin which one of them names outright, in the form in which they are compared; undefined for
 * any other, and as long as there are no tables. What is named is one origin, and nothing else has to be asked about it:
 * nearly all that are allowed are found so.
 */
export function rulesForNamedOrigin(policy: CompiledPolicy, origin: string): RuleSet | undefined {
  return policy.origins.tables?.exact.get(origin);
}

/** Undefined when no rule can allow the origin. It is for the caller to ask `isSingleOrigin` first. */
export function rulesForOrigin(policy: CompiledPolicy, origin: string): RuleSet | undefined {
  const key = originLookupKey(origin, policy.profile.origins);
  return key === undefined ? undefined : lookup(policy.origins, key);
}

export function rulesForMethod(policy: CompiledPolicy, method: string): RuleSet {
  return lookupMethod(policy.methods, method);
}

/** The methods that `Access-Control-Request-Method` stands for. */
export function requestedMethods(profile: Profile, requestMethod: string): readonly string[] {
  const isList = profile.methods.requested === 'list' && !isToken(requestMethod);
  return isList ? listElements(requestMethod) : [requestMethod];
}

/** The rules that allow at least one of the methods. */
export function rulesForMethods(policy: CompiledPolicy, methods: readonly string[]): RuleSet {
  let rules: RuleSet | undefined;
  for (const method of methods) {
    const set = rulesForMethod(policy, method);
    rules = rules && rules !== set ? union(rules, set) : set;
  }
  return rules ?? emptyRuleSet(policy.rules.length);
}

/** The rule that answers a request without `Origin`, for services that do; `NONE` when there is no such rule. */
export function ruleWithoutOrigin(policy: CompiledPolicy, method: string): number {
  return firstCommonRule(policy.origins.any, rulesForMethod(policy, method));
}

/**
 * The rules that allow every name of the list; undefined when there is no name. A name that is no token is allowed by
 * no rule, `*` included. A hostile list costs little: names that come again are passed over, none is looked up once all
 * rules that are left allow any, and a set is made only when one becomes smaller.
 *
 * @param long the list, where it is such a one
 */
export function rulesForHeaders(
  policy: CompiledPolicy,
  list: string,
  long: LongNameList | undefined,
): RuleSet | undefined {
  if (long) {
    const found = rulesForLongList(policy, long);
    if (found !== 'unfinished') return found;
  }
  const { headers } = policy;
  let rules: RuleSet | undefined;
  let rest = list.length;
  visitDistinctElements(list, (from, to, form) => {
    if (form === 'no-name') {
      rules = emptyRuleSet(policy.rules.length);
      return list.length;
    }
    const name = list.slice(from, to);
    const allowing = lookup(headers, form === 'lower-case' ? name : name.toLowerCase());
    if (!rules || !isWithin(rules, allowing)) {
      rules = rules ? intersection(rules, allowing) : allowing;
      if (isEmpty(rules)) return list.length;
      if (isWithin(rules, headers.any)) {
        rest = to;
        return list.length;
      }
    }
    return to;
  });
  return rest < list.length && !hasOnlyNames(list.slice(rest)) ? emptyRuleSet(policy.rules.length) : rules;
}

/** `unfinished` where the list has too many names. */
function rulesForLongList(
  { headers }: CompiledPolicy,
  list: LongNameList,
): RuleSet | undefined | 'unfinished' {
  let rules: RuleSet | undefined;
  let covered = NO_NAME;
  let coveredLength = 0;
  for (let name = nextNewName(list); name !== NO_NAME; name = nextNewName(list)) {
    if (covered !== NO_NAME && beginAlike(name, covered, coveredLength)) continue;
    const text = nameOf(list, name);
    const allowing = lookup(headers, text);
    if (!rules || !isWithin(rules, allowing)) {
      rules = rules ? intersection(rules, allowing) : allowing;
      if (isEmpty(rules) || isWithin(rules, headers.any)) return rules;
    }
    const length = coveringPrefix(headers, text, rules);
    if (length === undefined) continue;
    covered = name;
    coveredLength = length;
  }
  return list.isWhole ? rules : 'unfinished';
}

/**
 * How long a prefix of the name is of which wildcards allow whatever begins with it, by all of the rules: such names need
 * not be looked up. Undefined when there is none.
 */
function coveringPrefix({ tables }: PatternIndex, name: string, rules: RuleSet): number | undefined {
  let covering: number | undefined;
  const wildcards = tables?.wildcards;
  if (!wildcards) return covering;
  visitAffixes(wildcards.suffixes, '', prefixes => {
    visitAffixes(wildcards.prefixes, name, number => {
      const entry = longestPrefix(prefixes, number);
      if (covering === undefined && entry && isWithin(rules, entry.all)) covering = entry.length;
    });
  });
  return covering;
}

/** Those of a list of requested headers that a rule allows, as they were sent. */
export interface AllowedNames {
  readonly names: readonly string[];
  /** Whether all elements of the list are among them. */
  readonly isAll: boolean;
  /** Whether none of them has a capital. */
  readonly isLowerCase: boolean;
}

/** Where a name that is not allowed makes the service refuse, none is looked at after it. */
export function namesAllowedBy(policy: CompiledPolicy, rule: number, list: string): AllowedNames {
  const names: string[] = [];
  let isAll = true;
  let isLowerCase = true;
  visitElements(list, (from, to, form) => {
    const name = list.slice(from, to);
    if (form === 'mixed-case') isLowerCase = false;
    if (form !== 'no-name') {
      const key = form === 'lower-case' ? name : name.toLowerCase();
      if (hasRule(lookup(policy.headers, key), rule)) {
        names.push(name);
        return to;
      }
    }
    isAll = false;
    return policy.profile.headers.unlisted === 'refuse' ? list.length : to;
  });
  return { names, isAll, isLowerCase };
}

/** Whether a rule allows a requested header. A name that is no token is allowed by no rule, `*` included. */
export function allowsHeader(policy: CompiledPolicy, rule: number, name: string): boolean {
  return isToken(name) && hasRule(lookup(policy.headers, name.toLowerCase()), rule);
}
