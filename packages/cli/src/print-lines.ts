import { renderLines, type Screen, type StyledLine, screenOf } from './styled-text.ts';

/** Writes lines to standard output, made for the screen that it is. */
export function printLines(format: (screen: Screen) => readonly StyledLine[]): void {
  const screen = screenOf(process.stdout, process.env);
  process.stdout.write(`${renderLines(format(screen), screen)}\n`);
}
