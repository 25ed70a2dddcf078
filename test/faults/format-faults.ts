import type { Recovery, Violation } from './history.ts';
import type { FaultReport } from './run-faults.ts';
import { spread } from './statistics.ts';

/** The report of a run, in Markdown. */
export function formatFaults(report: FaultReport): string {
  const { faults, skipped, writes, reads, checked, violations, seed, seconds } = report;
  const count = Array.from(faults.values()).reduce((sum, times) => sum + times, 0);
  return [
    `${count} faults in ${formatDuration(seconds)}, with the seed ${seed}, while clients wrote and read.`,
    '',
    '| fault | times | recovered in ms: median | p99 | max |',
    '|---|---:|---:|---:|---:|',
    ...Array.from(faults, ([name, times]) => row(name, times, report.recoveries)),
    '',
    ...Array.from(skipped, ([name, why]) => `Not done: ${name}, for ${why}.`),
    ...(skipped.size > 0 ? [''] : []),
    'Recovered is a gateway that has everything which was in the store when the fault was over.',
    'Where two faults came together, both are counted.',
    '',
    '| writes | |',
    '|---|---:|',
    ...Array.from(writes).toSorted(byCount).map(counted),
    '',
    '| reads | |',
    '|---|---:|',
    ...Array.from(reads).toSorted(byCount).map(counted),
    '',
    `Checked: ${format(checked.acknowledgedWrites)} acknowledged writes are in the store; ` +
      `${format(checked.reads)} reads are whole, were written, and never went back at their gateway; ` +
      `${format(checked.registers - checked.undecided)} tenants have an order that explains all answers` +
      `${checked.undecided > 0 ? ` (${format(checked.undecided)} had too many at once to tell)` : ''}; ` +
      `${format(checked.recoveries)} recoveries took at most 2 s. **Violations: ${violations.length}.**`,
  ].join('\n');
}

function row(name: string, times: number, recoveries: readonly Recovery[]): string {
  const own = recoveries.filter(({ fault }) => fault.split(' + ').includes(name));
  if (own.length === 0) return `| ${name} | ${times} | | | |`;
  const { median, p99, max } = spread(own.map(({ milliseconds }) => milliseconds));
  return `| ${name} | ${times} | ${Math.round(median)} | ${Math.round(p99)} | ${Math.round(max)} |`;
}

function byCount([, a]: readonly [string, number], [, b]: readonly [string, number]): number {
  return b - a;
}

function counted([name, times]: readonly [string, number]): string {
  return `| ${name} | ${format(times)} |`;
}

export function format(count: number): string {
  return count.toLocaleString('en-US');
}

function formatDuration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
}

/** How long the evidence of one violation may be. */
const EVIDENCE_SHOWN = 60;

/** What was found, with the history that shows it, and how to have it again. */
export function formatViolations(violations: readonly Violation[], seed: number): string {
  return violations
    .map(({ property, message, evidence }) =>
      [
        `${property}: ${message} (seed ${seed})`,
        ...evidence.slice(0, EVIDENCE_SHOWN).map(piece => `  ${JSON.stringify(piece)}`),
      ].join('\n'),
    )
    .join('\n\n');
}
