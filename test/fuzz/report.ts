import { describeMachine } from '../support/report-section.ts';
import type { TargetReport } from './fuzz-target.ts';

export interface RunReport {
  readonly startedAt: Date;
  readonly minutes: number;
  readonly seed: number;
  readonly targets: readonly TargetReport[];
}

/** What a run has to say of itself, as Markdown. */
export function formatReport({ startedAt, minutes, seed, targets }: RunReport): string {
  const inputs = targets.reduce((sum, target) => sum + target.inputs, 0);
  const findings = targets.flatMap(target => target.findings);
  const date = startedAt.toISOString().slice(0, 10);
  const told =
    findings.length === 0
      ? 'Nothing was found.'
      : findings
          .map(({ target, problem }) => `- ${target}: ${problem.kind}, ${inOneLine(problem.message)}`)
          .join('\n');
  return [
    `${date}, ${minutes} minutes, ${targets.length} targets, ${inputs.toLocaleString('en')} inputs, seed ${seed}. ${describeMachine()}.`,
    told,
    [
      '| target | inputs | places reached | slowest input | heap before | heap after | findings |',
      '|---|---:|---:|---:|---:|---:|---:|',
      ...targets.map(formatTarget),
    ].join('\n'),
    'Places are branches of the code that were taken, counted by the run itself. Of the slowest input the time and its length are told. The heap is what is in use behind a collection: before and after a last fifth of the inputs.',
  ].join('\n\n');
}

function formatTarget(report: TargetReport): string {
  const { target, inputs, places, slowestMilliseconds, slowestBytes, memoryBefore, memoryAfter, findings } =
    report;
  const cells = [
    target,
    inputs.toLocaleString('en'),
    String(places),
    `${slowestMilliseconds.toFixed(1)} ms (${formatBytes(slowestBytes)})`,
    formatBytes(memoryBefore),
    formatBytes(memoryAfter),
    String(findings.length),
  ];
  return `| ${cells.join(' | ')} |`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

function inOneLine(message: string): string {
  return message.replace(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 200);
}
