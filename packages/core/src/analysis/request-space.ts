import type { CompiledPolicy } from '../compile.ts';
import type { CompiledRule } from '../compiled-rule.ts';
import { listElements } from '../field-name.ts';
import { parseHeaderPattern } from '../header-pattern.ts';
import { lookupMethod, namedMethods } from '../method-index.ts';
import type { Pattern } from '../pattern.ts';
import { emptyRuleSet, hasRule, intersection, type RuleSet } from '../rule-set.ts';
import { type AnswerFacts, compareAnswers } from './answer-facts.ts';
import type { Budget } from './budget.ts';
import { type NameSet, type NameSets, nameSets } from './name-sets.ts';
import { originClasses, originSpace } from './origin-space.ts';
import type { TextClass, TextSpace } from './text-classes.ts';

/**
 * All requests there are, as policies tell them apart: origins by class, methods, and sets of header names. A request
 * names one method, also where a service takes a list of them: it answers those of a list one by one.
 */
export interface RequestSpace {
  readonly origins: TextSpace;
  readonly originClasses: readonly TextClass[];
  readonly methods: readonly string[];
  readonly names: NameSets;
  /** The names of response headers, as the rules of all policies tell them apart. */
  readonly exposedNames: NameSets;
  readonly sides: readonly Side[];
  readonly budget: Budget;
}

/** What one policy makes of requests. */
export interface Side {
  readonly policy: CompiledPolicy;
  /**
   * For each rule the names with which it admits a request of an origin and a method that it allows: those that a
   * page may send after the answer.
   */
  readonly admitted: readonly NameSet[];
  readonly facts: AnswerFacts;
}

/** @throws when the policies cost more than the budget: call it inside {@link withinBudget} */
export function newRequestSpace(policies: readonly CompiledPolicy[], budget: Budget): RequestSpace {
  const origins = originSpace(policies, budget);
  const lists = policies.map(policy => [
    answeredNames(policy),
    ...policy.rules.map(rule => takenNames(policy, rule)),
  ]);
  const names = nameSets(lists.flat(), budget);
  const answers = compareAnswers(policies, budget);
  let from = 0;
  const sides = policies.map((policy, index) => {
    const count = lists[index]?.length ?? 0;
    const [answered, ...taken] = names.sets.slice(from, from + count);
    from += count;
    return {
      policy,
      admitted: taken.map(set => (answered ? intersection(set, answered) : set)),
      facts: answers.facts[index] ?? { preflight: [], actual: [], exposed: [] },
    };
  });
  return {
    origins,
    originClasses: originClasses(origins),
    methods: methodsOf(policies),
    names,
    exposedNames: answers.names,
    sides,
    budget,
  };
}

const ANY_NAME: readonly Pattern[] = [{ kind: 'any' }];

/** The names that an answer can allow, whatever the rule. */
function answeredNames({ profile }: CompiledPolicy): readonly Pattern[] {
  const { allowHeaders } = profile.answers;
  if (allowHeaders.kind !== 'fixed') return ANY_NAME;
  return listElements(allowHeaders.value).map(name => ({ kind: 'exact', text: name.toLowerCase() }));
}

/** The names that can be requested of a rule without it refusing them or leaving them out of the answer. */
function takenNames({ profile }: CompiledPolicy, { source }: CompiledRule): readonly Pattern[] {
  const { headers } = profile;
  switch (headers.unlisted) {
    case 'ignore':
      return ANY_NAME;
    case 'next-rule':
    case 'refuse':
    case 'filter':
      return source.allowedHeaders.flatMap(name => {
        const pattern = parseHeaderPattern(name, headers);
        return pattern.kind === 'invalid' ? [] : [pattern];
      });
    default:
      return headers.unlisted satisfies never;
  }
}

/** The plainest first; of methods that no rule names, the first stands for all. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'MERGE', 'PROPFIND'];

function methodsOf(policies: readonly CompiledPolicy[]): readonly string[] {
  const named = new Set(policies.flatMap(policy => [...namedMethods(policy.methods)]));
  let other = METHODS.find(method => !named.has(method)) ?? 'OTHER';
  while (named.has(other)) other += 'X';
  return [
    ...METHODS.filter(method => named.has(method)),
    ...[...named].filter(method => !METHODS.includes(method)),
    other,
  ];
}

/** The rules of one side that allow an origin of the class and the method. */
export function rulesFor(space: RequestSpace, side: number, { rules }: TextClass, method: string): RuleSet {
  const policy = space.sides[side]?.policy;
  if (!policy) return emptyRuleSet(0);
  const byMethod = lookupMethod(policy.methods, method);
  const from = space.origins.offsets[side] ?? 0;
  return intersection(byMethod, rules.slice(from, from + byMethod.length));
}

/**
 * Of the rules that allow an origin and a method those that can decide, in order. Where a rule that does not allow a
 * requested header is passed over, each decides for the names that those before it do not all have.
 */
export function deciders(side: Side, rules: RuleSet): readonly number[] {
  const indexes = rulesIn(side, rules);
  return side.policy.profile.headers.unlisted === 'next-rule' ? indexes : indexes.slice(0, 1);
}

/** The rules of a set, in order. */
export function rulesIn({ policy }: Side, rules: RuleSet): readonly number[] {
  return policy.rules.flatMap((_, rule) => (hasRule(rules, rule) ? [rule] : []));
}

/** The names with which a rule admits requests. */
export function namesOf({ admitted }: Side, rule: number): RuleSet {
  return admitted[rule] ?? [];
}
