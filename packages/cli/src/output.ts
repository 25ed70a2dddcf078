import type { Policy } from '@crossgate/core';
import type { PolicyDocumentFormat } from '@crossgate/dialects';

/** Writes a result to standard output. */
export function print(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** Writes a problem to standard error. */
export function complain(text: string): void {
  process.stderr.write(`crossgate: ${visible(text)}\n`);
}

export function printJson(value: unknown): void {
  print(formatJson(value));
}

/** Columns as wide as their widest cell, two spaces between them. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows.map(row => row.map(visibleLine))];
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)));
  return all
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What a terminal would act on, or show as something else than it is: controls, formats, unassigned, line ends. */
const ALL_CONTROLS = /[\p{C}\p{Zl}\p{Zp}]/gu;
const CONTROLS_BUT_LAYOUT = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;

/** Keeps what others wrote from moving the cursor, and from looking like something else: `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(CONTROLS_BUT_LAYOUT, asCodePoint);
}

/** The same, on one line. */
export function visibleLine(text: string): string {
  return text.replace(ALL_CONTROLS, asCodePoint);
}

/** JSON with escapes that say the same as what they stand for. */
export function formatJson(value: unknown): string {
  return escapeJson(JSON.stringify(value, undefined, 2));
}

/** A document of a service, with escapes that say the same as what they stand for. */
export function formatDocument(policy: Policy, { mediaType, write }: PolicyDocumentFormat): string {
  const text = write(policy);
  if (mediaType === 'application/json') return escapeJson(text);
  return text.replace(CONTROLS_BUT_LAYOUT, character => `&#${character.codePointAt(0)};`);
}

function escapeJson(text: string): string {
  const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replace(CONTROLS_BUT_LAYOUT, character => character.split('').map(escapeUnit).join(''));
}

function asCodePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
