import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.ts';
import type { PartResult } from './measurement.ts';
import type { Plan } from './plan.ts';
import { type Outcome, SPREADS } from './print.ts';
import { asMarkdown } from './table.ts';
import { findingTable } from './tables.ts';
import { PARTS } from './targets.ts';

const FILE = fileURLToPath(new URL('../../../../docs/benchmarks.md', import.meta.url));

/** Writes the page with the figures of a whole run. */
export function writeBenchmarks(outcomes: readonly Outcome[], plan: Plan): void {
  writeFileSync(FILE, benchmarksPage(outcomes, plan, describeMachine()));
}

function benchmarksPage(outcomes: readonly Outcome[], plan: Plan, machine: readonly string[]): string {
  const minutes = outcomes.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const findings = outcomes.flatMap(({ result }) => (result.kind === 'measured' ? result.findings : []));
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}; do not edit it. Repeat it with \`npm run bench\`
(${minutes.toFixed(0)} minutes), or a part of it with \`npm run bench -- --only http\`; \`--quick\` is for a look, and is not written
here. Ratios of one run can be compared; rates are this machine's.

${machine.map(line => `- ${line}`).join('\n')}
- ${plan.rounds} rounds unless a part says otherwise, in each of which every contestant has one turn, after a warm-up.
- ${SPREADS}
- The floor is the least that does the same; what is told in terms of it says so. Before anything is timed, all
  contestants have to give the right answers; a wrong or missing one, a failed request or too short a run leaves no
  number.

## Targets

${asMarkdown(findingTable(findings, PARTS))}

${outcomes.map(partText).join('\n')}`;
}

function partText({ name, title, result }: Outcome): string {
  const heading = `## ${title}\n\n\`npm run bench -- --only ${name}\`\n`;
  if (result.kind === 'refused') return `${heading}\n**No numbers:** ${result.reason}\n`;
  return [heading, ...partLines(result)].join('\n');
}

function partLines({ sections, remarks, leftOut }: PartResult): readonly string[] {
  return [
    ...remarks.map(remark => `- ${remark}`),
    ...leftOut.map(missing => `- **Left out:** ${missing}`),
    '',
    ...sections.flatMap(({ title, table }) => [`### ${title}`, '', asMarkdown(table), '']),
  ];
}
