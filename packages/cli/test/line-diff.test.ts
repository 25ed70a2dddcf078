import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedLines } from '../src/line-diff.ts';

describe(changedLines, () => {
  it.each([
    { name: 'nothing', old: 'a b', now: 'a b', changes: '' },
    { name: 'an added line', old: 'a c', now: 'a b c', changes: '+b' },
    { name: 'one like its neighbours', old: 'a a', now: 'a a a', changes: '+a' },
    { name: 'a changed line', old: 'a b c', now: 'a x c', changes: '-b +x' },
    { name: 'changes apart from each other', old: 'a b c d e', now: 'a x c y d e', changes: '-b +x +y' },
    { name: 'all lines', old: 'a', now: 'b', changes: '-a +b' },
    { name: 'lines from nothing', old: '', now: 'b c', changes: '+b +c' },
  ])('tells $name', ({ old, now, changes }) => {
    const lines = (text: string) => (text === '' ? [] : text.split(' '));
    const told = changedLines(lines(old), lines(now)).map(
      ({ kind, text }) => `${kind === 'added' ? '+' : '-'}${text}`,
    );
    expect(told.join(' ')).toBe(changes);
  });

  it('removes and adds as many lines as make the difference', () => {
    const someLines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(
      fc.property(someLines, someLines, (old, now) => {
        const changes = changedLines(old, now);
        for (const line of ['a', 'b', 'c']) {
          const count = (lines: readonly string[]) => lines.filter(each => each === line).length;
          const of = (kind: string) =>
            count(changes.flatMap(each => (each.kind === kind ? [each.text] : [])));
          expect(of('added') - of('removed')).toBe(count(now) - count(old));
        }
      }),
    );
  });
});
