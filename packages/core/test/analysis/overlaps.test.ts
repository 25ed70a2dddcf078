import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newBudget } from '../../src/analysis/budget.ts';
import { overlaps } from '../../src/analysis/overlaps.ts';

function byTrying(prefix: string, suffix: string): string[] {
  const texts: string[] = [];
  for (let shared = 1; shared <= Math.min(prefix.length, suffix.length); shared++) {
    if (prefix.endsWith(suffix.slice(0, shared))) texts.push(prefix + suffix.slice(shared));
  }
  return texts;
}

describe('overlaps', () => {
  it.each([
    { prefix: 'ab', suffix: 'ba', texts: ['aba'] },
    { prefix: 'aa', suffix: 'aaa', texts: ['aaa', 'aaaa'] },
    { prefix: 'xab', suffix: 'ab', texts: ['xab'] },
    { prefix: 'https://', suffix: '.a.com', texts: [] },
    { prefix: '', suffix: 'a', texts: [] },
  ])('lays $suffix over the end of $prefix', ({ prefix, suffix, texts }) => {
    expect(overlaps(prefix, suffix, newBudget()).sort()).toEqual(texts);
  });

  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });

  it('finds what trying finds', () => {
    fc.assert(
      fc.property(text, text, (prefix, suffix) => {
        expect(overlaps(prefix, suffix, newBudget()).sort()).toEqual(byTrying(prefix, suffix).sort());
      }),
      { numRuns: 2000 },
    );
  });
});
