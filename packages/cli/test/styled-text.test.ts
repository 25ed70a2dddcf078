import { describe, expect, it } from 'vitest';
import { displayWidth, renderLines, screenOf, wrapBehind, wrapText } from '../src/styled-text.ts';

/** What the screen is told for `good`, and after it. */
const SGR = new RegExp(`^${String.fromCharCode(27)}\\[32m|${String.fromCharCode(27)}\\[0m$`, 'g');

describe(screenOf, () => {
  it.each([
    { name: 'a terminal', stream: { isTTY: true, columns: 100 }, env: {}, width: 100, hasColor: true },
    { name: 'a pipe', stream: {}, env: {}, width: 80, hasColor: false },
    {
      name: 'NO_COLOR',
      stream: { isTTY: true, columns: 80 },
      env: { NO_COLOR: '1' },
      width: 80,
      hasColor: false,
    },
    {
      name: 'an empty NO_COLOR',
      stream: { isTTY: true, columns: 80 },
      env: { NO_COLOR: '' },
      width: 80,
      hasColor: true,
    },
    {
      name: 'a dumb terminal',
      stream: { isTTY: true, columns: 80 },
      env: { TERM: 'dumb' },
      width: 80,
      hasColor: false,
    },
    { name: 'a narrow one', stream: { isTTY: true, columns: 12 }, env: {}, width: 40, hasColor: true },
    { name: 'a wide one', stream: { isTTY: true, columns: 400 }, env: {}, width: 120, hasColor: true },
    {
      name: 'one that does not know',
      stream: { isTTY: true, columns: 0 },
      env: {},
      width: 80,
      hasColor: true,
    },
  ])('of $name', ({ stream, env, width, hasColor }) => {
    expect(screenOf(stream, env)).toEqual({ width, hasColor });
  });
});

describe(renderLines, () => {
  const lines = [
    ['a ', { text: 'b', tone: 'bad' }],
    [{ text: '', tone: 'faint' }, '  '],
  ] as const;

  it('paints pieces where there is colour', () => {
    expect(renderLines(lines.slice(0, 1), { width: 80, hasColor: true })).toBe('a \u001b[31mb\u001b[0m');
  });

  it('writes plain text elsewhere, without blanks at the end of a line', () => {
    expect(renderLines(lines, { width: 80, hasColor: false })).toBe('a b\n');
  });

  it.each([
    { name: 'an escape sequence', text: '\u001b[2Jx' },
    { name: 'a line break', text: 'a\nb' },
    { name: 'a tab', text: 'a\tb' },
    { name: 'a change of direction', text: 'a\u202eb' },
  ])('keeps $name from acting, painted or not', ({ text }) => {
    for (const piece of [text, { text, tone: 'good' } as const]) {
      const shown = renderLines([[piece]], { width: 80, hasColor: true }).replaceAll(SGR, '');
      expect(shown).toMatch(/^[\x20-\x7e]+$/);
    }
  });
});

describe(wrapText, () => {
  it('breaks at spaces, and leaves a long word whole', () => {
    expect(wrapText('one two threefourfive six', 8)).toEqual(['one two', 'threefourfive', 'six']);
  });

  it('gives the first line its own width', () => {
    expect(wrapText('one two three', 9, 4)).toEqual(['one', 'two three']);
  });
});

describe(wrapBehind, () => {
  it('indents what follows as far as the lead, or as it is told', () => {
    const screen = { width: 12, hasColor: false };
    const lead = [{ text: 'lead', tone: 'bad' }, ' '] as const;
    expect(renderLines(wrapBehind(lead, 'one two three', screen), screen)).toBe('lead one two\n     three');
    expect(renderLines(wrapBehind(lead, 'one two three', screen, 2), screen)).toBe('lead one two\n  three');
  });
});

describe(displayWidth, () => {
  it.each([
    { text: 'abc', width: 3 },
    { text: '中文', width: 4 },
    { text: 'e\u0301', width: 1 },
    { text: '😀', width: 2 },
    { text: '…', width: 1 },
  ])('of $text is $width', ({ text, width }) => {
    expect(displayWidth(text)).toBe(width);
  });
});
