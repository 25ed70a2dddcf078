import type { Diagnostic } from '../diagnostic.ts';
import { originExtent } from '../origin-pattern.ts';
import type { WildcardExtent } from '../pattern.ts';
import { covers } from './covering.ts';
import { aboutEntry, type Entry, type LintedPolicy } from './linted-policy.ts';

/** Entries that say nothing beside another one of their list. */
export function checkRedundancy({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  // Sent as it stands, a pattern of exposed names stands for nothing but itself.
  const exposesByPattern = profile.answers.exposeHeaders.kind === 'present';
  return rules.flatMap(rule => [
    ...redundantEntries('origin-redundant', rule.origins, originExtent(profile.origins)),
    ...redundantEntries('method-redundant', rule.methods, 'anything'),
    ...redundantEntries('header-redundant', rule.headers, 'anything'),
    ...redundantEntries(
      'expose-redundant',
      exposesByPattern ? rule.exposed : rule.exposed.map(asName),
      'anything',
    ),
  ]);
}

function asName(entry: Entry): Entry {
  return { ...entry, pattern: { kind: 'exact', text: entry.value.toLowerCase() } };
}

function redundantEntries(
  code: Diagnostic['code'],
  entries: readonly Entry[],
  extent: WildcardExtent,
): readonly Diagnostic[] {
  return entries.flatMap((entry, index) => {
    const wider = entries.find((other, place) => {
      if (place === index || !covers(other.pattern, entry.pattern, extent)) return false;
      // Of entries that say the same, the first stays.
      return place < index || !covers(entry.pattern, other.pattern, extent);
    });
    if (!wider) return [];
    const by = covers(entry.pattern, wider.pattern, extent)
      ? `\`${wider.value}\` stands before it`
      : `\`${wider.value}\` has it among others`;
    return [aboutEntry(code, entry, { by })];
  });
}
