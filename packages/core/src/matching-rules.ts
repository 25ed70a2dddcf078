import type { CompiledPolicy } from './compile.ts';
import { COMMA, isToken, listElements, visitElements } from './field-name.ts';
import { buildNameAutomaton, followNames, type NameAutomaton } from './name-automaton.ts';
import { originLookupKey } from './origin-pattern.ts';
import { lookup, type PatternIndex } from './pattern-index.ts';
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

/** Longer than what browsers send: a list that is worth a table. */
const LONG_LIST = 512;

/** Made when the first long list comes; `undefined` where there can be none. */
const automata = new WeakMap<PatternIndex, NameAutomaton | undefined>();

/**
 * The rules that allow every name of the list; undefined when there is no name. A name that is no token is allowed by
 * no rule, `*` included.
 */
export function rulesForHeaders(policy: CompiledPolicy, list: string): RuleSet | undefined {
  const { headers } = policy;
  if (list.length < LONG_LIST) return rulesForNames(policy, list);
  if (!automata.has(headers)) automata.set(headers, buildNameAutomaton(headers));
  const automaton = automata.get(headers);
  return automaton ? followNames(automaton, list) : rulesForNames(policy, list);
}

/**
 * Name by name. A hostile list costs little: a name that repeats the one before it is passed over, none is looked up
 * once all rules that are left allow any, and a set is made only when one becomes smaller.
 */
export function rulesForNames(policy: CompiledPolicy, list: string): RuleSet | undefined {
  const { headers } = policy;
  let rules: RuleSet | undefined;
  let anyLeft = false;
  visitElements(list, (from, to, form) => {
    if (form === 'no-name') {
      rules = emptyRuleSet(policy.rules.length);
      return list.length;
    }
    if (anyLeft) return to;
    const name = list.slice(from, to);
    const allowing = lookup(headers, form === 'lower-case' ? name : name.toLowerCase());
    if (!rules || !isWithin(rules, allowing)) {
      rules = rules ? intersection(rules, allowing) : allowing;
      if (isEmpty(rules)) return list.length;
      anyLeft = isWithin(rules, headers.any);
    }
    return afterRepetitions(list, name, to);
  });
  return rules;
}

/** Where the element ends that is the last of those which repeat `name`, an element that ends at `end`. */
function afterRepetitions(list: string, name: string, end: number): number {
  const step = name.length + 1;
  let last = end;
  while (
    list.charCodeAt(last) === COMMA &&
    list.charCodeAt(last + step) === COMMA &&
    list.startsWith(name, last + 1)
  ) {
    last += step;
  }
  return last;
}

/** Whether a rule allows a requested header. A name that is no token is allowed by no rule, `*` included. */
export function allowsHeader(policy: CompiledPolicy, rule: number, name: string): boolean {
  return isToken(name) && hasRule(lookup(policy.headers, name.toLowerCase()), rule);
}
