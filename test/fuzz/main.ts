/** Fuzzes targets for a while. `scripts/fuzz.mjs` runs this file; its arguments are told there. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeSection } from '../support/report-section.ts';
import { openTarget } from './execute.ts';
import { type Finding, fuzzTarget, type TargetReport } from './fuzz-target.ts';
import { openHttpSurface } from './http/http-surface.ts';
import { readRegressions, saveInput } from './regressions.ts';
import { formatReport } from './report.ts';
import type { Subject } from './target.ts';
import { startWatchdog } from './watchdog.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true, default: [] },
    input: { type: 'string', multiple: true, default: [] },
    report: { type: 'boolean', default: true },
    planted: { type: 'boolean', default: false },
  },
});

const MOST_FINDINGS = 5;

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
const targets = await chosenTargets();
const shares = targets.reduce((sum, { share }) => sum + share, 0);
const millisecondsAShare = (Number(values.minutes) * 60_000) / shares;
const reports: TargetReport[] = [];
const startedAt = new Date();
process.stdout.write(`seed ${seed}\n`);
for (const { name, share, open } of targets) {
  const watch = startWatchdog(name);
  const subject = await open();
  if (values.input.length > 0) {
    await tryInputs(subject);
    watch.stop();
    continue;
  }
  const report = await fuzzTarget(subject, {
    milliseconds: share * millisecondsAShare,
    seed,
    regressions: readRegressions(name),
    mostFindings: values.planted ? 1 : MOST_FINDINGS,
    watch: watch.saw,
  });
  watch.stop();
  await subject.close();
  reports.push(report);
  tell(report);
}
if (values.report && !values.planted && values.target.length === 0 && values.input.length === 0) {
  const minutes = Number(values.minutes);
  writeSection('fuzz', formatReport({ startedAt, minutes, seed, targets: reports }));
}
process.exit(reports.some(({ findings }) => findings.length > 0) ? 1 : process.exitCode);

interface Choice {
  readonly name: string;
  /** Of the time, beside those of others. */
  readonly share: number;
  readonly open: () => Promise<Subject>;
}

async function chosenTargets(): Promise<readonly Choice[]> {
  const all = values.planted
    ? (await import('./planted/planted-targets.ts')).PLANTED_TARGETS
    : (await import('./targets/targets.ts')).TARGETS;
  const choices: Choice[] = all.map(target => ({
    name: target.name,
    share: 1,
    open: () => Promise.resolve(openTarget(target)),
  }));
  // It has more ways than all others, and takes the time of a network for each.
  if (!values.planted)
    choices.push({ name: 'http', share: Math.ceil(all.length / 2), open: openHttpSurface });
  if (values.target.length === 0) return choices;
  return values.target.map(name => {
    const found = choices.find(choice => choice.name === name);
    if (!found)
      throw new Error(`there is no target ${name}; there are ${choices.map(each => each.name).join(', ')}`);
    return found;
  });
}

/** Once each, without changes. */
async function tryInputs(subject: Subject): Promise<void> {
  for (const file of values.input) {
    const { problem, milliseconds } = await subject.execute(readFileSync(file, 'latin1'));
    const outcome = problem ? `FINDING (${problem.kind}): ${problem.message}` : 'nothing is wrong';
    process.stdout.write(`${subject.name} ${file}: ${milliseconds.toFixed(1)} ms, ${outcome}\n`);
    if (problem) process.exitCode = 1;
  }
  await subject.close();
}

function tell(report: TargetReport): void {
  const { target, inputs, places, corpus, slowestMilliseconds, findings } = report;
  const slowest = `slowest ${slowestMilliseconds.toFixed(1)} ms`;
  process.stdout.write(`${target}: ${inputs} inputs, ${places} places, ${corpus} kept, ${slowest}\n`);
  for (const finding of findings) tellFinding(finding);
}

function tellFinding(finding: Finding): void {
  const { target, problem, input } = finding;
  const file = saveInput(target, input);
  const bytes = JSON.stringify(input.length > 600 ? `${input.slice(0, 600)}…` : input);
  process.stdout.write(
    [
      `FINDING in ${target} (${problem.kind}): ${problem.message}`,
      `  input: ${bytes}`,
      `  it is in ${file}; put it into test/fuzz/corpus/${target}/ once it is mended`,
      `  again: npm run fuzz -- --target ${target} --seed ${finding.seed}`,
      '',
    ].join('\n'),
  );
}
