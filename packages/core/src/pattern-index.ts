import { matchesPattern, type Pattern, type WildcardExtent } from './pattern.ts';
import { buildPatternTables, lookupInTables, type PatternTables } from './pattern-tables.ts';
import { addRule, emptyRuleSet, type RuleSet } from './rule-set.ts';

/**
 * From a text to the rules of which a pattern matches it. The first few texts are held against every pattern; tables,
 * with which that costs the same however many patterns there are, are made when more is asked. Most policies of a large
 * service are asked for once in a long while, and to make tables takes longer than many such questions.
 */
export interface PatternIndex {
  readonly any: RuleSet;
  readonly extent: WildcardExtent;
  /** By rule; let go when there are tables. */
  patterns: readonly (readonly Pattern[])[];
  /** How many texts were held against the patterns. */
  scans: number;
  tables: PatternTables | undefined;
}

/** So many texts are held against the patterns: those of two preflights with their headers. */
const SCANS = 8;

export function newPatternIndex(
  patterns: readonly (readonly Pattern[])[],
  extent: WildcardExtent,
): PatternIndex {
  const any = emptyRuleSet(patterns.length);
  patterns.forEach((ofRule, rule) => {
    for (const pattern of ofRule) if (pattern.kind === 'any') addRule(any, rule);
  });
  return { any, extent, patterns, scans: 0, tables: undefined };
}

/** The rules of which a pattern matches `text`. The result is shared: do not change it. */
export function lookup(index: PatternIndex, text: string): RuleSet {
  const { tables } = index;
  if (tables) return lookupInTables(tables, text);
  if (index.scans < SCANS) return scan(index, text);
  const made = buildPatternTables(index.patterns, index.any, index.extent);
  index.tables = made;
  index.patterns = [];
  return lookupInTables(made, text);
}

function scan(index: PatternIndex, text: string): RuleSet {
  const { any, extent, patterns } = index;
  index.scans += 1;
  let found: RuleSet | undefined;
  for (let rule = 0; rule < patterns.length; rule++) {
    for (const pattern of patterns[rule] ?? []) {
      if (pattern.kind !== 'any' && matchesPattern(pattern, text, extent)) {
        found ??= any.slice();
        addRule(found, rule);
        break;
      }
    }
  }
  return found ?? any;
}
