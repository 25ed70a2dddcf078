import { answersAny } from '../answer.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { CompiledRule } from '../compiled-rule.ts';
import { matchesHeader } from '../header-pattern.ts';
import type { Pattern } from '../pattern.ts';
import type { AnswerHeader } from '../profile.ts';
import { isEmpty, isWithin } from '../rule-set.ts';
import type { Budget } from './budget.ts';
import { type NameSet, type NameSets, nameSets, namesOutside } from './name-sets.ts';

/** The answer headers that are compared. The others say what is admitted, which is compared as such. */
export type ComparedHeader = Exclude<
  AnswerHeader,
  'Access-Control-Allow-Methods' | 'Access-Control-Allow-Headers'
>;

/** What a rule makes an answer say, as texts that are equal when it says the same; a header that is absent has none. */
export type RuleFacts = Readonly<Partial<Record<ComparedHeader, string>>>;

/** What the rules of one policy make answers say, as far as browsers read it. */
export interface AnswerFacts {
  readonly preflight: readonly RuleFacts[];
  readonly actual: readonly RuleFacts[];
  readonly exposed: readonly ExposedNames[];
}

/** What a rule exposes, of the names that are compared. */
export interface ExposedNames {
  /** Whatever the response has. */
  readonly always: NameSet;
  /** When the response has them, or always. */
  readonly possibly: NameSet;
}

/** The facts of each policy, with the names that their exposed names are sets of. */
export interface ComparedAnswers {
  readonly facts: readonly AnswerFacts[];
  readonly names: NameSets;
}

/** @throws when the patterns cost more than the budget: call it inside {@link withinBudget} */
export function compareAnswers(policies: readonly CompiledPolicy[], budget: Budget): ComparedAnswers {
  const always = policies.flatMap(policy => policy.rules.map(rule => alwaysExposed(policy, rule)));
  const possibly = policies.flatMap((policy, side) =>
    policy.rules.map((rule, index) => [
      ...(always[offset(policies, side) + index] ?? []),
      ...(policy.profile.answers.exposeHeaders.kind === 'present' ? rule.answers.exposePatterns : []),
    ]),
  );
  const names = nameSets([...always, ...possibly], budget);
  const facts = policies.map((policy, side) => {
    const from = offset(policies, side);
    const exposed = policy.rules.map((_, rule) => ({
      always: names.sets[from + rule] ?? [],
      possibly: names.sets[always.length + from + rule] ?? [],
    }));
    return {
      exposed,
      preflight: policy.rules.map(rule => preflightFacts(policy, rule)),
      actual: policy.rules.map((rule, index) => actualFacts(policy, rule, exposed[index])),
    };
  });
  return { facts, names };
}

function offset(policies: readonly CompiledPolicy[], side: number): number {
  return policies.slice(0, side).reduce((sum, { rules }) => sum + rules.length, 0);
}

function alwaysExposed({ profile }: CompiledPolicy, rule: CompiledRule): readonly Pattern[] {
  const { exposeHeaders } = profile.answers;
  const own = rule.source.exposeHeaders.map(name => name.toLowerCase());
  if (exposeHeaders.kind === 'rule') return own.map(exact);
  const matched = exposeHeaders.always
    .map(name => name.toLowerCase())
    .filter(name => rule.answers.exposePatterns.some(pattern => matchesHeader(pattern, name)));
  return [...own.filter(name => !name.includes('*')), ...matched].map(exact);
}

function exact(text: string): Pattern {
  return { kind: 'exact', text };
}

function preflightFacts(policy: CompiledPolicy, rule: CompiledRule): RuleFacts {
  const has = (name: AnswerHeader) => policy.profile.answers.preflight.includes(name);
  const maxAge = has('Access-Control-Max-Age') ? rule.answers.maxAge?.[1] : undefined;
  return {
    ...originFacts(policy, rule, has),
    ...(maxAge !== undefined && { 'Access-Control-Max-Age': maxAge }),
  };
}

function actualFacts(
  policy: CompiledPolicy,
  rule: CompiledRule,
  exposed: ExposedNames | undefined,
): RuleFacts {
  const has = (name: AnswerHeader) => policy.profile.answers.actual.includes(name);
  const names = exposed && !isEmpty(exposed.possibly) && has('Access-Control-Expose-Headers');
  return {
    ...originFacts(policy, rule, has),
    ...(names && { 'Access-Control-Expose-Headers': `${exposed.always.join()} ${exposed.possibly.join()}` }),
  };
}

function originFacts(
  policy: CompiledPolicy,
  rule: CompiledRule,
  has: (name: AnswerHeader) => boolean,
): RuleFacts {
  const any = answersAny(policy, rule);
  return {
    ...(has('Access-Control-Allow-Origin') && { 'Access-Control-Allow-Origin': any ? '*' : 'echo' }),
    ...(has('Access-Control-Allow-Credentials') && !any && { 'Access-Control-Allow-Credentials': 'true' }),
  };
}

export interface FactDifference {
  readonly header: ComparedHeader;
  readonly old: string | undefined;
  readonly new: string | undefined;
}

const HEADERS: readonly ComparedHeader[] = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
];

/** The headers of which two rules say something different. */
export function differing(old: RuleFacts = {}, now: RuleFacts = {}): readonly FactDifference[] {
  return HEADERS.filter(header => old[header] !== now[header]).map(header => ({
    header,
    old: old[header],
    new: now[header],
  }));
}

/** Whether the second of two rules, each of its own policy, exposes a name that the first never does. */
export function exposesMore(old: ExposedNames | undefined, now: ExposedNames | undefined): boolean {
  return now !== undefined && (old ? !isWithin(now.possibly, old.possibly) : !isEmpty(now.possibly));
}

/**
 * Response headers with which two rules, each of its own policy, expose different names, when they ever do; such as show
 * that the second exposes more, if it does.
 */
export function responseToTell(
  names: NameSets,
  a: ExposedNames,
  b: ExposedNames,
  budget: Budget,
): readonly string[] {
  const isAlwaysMore = !isWithin(b.always, a.possibly);
  const more = isAlwaysMore ? undefined : namesOutside(names, b.possibly, [a.possibly], budget);
  if (more) return more.names;
  if (isAlwaysMore || a.always.some((word, i) => word !== b.always[i])) return [];
  return namesOutside(names, a.possibly, [b.possibly], budget)?.names ?? [];
}
