// npm run bench: runs the parts, or those that `--only` names, and prints what they found. A whole run that is not
// `--quick` is written into docs/benchmarks.md.
import { parseArgs } from 'node:util';
import { FULL, QUICK } from './harness/plan.ts';
import { type Outcome, printOutcome, printSummary } from './harness/print.ts';
import { Refusal } from './harness/refusal.ts';
import { isMet, PARTS, type PartName, TARGETS } from './harness/targets.ts';
import { writeBenchmarks } from './harness/write-benchmarks.ts';
import { PARTS_BY_NAME, type Part } from './parts.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean' } },
});
const asked = (values.only ?? []).flatMap(names => names.split(','));
const unknown = asked.find(name => !(PARTS as readonly string[]).includes(name));
if (unknown !== undefined) {
  console.error(
    `There is no part \`${unknown}\`; --only takes ${PARTS.join(', ')}, with commas between them.`,
  );
  process.exit(1);
}
const plan = values.quick ? QUICK : FULL;
const chosen = PARTS.filter(name => asked.length === 0 || asked.includes(name));

const outcomes: Outcome[] = [];
for (const name of chosen) {
  const outcome = await runPart(name, PARTS_BY_NAME[name]);
  printOutcome(outcome);
  outcomes.push(outcome);
}
printSummary(outcomes, plan);
if (plan === FULL && asked.length === 0) writeBenchmarks(outcomes, plan);

const missed = outcomes.some(
  ({ result }) =>
    result.kind === 'refused' ||
    result.findings.some(({ target, value }) => !isMet(TARGETS[target], value.median)),
);
process.exitCode = missed ? 1 : 0;

async function runPart(name: PartName, { title, run }: Part): Promise<Outcome> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  console.error(`${name}: ${title} …`);
  try {
    const result = await run(plan);
    return { name, title, seconds: seconds(), result: { kind: 'measured', ...result } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { name, title, seconds: seconds(), result: { kind: 'refused', reason: error.message } };
  }
}
