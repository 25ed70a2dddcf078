import { describe, expect, it } from 'vitest';
import type { Pattern } from '../src/pattern.ts';
import { buildPatternTables } from '../src/pattern-tables.ts';
import { emptyRuleSet } from '../src/rule-set.ts';

describe('buildPatternTables', () => {
  it('holds one set for the many texts of one rule', () => {
    const patterns = Array.from({ length: 1000 }, (_, i): Pattern => ({ kind: 'exact', text: `text ${i}` }));
    const { exact } = buildPatternTables([patterns], emptyRuleSet(1), 'anything');
    expect(exact.size).toBe(1000);
    expect(new Set(exact.values()).size).toBe(1);
  });
});
