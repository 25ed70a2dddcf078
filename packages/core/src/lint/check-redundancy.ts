import { redundantEntries } from '../analysis/redundant-entries.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { aboutEntry, type Entry, type LintedPolicy, type LintedRule } from './linted-policy.ts';

const LISTS = {
  allowedOrigins: { code: 'origin-redundant', entriesOf: ({ origins }: LintedRule) => origins },
  allowedMethods: { code: 'method-redundant', entriesOf: ({ methods }: LintedRule) => methods },
  allowedHeaders: { code: 'header-redundant', entriesOf: ({ headers }: LintedRule) => headers },
  exposeHeaders: { code: 'expose-redundant', entriesOf: ({ exposed }: LintedRule) => exposed },
} as const satisfies Record<
  string,
  { code: Diagnostic['code']; entriesOf: (rule: LintedRule) => readonly Entry[] }
>;

/** Entries that say nothing beside the others of their list. Undefined when the budget is spent. */
export function checkRedundancy({
  rules,
  compiled,
  budget,
}: LintedPolicy): readonly Diagnostic[] | undefined {
  const found = redundantEntries(compiled, budget);
  if (found.kind === 'limit') return undefined;
  return found.entries.flatMap(({ path: [, index, list, place], coveredBy }) => {
    const rule = rules[Number(index)];
    if (!rule || !isList(list)) return [];
    const { code, entriesOf } = LISTS[list];
    const entries = entriesOf(rule);
    const entry = entries[Number(place)];
    const by = coveredBy.flatMap(other => entries[other] ?? []).map(({ value }) => `\`${value}\``);
    return entry ? [aboutEntry(code, entry, { by: by.join(', ') })] : [];
  });
}

function isList(name: unknown): name is keyof typeof LISTS {
  return typeof name === 'string' && Object.hasOwn(LISTS, name);
}
