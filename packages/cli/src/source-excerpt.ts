import type { SourceSpan } from '@crossgate/core';
import { displayWidth, oneLine, type Screen, type StyledLine, type Tone } from './styled-text.ts';

/** A part of a document that is shown, and why. */
export interface Mark {
  readonly span: SourceSpan;
  /** What is meant within the span, if it stands there as it is: one entry of a list, without its tags. */
  readonly entry?: string;
  /** Shown behind the marker. */
  readonly label?: string;
  readonly tone: Tone;
}

/** Lines and columns of a document as its readers count them. */
export function sourceLines(text: string): readonly string[] {
  return text.split(/\r\n?|\n/);
}

/** The line of each mark with its number, and below it a marker. What is on several lines is marked on its first. */
export function formatExcerpt(
  lines: readonly string[],
  marks: readonly Mark[],
  screen: Screen,
): readonly StyledLine[] {
  const shown = marks
    .map(mark => narrowed(lines, mark))
    .filter(({ line }) => line <= lines.length)
    .sort((a, b) => a.line - b.line || a.from - b.from);
  const gutter = Math.max(String(shown.at(-1)?.line ?? '').length, 3) + 1;
  let last = 0;
  return shown.flatMap(mark => {
    const number = mark.line === last ? '' : String(mark.line);
    last = mark.line;
    const source = window(lines[mark.line - 1] ?? '', mark, screen.width - gutter - 3);
    const marker = ' '.repeat(source.from) + '^'.repeat(source.length);
    const { label, tone } = mark.mark;
    const edge = { text: `${' '.repeat(gutter)} | `, tone: 'faint' } as const;
    const numbered = { text: `${number.padStart(gutter)} | `, tone: 'faint' } as const;
    const fits = displayWidth(`${edge.text}${marker} ${label ?? ''}`) <= screen.width;
    const beside: StyledLine = [edge, { text: label && fits ? `${marker} ${label}` : marker, tone }];
    const room = screen.width - gutter - 3 - displayWidth(label ?? '');
    const indent = ' '.repeat(Math.max(0, Math.min(source.from, room)));
    const below: readonly StyledLine[] = label && !fits ? [[edge, { text: indent + label, tone }]] : [];
    return [...(number === '' ? [] : [[numbered, source.text]]), beside, ...below];
  });
}

interface PlacedMark {
  readonly mark: Mark;
  readonly line: number;
  /** Offsets in the line. */
  readonly from: number;
  readonly to: number;
}

/** The mark on its first line; on that of the entry, when it is found. */
function narrowed(lines: readonly string[], mark: Mark): PlacedMark {
  const { position, end } = mark.span;
  const lastLine = Math.min(end?.line ?? position.line, lines.length);
  for (let line = position.line; mark.entry && line <= lastLine; line++) {
    const text = lines[line - 1] ?? '';
    const from = line === position.line ? position.column - 1 : 0;
    const to = end && line === end.line ? end.column - 1 : text.length;
    const found = findEntry(text, mark.entry, from, to);
    if (found !== undefined) return { mark, line, from: found, to: found + mark.entry.length };
  }
  const text = lines[position.line - 1] ?? '';
  const from = position.column - 1;
  const to = !end ? from + 1 : end.line === position.line ? end.column - 1 : text.trimEnd().length;
  return { mark, line: position.line, from, to: Math.max(to, from + 1) };
}

/** An entry stands between tags, quotes, commas or blanks, whatever the format of the document. */
function findEntry(text: string, entry: string, from: number, to: number): number | undefined {
  const within = text.slice(0, to + entry.length - 1);
  for (let at = within.indexOf(entry, from); at !== -1; at = within.indexOf(entry, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + entry.length);
    if (/^[>,"\s]?$/.test(before) && /^[<,"\s]?$/.test(after)) return at;
  }
  return undefined;
}

/**
 * What is looked at of a line before, in and behind a mark, in characters for each column of the screen: documents can
 * be one line of megabytes with a finding in every corner. More only fit where they are combining marks.
 */
const CHARACTERS_PER_COLUMN = 4;

/** As much of a line as fits around the mark, in columns of the screen. */
function window(
  text: string,
  { from, to }: PlacedMark,
  width: number,
): { readonly text: string; readonly from: number; readonly length: number } {
  const reach = width * CHARACTERS_PER_COLUMN;
  const start = Math.max(0, from - reach);
  const markEnd = Math.min(to, from + reach);
  const end = Math.min(text.length, to + reach);
  const before = shownSource(text.slice(start, from));
  const marked = shownSource(text.slice(from, markEnd)) || ' ';
  const after = shownSource(text.slice(to, end));
  const markWidth = displayWidth(marked);
  const isWhole = start === 0 && markEnd === to && end === text.length;
  if (isWhole && displayWidth(before) + markWidth + displayWidth(after) <= width) {
    return { text: before + marked + after, from: displayWidth(before), length: markWidth };
  }
  const inside = Math.min(markWidth, width - 2);
  const room = width - inside - 2;
  const head = ending(
    before,
    Math.min(displayWidth(before), Math.max(room >> 1, room - displayWidth(after))),
  );
  const middle = beginning(marked, inside);
  const hasWholeMark = middle === marked && markEnd === to;
  const tail = hasWholeMark ? beginning(after, width - 2 - displayWidth(head) - displayWidth(middle)) : '';
  const lead = start === 0 && head === before ? '' : '…';
  const isCut = !hasWholeMark || tail !== after || end < text.length;
  return {
    text: `${lead}${head}${middle}${tail}${isCut ? '…' : ''}`,
    from: displayWidth(lead + head),
    length: displayWidth(middle),
  };
}

function shownSource(text: string): string {
  return oneLine(text.replaceAll('\t', '  '));
}

function beginning(text: string, width: number): string {
  let shown = '';
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    shown += character;
  }
  return shown;
}

function ending(text: string, width: number): string {
  return [...beginning([...text].reverse().join(''), width)].reverse().join('');
}
