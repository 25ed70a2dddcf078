import { describe, expect, it } from 'vitest';
import { formatExcerpt, type Mark, sourceLines } from '../src/source-excerpt.ts';
import { displayWidth, renderLines } from '../src/styled-text.ts';

const DOCUMENT = '<Rule>\n\t<Origin>https://a.com</Origin>\r\n\t<Methods>GETX,PUT,GET</Methods>\n</Rule>\n';

function mark(line: number, column: number, end?: readonly [number, number], more: Partial<Mark> = {}): Mark {
  const span = { position: { line, column }, ...(end && { end: { line: end[0], column: end[1] } }) };
  return { span, tone: 'bad', ...more };
}

function excerpt(text: string, marks: readonly Mark[], width = 80): string {
  const screen = { width, hasColor: false };
  return renderLines(formatExcerpt(sourceLines(text), marks, screen), screen);
}

describe(formatExcerpt, () => {
  it.each([
    {
      name: 'a span, tabs made blanks',
      marks: [mark(2, 2, [2, 32])],
      shown: ['   2 |   <Origin>https://a.com</Origin>', '     |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^'],
    },
    {
      name: 'the entry in a span',
      marks: [mark(2, 2, [2, 32], { entry: 'https://a.com', label: 'here' })],
      shown: ['   2 |   <Origin>https://a.com</Origin>', '     |           ^^^^^^^^^^^^^ here'],
    },
    {
      name: 'the entry of a list, not one that begins so',
      marks: [mark(3, 2, [3, 32], { entry: 'PUT' }), mark(3, 2, [3, 32], { entry: 'GET' })],
      shown: [
        '   3 |   <Methods>GETX,PUT,GET</Methods>',
        '     |                 ^^^',
        '     |                     ^^^',
      ],
    },
    {
      name: 'the span, where the entry does not stand in it as it is',
      marks: [mark(3, 2, [3, 11], { entry: 'PATCH' })],
      shown: ['   3 |   <Methods>GETX,PUT,GET</Methods>', '     |   ^^^^^^^^^'],
    },
    {
      name: 'the first line of what is on several',
      marks: [mark(1, 1, [4, 8])],
      shown: ['   1 | <Rule>', '     | ^^^^^^'],
    },
    {
      name: 'the line of an entry in what is on several',
      marks: [mark(1, 1, [4, 8], { entry: 'PUT' })],
      shown: ['   3 |   <Methods>GETX,PUT,GET</Methods>', '     |                 ^^^'],
    },
    {
      name: 'a place without an end',
      marks: [mark(2, 2)],
      shown: ['   2 |   <Origin>https://a.com</Origin>', '     |   ^'],
    },
    {
      name: 'marks in the order of the document, with each line once',
      marks: [mark(3, 2, [3, 11]), mark(1, 1, [1, 7])],
      shown: [
        '   1 | <Rule>',
        '     | ^^^^^^',
        '   3 |   <Methods>GETX,PUT,GET</Methods>',
        '     |   ^^^^^^^^^',
      ],
    },
    { name: 'nothing of a place behind the end', marks: [mark(9, 1)], shown: [''] },
    { name: 'a place at the end of a line', marks: [mark(5, 1)], shown: ['   5 |', '     | ^'] },
  ])('shows $name', ({ marks, shown }) => {
    expect(excerpt(DOCUMENT, marks).split('\n')).toEqual(shown);
  });

  it('shows characters that would move something, and marks them', () => {
    expect(excerpt('a\u001b[2Jb', [mark(1, 2, [1, 3])])).toBe('   1 | a\\u{1b}[2Jb\n     |  ^^^^^^');
  });

  it('counts wide characters as two columns', () => {
    expect(excerpt('中b', [mark(1, 2, [1, 3])])).toBe('   1 | 中b\n     |   ^');
  });

  const LONG = `${'a'.repeat(60)}MARK${'b'.repeat(60)}`;
  it.each([
    { name: 'in the middle', text: LONG, column: 61 },
    { name: 'at the beginning', text: LONG.slice(60), column: 1 },
    { name: 'at the end', text: LONG.slice(0, 64), column: 61 },
    { name: 'among wide characters', text: `${'中'.repeat(40)}MARK${'中'.repeat(40)}`, column: 41 },
  ])('cuts a long line around a mark $name', ({ text, column }) => {
    const [source = '', marker = ''] = excerpt(text, [mark(1, column, [1, column + 4])], 40).split('\n');
    expect(displayWidth(source)).toBeLessThanOrEqual(40);
    expect(displayWidth(source)).toBeGreaterThan(36);
    expect(source).toContain('…');
    expect(displayWidth(source.slice(0, source.indexOf('MARK')))).toBe(marker.indexOf('^^^^'));
  });

  it('cuts a mark that is longer than the line', () => {
    const [source = '', marker = ''] = excerpt(LONG, [mark(1, 1, [1, 120])], 40).split('\n');
    expect(source.length).toBeLessThanOrEqual(40);
    expect(marker.length).toBeLessThanOrEqual(40);
    expect(source.endsWith('…')).toBe(true);
  });

  it('puts a label below a marker that leaves no room for it', () => {
    const label = 'a label that is rather long';
    expect(excerpt(LONG, [mark(1, 61, [1, 65], { label })], 40).split('\n')[2]).toBe(`     |       ${label}`);
  });
});
