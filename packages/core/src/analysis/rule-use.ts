import type { CompiledPolicy } from '../compile.ts';
import { decideActual, decidePreflight } from '../decide.ts';
import type { RuleSet } from '../rule-set.ts';
import { type ComparedHeader, differing } from './answer-facts.ts';
import { type Budget, type LimitReached, newBudget, withinBudget } from './budget.ts';
import { type ChosenNames, NO_NAMES, namesOutside } from './name-sets.ts';
import {
  namesOf,
  newRequestSpace,
  type RequestSpace,
  rulesFor,
  rulesIn,
  type Side,
} from './request-space.ts';
import { differsFromNext, differsWithout } from './rule-removal.ts';
import { type Candidate, type Witness, witnessOf } from './witness.ts';

/** What one rule of a policy is there for. */
export interface RuleUse {
  /** A request that the rule decides; null when earlier rules decide all that it could: it is shadowed. */
  readonly decides: Witness | null;
  /** For a rule that is shadowed: the rules that decide in its place. */
  readonly shadowedBy: readonly number[];
  /** Requests that an earlier rule decides, and this one would decide otherwise. */
  readonly conflicts: readonly RuleConflict[];
  /**
   * Whether the policy without this rule is equivalent and answers alike, by `compare`. Of two rules that do the same
   * each is redundant as long as the other is there.
   */
  readonly redundant: boolean;
}

export interface RuleConflict {
  /** The rule that decides. */
  readonly by: number;
  readonly request: 'preflight' | 'actual';
  /** What the rule would make otherwise: `access` when it would admit the request, or a header of the answer. */
  readonly differs: 'access' | ComparedHeader;
  readonly witness: Witness;
}

/** What each rule of the policy is there for, exactly. The budget is that of `compare`. */
export function ruleUses(
  policy: CompiledPolicy,
  budget: Budget = newBudget(),
): { readonly kind: 'rules'; readonly rules: readonly RuleUse[] } | LimitReached {
  return withinBudget(() => {
    const space = newRequestSpace([policy], budget);
    const found = gather(space);
    const rules = found.map(({ decides, shadowedBy, conflicts, matters }): RuleUse => {
      const decided = witnessOf(space, decides) ?? null;
      return {
        decides: decided,
        shadowedBy: decided ? [] : [...shadowedBy].sort((a, b) => a - b),
        conflicts: [...conflicts.values()].flatMap(({ request, differs, candidates }) => {
          const witness = witnessOf(space, candidates);
          return witness ? [{ by: decidingRule(policy, request, witness), request, differs, witness }] : [];
        }),
        redundant: witnessOf(space, matters) === undefined,
      };
    });
    return { kind: 'rules', rules };
  });
}

function decidingRule(
  policy: CompiledPolicy,
  request: RuleConflict['request'],
  { origin, method, headers }: Witness,
): number {
  const decision =
    request === 'actual'
      ? decideActual(policy, { origin, method })
      : decidePreflight(policy, { origin, requestMethod: method, requestHeaders: headers.join(',') });
  if ('rule' in decision && decision.rule !== undefined) return decision.rule;
  throw new Error(`no rule decides ${origin} ${method} ${headers}`);
}

interface Gathered {
  readonly decides: Candidate[];
  /** Requests for which it makes a difference that the rule is there. */
  readonly matters: Candidate[];
  readonly shadowedBy: Set<number>;
  readonly conflicts: Map<string, Conflict & { readonly candidates: Candidate[] }>;
}

interface Conflict {
  readonly request: RuleConflict['request'];
  readonly differs: RuleConflict['differs'];
}

function gather(space: RequestSpace): readonly Gathered[] {
  const [side] = space.sides;
  if (!side) return [];
  const gathered = side.policy.rules.map(
    (): Gathered => ({ decides: [], matters: [], shadowedBy: new Set(), conflicts: new Map() }),
  );
  const known = new Map<string, readonly Place[]>();
  for (const origins of space.originClasses) {
    for (const method of space.methods) {
      const rules = rulesFor(space, 0, origins, method);
      const key = rules.join();
      const places = known.get(key) ?? placesOf(space, side, rules);
      known.set(key, places);
      for (const { rule, decides, matters, covering, conflicts } of places) {
        const of = gathered[rule];
        if (decides) of?.decides.push({ origins, method, names: decides });
        if (matters) of?.matters.push({ origins, method, names: matters });
        for (const earlier of covering) of?.shadowedBy.add(earlier);
        for (const { names, request, differs } of conflicts) {
          const conflict = of?.conflicts.get(`${request} ${differs}`) ?? { request, differs, candidates: [] };
          conflict.candidates.push({ origins, method, names });
          of?.conflicts.set(`${request} ${differs}`, conflict);
        }
      }
    }
  }
  return gathered;
}

/** The place of a rule among those that allow an origin and a method. */
interface Place {
  readonly rule: number;
  /** Names with which the rule decides. */
  readonly decides: ChosenNames | undefined;
  /** Names of a request that is decided otherwise without the rule. */
  readonly matters: ChosenNames | undefined;
  readonly covering: readonly number[];
  readonly conflicts: readonly (Conflict & { readonly names: ChosenNames })[];
}

function placesOf(space: RequestSpace, side: Side, rules: RuleSet): readonly Place[] {
  const indexes = rulesIn(side, rules);
  const passesOver = side.policy.profile.headers.unlisted === 'next-rule';
  return indexes.map((rule, at) => {
    const earlier = indexes.slice(0, at);
    if (!passesOver) {
      const first = earlier.slice(0, 1);
      return {
        rule,
        decides: at === 0 ? NO_NAMES : undefined,
        matters: at === 0 ? differsFromNext(space, side, rule, indexes[1]) : undefined,
        covering: first,
        conflicts: first.flatMap(by => [
          ...accessConflict(space, side, rule, by),
          ...answerConflicts(space, side, rule, by, []),
        ]),
      };
    }
    const own = namesOf(side, rule);
    const sets = earlier.map(other => namesOf(side, other));
    const decides = namesOutside(space.names, own, sets, space.budget);
    return {
      rule,
      decides,
      matters: decides && differsWithout(space, side, indexes, at),
      covering: decides
        ? []
        : earlier
            .filter((_, i) => !namesOutside(space.names, own, sets.slice(i, i + 1), space.budget))
            .slice(0, 1),
      conflicts: earlier.flatMap((by, i) => answerConflicts(space, side, rule, by, sets.slice(0, i))),
    };
  });
}

function accessConflict(space: RequestSpace, side: Side, rule: number, by: number): Place['conflicts'] {
  const own = side.admitted[rule];
  const deciding = side.admitted[by];
  const names = own && deciding && namesOutside(space.names, own, [deciding], space.budget);
  return names ? [{ request: 'preflight', differs: 'access', names }] : [];
}

/** What `rule` would answer otherwise of the requests that `by` decides, `before` being the names of those before it. */
function answerConflicts(
  space: RequestSpace,
  { facts, admitted }: Side,
  rule: number,
  by: number,
  before: readonly RuleSet[],
): Place['conflicts'] {
  const onActual = before.length === 0 ? differing(facts.actual[by], facts.actual[rule]) : [];
  const onPreflight = differing(facts.preflight[by], facts.preflight[rule]);
  const both = (admitted[rule] ?? []).map((word, i) => word & (admitted[by]?.[i] ?? 0));
  const names = onPreflight.length === 0 ? undefined : namesOutside(space.names, both, before, space.budget);
  return [
    ...onActual.map(({ header }) => ({ request: 'actual' as const, differs: header, names: NO_NAMES })),
    ...(names
      ? onPreflight.map(({ header }) => ({ request: 'preflight' as const, differs: header, names }))
      : []),
  ];
}
