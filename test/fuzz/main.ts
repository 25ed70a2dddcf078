/** Fuzzes targets for a while. `scripts/fuzz.mjs` runs this file; its arguments are told there. */
import { parseArgs } from 'node:util';
import { type Finding, fuzzTarget, type TargetReport } from './fuzz-target.ts';
import { readRegressions, saveInput } from './regressions.ts';
import type { Target } from './target.ts';
import { startWatchdog } from './watchdog.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true, default: [] },
    planted: { type: 'boolean', default: false },
  },
});

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
const targets = await chosenTargets();
const milliseconds = (Number(values.minutes) * 60_000) / targets.length;
const reports: TargetReport[] = [];
process.stdout.write(`seed ${seed}\n`);
for (const target of targets) {
  const watch = startWatchdog(target.name);
  const report = await fuzzTarget(target, {
    milliseconds,
    seed,
    regressions: readRegressions(target.name),
    watch: watch.saw,
  });
  watch.stop();
  reports.push(report);
  tell(report);
}
process.exit(reports.some(({ findings }) => findings.length > 0) ? 1 : 0);

async function chosenTargets(): Promise<readonly Target[]> {
  const all = values.planted
    ? (await import('./planted/planted-targets.ts')).PLANTED_TARGETS
    : (await import('./targets/targets.ts')).TARGETS;
  if (values.target.length === 0) return all;
  return values.target.map(name => {
    const found = all.find(target => target.name === name);
    if (!found) throw new Error(`there is no target ${name}; there are ${all.map(each => each.name).join(', ')}`);
    return found;
  });
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
