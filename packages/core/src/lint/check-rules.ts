import { newBudget, withinBudget } from '../analysis/budget.ts';
import type { Outcome } from '../analysis/outcome.ts';
import type { Candidate } from '../analysis/witness.ts';
import { type Diagnostic, diagnostic, formatPath } from '../diagnostic.ts';
import type { AnswerHeader } from '../profile.ts';
import { hasRule } from '../rule-set.ts';
import { type LintedPolicy, shownBy } from './linted-policy.ts';
import {
  type Cell,
  decidedBy,
  firstDecider,
  onlyRule,
  otherRules,
  outcomeWith,
  plainRequest,
  type RuleCells,
  ruleCells,
  sentRequest,
} from './rule-cells.ts';

/** A second or two of a slow core. A hundred rules of ten origins, some with wildcards, need a small part of it. */
const STEPS = 60_000;

/** Rules that others leave nothing to, or only a part, and rules that change nothing. Exact, as `compare` is. */
export function checkRules({ rules, compiled }: LintedPolicy): readonly Diagnostic[] {
  if (rules.length < 2) return [];
  const result = withinBudget(() => {
    const cells = ruleCells(compiled, newBudget(STEPS));
    return cells ? judgeRules(rules.length, cells) : [];
  });
  return 'kind' in result ? [diagnostic('rules-not-compared', ['rules'])] : result;
}

function judgeRules(count: number, cells: RuleCells): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  /** Rules that could go: others are judged as if they were gone. */
  const needless = new Set<number>();
  const rules = Array.from({ length: count }, (_, rule) => ({
    rule,
    own: cells.cells.filter(({ allowing }) => hasRule(allowing, rule)),
  }));
  for (const { rule, own } of rules) {
    const finding = shadow(rule, own, cells);
    if (!finding) continue;
    findings.push(finding);
    needless.add(rule);
  }
  for (const { rule, own } of rules) {
    if (needless.has(rule)) continue;
    findings.push(...partialShadow(rule, own, cells));
    const redundant = redundancy(rule, own, needless, cells);
    if (!redundant) continue;
    findings.push(redundant);
    needless.add(rule);
  }
  return findings;
}

/** Every request that the rule allows is answered by one of those before it. */
function shadow(rule: number, own: readonly Cell[], cells: RuleCells): Diagnostic | undefined {
  const decided = own.flatMap(cell => decidedBy(rule, cell, cells) ?? []);
  if (sentRequest(decided, cells)) return undefined;
  const allowed = sentRequest(own.map(plainRequest), cells);
  if (!allowed) return undefined;
  const by = answering(own, cell => firstDecider(cell, cells), cells);
  return shownBy(diagnostic('rule-shadowed', ['rules', rule], { by }), allowed);
}

/** The names of the rules that answer requests which browsers send. */
function answering(
  own: readonly Cell[],
  answers: (cell: Cell) => number | undefined,
  cells: RuleCells,
): string {
  const byRule = new Map<number, Candidate[]>();
  for (const cell of own) {
    const rule = answers(cell);
    if (rule !== undefined) listAt(byRule, rule).push(plainRequest(cell));
  }
  const sent = [...byRule].filter(([, candidates]) => sentRequest(candidates, cells));
  return sent
    .map(([rule]) => nameOf(rule))
    .sort()
    .join(', ');
}

function listAt<Key, Element>(lists: Map<Key, Element[]>, key: Key): Element[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function nameOf(rule: number): string {
  return formatPath(['rules', rule]);
}

/** A request that the rule allows is answered by one before it, and a page notices. The first such rule is told. */
function partialShadow(rule: number, own: readonly Cell[], cells: RuleCells): readonly Diagnostic[] {
  const byRule = new Map<number, Map<AnswerHeader, Candidate[]>>();
  for (const cell of own) {
    const first = firstDecider(cell, cells);
    if (first === undefined || first === rule) continue;
    for (const { by, header, names } of noticeable(outcomeWith(onlyRule(rule, cell), cell, cells), first)) {
      if (by === rule) continue;
      const headers = byRule.get(by) ?? new Map<AnswerHeader, Candidate[]>();
      byRule.set(by, headers);
      listAt(headers, header).push({ ...cell, names });
    }
  }
  for (const [by, headers] of [...byRule].sort(([a], [b]) => a - b)) {
    const shown = [...headers].flatMap(([header, candidates]) => {
      const request = sentRequest(candidates, cells);
      return request ? [{ header, request }] : [];
    });
    const [first] = shown;
    if (!first) continue;
    const difference = `${shown.map(({ header }) => header).join(', ')} ${shown.length === 1 ? 'is' : 'are'} not the same`;
    const finding = diagnostic('rule-partly-shadowed', ['rules', rule], { by: nameOf(by), difference });
    return [shownBy(finding, first.request)];
  }
  return [];
}

interface Notice {
  readonly by: number;
  readonly header: AnswerHeader;
  readonly names: Candidate['names'];
}

/** What the rule alone would do otherwise, and which rule keeps it from that. */
function noticeable({ gained, answers }: Outcome, first: number): readonly Notice[] {
  const differing = answers.map(({ header, names, rules: [by] }): Notice => ({ by, header, names }));
  // The rule that answers refuses headers that this one would take.
  if (gained) differing.push({ by: first, header: 'Access-Control-Allow-Headers', names: gained });
  return differing;
}

/** Without the rule, and those known to be needless, no page would notice anything. */
function redundancy(
  rule: number,
  own: readonly Cell[],
  needless: ReadonlySet<number>,
  cells: RuleCells,
): Diagnostic | undefined {
  const without = new Set([...needless, rule]);
  const decided = own.filter(cell => decidedBy(rule, cell, cells));
  for (const cell of decided) {
    const { gained, lost, answers } = outcomeWith(otherRules(cell, without), cell, cells);
    const changes = [gained, lost, ...answers.map(({ names }) => names)];
    const affected = changes.flatMap(names => (names ? [{ ...cell, names }] : []));
    if (affected.length > 0 && sentRequest(affected, cells)) return undefined;
  }
  const by = answering(
    decided,
    cell => firstDecider({ ...cell, allowing: otherRules(cell, without) }, cells),
    cells,
  );
  return by === '' ? undefined : diagnostic('rule-redundant', ['rules', rule], { by });
}
