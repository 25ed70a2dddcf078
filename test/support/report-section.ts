/** `docs/reliability.md` has parts that runs write about themselves, between `<!-- name -->` and `<!-- end of name -->`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export type ReportSection = 'faults' | 'fuzz' | 'propagation' | 'soak';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** The page with another text in one of its parts, which stays where it is; a part that it does not have comes last. */
export function withSection(page: string, section: ReportSection, text: string): string {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- end of ${section} -->`];
  const part = `${begin}\n\n${text.trim()}\n\n${end}`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) return `${page.trimEnd()}\n\n${part}\n`;
  return page.slice(0, from) + part + page.slice(to + end.length);
}

/** Writes a part of the page. */
export function writeSection(section: ReportSection, text: string): void {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '# Reliability\n';
  writeFileSync(PAGE, withSection(page, section, text));
}

/** What a run ran on: `Node 20.20.2, 2 cores, 24 GB`. */
export function describeMachine(): string {
  const gigabytes = Math.round(totalmem() / 1e9);
  return `Node ${process.versions.node}, ${cpus().length} cores, ${gigabytes} GB`;
}
