import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Puts a text in place of what stands between `<!-- name -->` and `<!-- end of name -->` in a file. Throws when the markers
 * are not there.
 */
export function replaceSection(file: string, name: string, text: string): void {
  const page = readFileSync(file, 'utf8');
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}: ${start} … ${end}`);
  writeFileSync(file, `${page.slice(0, from + start.length)}\n${text.trim()}\n${page.slice(to)}`);
}
