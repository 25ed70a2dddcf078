import { visible } from './output.ts';

/** What a piece of text means; how it looks is a matter of the terminal. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'strong' | 'faint';

export interface StyledPiece {
  readonly text: string;
  readonly tone: Tone;
}

/** A line of pieces. What others wrote can be in them as it is: it is made visible when the line is shown. */
export type StyledLine = readonly (string | StyledPiece)[];

/** Where text is shown. */
export interface Screen {
  /** In columns. */
  readonly width: number;
  readonly hasColor: boolean;
}

const WIDTH_WITHOUT_TERMINAL = 80;
const NARROWEST = 40;
/** Lines that are longer are hard to read. */
const WIDEST = 120;

/** Colour is for terminals whose owner has not set `NO_COLOR` (no-color.org). */
export function screenOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Screen {
  const columns = stream.columns || WIDTH_WITHOUT_TERMINAL;
  return {
    width: Math.min(Math.max(columns, NARROWEST), WIDEST),
    hasColor: stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  };
}

/** Select Graphic Rendition parameters (ECMA-48, 8.3.117). */
const CODES: Readonly<Record<Tone, number>> = { good: 32, bad: 31, doubtful: 33, strong: 1, faint: 2 };

export function renderLines(lines: readonly StyledLine[], { hasColor }: Screen): string {
  const render = (piece: string | StyledPiece): string => {
    if (typeof piece === 'string') return oneLine(piece);
    const text = oneLine(piece.text);
    return hasColor ? `\u001b[${CODES[piece.tone]}m${text}\u001b[0m` : text;
  };
  return lines.map(line => line.map(render).join('').trimEnd()).join('\n');
}

/** Text that stays on its line and moves nothing: see {@link visible}. */
export function oneLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, character => (character === '\n' ? '\\n' : '\\t'));
}

/**
 * Text in lines of at most `width` columns, broken at spaces. A word that is longer has a line of its own.
 *
 * @param firstWidth what the first line has, when something stands before it
 */
export function wrapText(text: string, width: number, firstWidth: number = width): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > (lines.length === 0 ? firstWidth : width)) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Wrapped text behind `lead`. The lines that follow are indented by as much, or by `indent` columns. */
export function wrapBehind(
  lead: StyledLine,
  text: string,
  { width }: Screen,
  indent: number = lineWidth(lead),
): readonly StyledLine[] {
  return wrapText(text, width - indent, width - lineWidth(lead)).map((line, index) =>
    index === 0 ? [...lead, line] : [' '.repeat(indent), line],
  );
}

function lineWidth(line: StyledLine): number {
  return line.reduce((sum, piece) => sum + displayWidth(textOf(piece)), 0);
}

function textOf(piece: string | StyledPiece): string {
  return oneLine(typeof piece === 'string' ? piece : piece.text);
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** How many columns a terminal gives a text, nearly: scripts and marks of which it makes something else are rare here. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
