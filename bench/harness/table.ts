/** Rows of cells under their titles. */
export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns as wide as they have to be: the first to the left, the others to the right. */
export function asText({ titles, rows }: Table): string {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map(row => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(titles), widths.map(width => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

export function asMarkdown({ titles, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = titles.map((_, i) => (i === 0 ? '---' : '--:'));
  return [line(titles), `|${rule.join('|')}|`, ...rows.map(line)].join('\n');
}
