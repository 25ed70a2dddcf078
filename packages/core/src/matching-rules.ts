import type { CompiledPolicy } from './compile.ts';
import { hasOnlyNames, isToken, listElements, visitDistinctElements, visitElements } from './field-name.ts';
import { originLookupKey } from './origin-pattern.ts';
import { lookup } from './pattern-index.ts';
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

/** Undefined when no rule can allow the origin. It is for the caller to ask `isSingleOrigin` first. */
export function rulesForOrigin(policy: CompiledPolicy, origin: string): RuleSet | undefined {
  const key = originLookupKey(origin, policy.profile.origins);
  return key === undefined ? undefined : lookup(policy.origins, key);
}

export function rulesForMethod(policy: CompiledPolicy, method: string): RuleSet {
  return policy.methods.get(method) ?? policy.anyMethod;
}

/** The methods that `Access-Control-Request-Method` stands for. */
export function requestedMethods(profile: Profile, requestMethod: string): readonly string[] {
  return profile.methods.requested === 'list' ? listElements(requestMethod) : [requestMethod];
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
 */
export function rulesForHeaders(policy: CompiledPolicy, list: string): RuleSet | undefined {
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
