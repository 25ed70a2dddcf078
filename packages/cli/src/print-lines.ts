import { renderLines, type Screen, type StyledLine, screenOf } from './styled-text.ts';

/** Writes lines to standard output, made for the screen that it is. */
export function printLines(format: (screen: Screen) => readonly StyledLine[]): void {
  writeLines(process.stdout, format);
}

/** Writes lines to standard error, made for the screen that it is. */
export function complainInLines(format: (screen: Screen) => readonly StyledLine[]): void {
  writeLines(process.stderr, format);
}

function writeLines(stream: NodeJS.WriteStream, format: (screen: Screen) => readonly StyledLine[]): void {
  const screen = screenOf(stream, process.env);
  const lines = format(screen);
  if (lines.length > 0) stream.write(`${renderLines(lines, screen)}\n`);
}
