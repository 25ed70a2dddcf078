import type { CompiledPolicy } from '../compile.ts';
import { decideActual, decidePreflight } from '../decide.ts';
import type { ResponseHeader } from '../decision.ts';
import { listElements } from '../field-name.ts';
import { type ComparedHeader, type ExposedNames, exposesMore, responseToTell } from './answer-facts.ts';
import { type Budget, type LimitReached, newBudget, withinBudget } from './budget.ts';
import { type Differences, differences } from './differences.ts';
import { newRequestSpace, type RequestSpace } from './request-space.ts';
import type { Witness } from './witness.ts';

/** What a new policy changes, seen from the old one. */
export interface Comparison {
  readonly kind: 'compared';
  /**
   * - `equivalent`: both admit the same requests.
   * - `wider`: the new one admits all that the old one admits, and more; `narrower` the other way round.
   * - `incomparable`: each admits a request that the other does not.
   */
  readonly access: 'equivalent' | 'wider' | 'narrower' | 'incomparable';
  /** A request that the new policy admits and the old one does not. */
  readonly gained: Witness | null;
  /** A request that the old policy admits and the new one does not. */
  readonly lost: Witness | null;
  /** Each way in which requests that both admit are answered differently, once. */
  readonly answers: readonly AnswerDifference[];
}

/** A header in which the answers to requests of one kind differ. */
export interface AnswerDifference {
  readonly request: 'preflight' | 'actual';
  readonly header: ComparedHeader;
  /** The header in the answer to the witness, null when it is absent. */
  readonly old: string | null;
  readonly new: string | null;
  readonly witness: Witness;
  /** Names of headers that the response has, where what is exposed depends on them. */
  readonly responseHeaderNames: readonly string[];
  /**
   * Whether pages get at more than before: credentials are allowed that were not, or a header can be read that could not.
   * Not another `Access-Control-Max-Age`, nor `*` in place of the origin or the other way round.
   */
  readonly widens: boolean;
}

/**
 * Compares two policies, of one service or of two. Exact: each way to differ is told, with a request that proves it, and
 * equivalent policies are told to be so.
 *
 * A policy admits a request of an origin, a method and a set of request headers when a page of that origin may send it:
 * `decidePreflight` allows it, and its answer names every one of the headers in `Access-Control-Allow-Headers`. So a
 * service that leaves out headers, or answers a fixed list, admits only with what is left, or on the list. Without
 * headers that is also when `decideActual` answers such an actual request with `Access-Control-Allow-Origin`.
 *
 * Answers are compared in what browsers read of them: `Access-Control-Allow-Origin` (`*` or the origin),
 * `Access-Control-Allow-Credentials`, `Access-Control-Max-Age` of preflights, and the set of names in
 * `Access-Control-Expose-Headers` of actual requests. The methods and headers that an answer allows beyond those
 * requested, `Vary`, statuses and the bodies of refusals are not; nor are requests without `Origin`.
 *
 * A request has one method, also where a service takes a list. Where one policy reads origins as URLs, origins in
 * another than their canonical form (`HTTPS://a.com:443`) are not looked at: no browser sends them.
 *
 * Budget: one million steps, a few seconds of a slow core; 100 rules of 10 wildcards need a hundredth of it.
 * `limit` is returned beyond.
 */
export function compare(
  old: CompiledPolicy,
  now: CompiledPolicy,
  budget: Budget = newBudget(),
): Comparison | LimitReached {
  return withinBudget(() => compareWithin(old, now, budget));
}

/** As `compare`. @throws when it costs more than the budget: call it inside {@link withinBudget} */
export function compareWithin(old: CompiledPolicy, now: CompiledPolicy, budget: Budget): Comparison {
  const space = newRequestSpace([old, now], budget);
  const [before, after] = space.sides;
  if (!before || !after) throw new Error('a space of two policies has two sides');
  return comparison(space, differences(space, before, after), old, now);
}

function comparison(
  space: RequestSpace,
  { gained, lost, answers }: Differences,
  old: CompiledPolicy,
  now: CompiledPolicy,
): Comparison {
  if (gained) assertDifference(now, old, gained);
  if (lost) assertDifference(old, now, lost);
  return {
    kind: 'compared',
    access: gained ? (lost ? 'incomparable' : 'wider') : lost ? 'narrower' : 'equivalent',
    gained: gained ?? null,
    lost: lost ?? null,
    answers: answers.map(({ request, header, rules: [oldRule, newRule], witness }) => {
      const a = space.sides[0]?.facts.exposed[oldRule];
      const b = space.sides[1]?.facts.exposed[newRule];
      const tells = header === 'Access-Control-Expose-Headers' && a && b;
      const responseHeaderNames = tells ? responseToTell(space.exposedNames, a, b, space.budget) : [];
      const asked = { request, header, witness, responseHeaderNames };
      const values = { old: answered(old, asked), new: answered(now, asked) };
      assertAnswersDiffer(header, values.old, values.new, witness);
      const widens =
        header === 'Access-Control-Allow-Credentials'
          ? values.new === 'true'
          : header === 'Access-Control-Expose-Headers' &&
            exposesMore(exposedBy(space, 0, oldRule), exposedBy(space, 1, newRule));
      return { ...asked, ...values, widens };
    }),
  };
}

/** Undefined where the service does not answer with them. */
function exposedBy({ sides }: RequestSpace, side: number, rule: number): ExposedNames | undefined {
  const facts = sides[side]?.facts;
  return facts?.actual[rule]?.['Access-Control-Expose-Headers'] === undefined
    ? undefined
    : facts.exposed[rule];
}

/** Whether the policy admits the request; see {@link compare}. */
export function admits(
  policy: CompiledPolicy,
  { origin, method, headers }: Omit<Witness, 'browser'>,
): boolean {
  const requestHeaders = headers.length === 0 ? undefined : headers.join(',');
  const decision = decidePreflight(policy, { origin, requestMethod: method, requestHeaders });
  if (decision.kind !== 'allowed') return false;
  const allowed = listElements(headerValue(decision.headers, 'Access-Control-Allow-Headers') ?? '');
  const names = new Set(allowed.map(name => name.toLowerCase()));
  return headers.every(name => names.has(name));
}

function answered(
  policy: CompiledPolicy,
  { request, header, witness, responseHeaderNames }: Omit<AnswerDifference, 'old' | 'new' | 'widens'>,
): string | null {
  const { origin, method, headers } = witness;
  const decision =
    request === 'actual'
      ? decideActual(policy, { origin, method, responseHeaderNames })
      : decidePreflight(policy, { origin, requestMethod: method, requestHeaders: headers.join(',') });
  return decision.kind === 'not-a-preflight' ? null : (headerValue(decision.headers, header) ?? null);
}

function headerValue(headers: readonly ResponseHeader[], name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

/** A witness that the engine does not bear out is a defect of the analysis, and must not be told to anybody. */
function assertDifference(admitting: CompiledPolicy, refusing: CompiledPolicy, witness: Witness): void {
  if (!admits(admitting, witness) || admits(refusing, witness)) {
    throw new Error(`the engine does not bear out ${JSON.stringify(witness)}`);
  }
}

function assertAnswersDiffer(
  header: ComparedHeader,
  old: string | null,
  now: string | null,
  witness: Witness,
): void {
  const said = (value: string | null) =>
    header === 'Access-Control-Expose-Headers' ? exposedSet(value) : value;
  if (said(old) === said(now)) {
    throw new Error(`the engine answers ${JSON.stringify(witness)} with the same ${header}`);
  }
}

function exposedSet(value: string | null): string {
  const names = new Set(listElements(value ?? '').map(name => name.toLowerCase()));
  return [...names].sort().join();
}
