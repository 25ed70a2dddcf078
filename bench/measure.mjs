// Timing in interleaved rounds: every function runs for a moment in every round, so that what disturbs the machine
// disturbs all of them.

const ROUNDS = 15;
const SLICE_MILLISECONDS = 20;
const WARM_UP_MILLISECONDS = 60;

/** What the measured functions return ends here: nothing can be left out as unused. */
let sink = 0;

/**
 * The cost of one call of each function, in nanoseconds.
 *
 * @param {readonly (() => object)[]} functions
 * @returns {{ rounds: number[], median: number, low: number, high: number }[]} `low` and `high` bound the middle half
 */
export function measure(functions) {
  const batches = functions.map(warmUp);
  const costs = functions.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let k = 0; k < functions.length; k++) {
      const i = (k + round) % functions.length;
      costs[i].push(timeSlice(functions[i], batches[i]));
    }
  }
  check(sink !== 0, 'nothing was measured');
  return costs.map(summarize);
}

/** Runs `work` for a while. The result is how many calls fit a slice, at least one. */
function warmUp(work) {
  let calls = 0;
  const start = performance.now();
  let passed = 0;
  while (passed < WARM_UP_MILLISECONDS) {
    const batch = Math.max(1, calls >> 2);
    runBatch(work, batch);
    calls += batch;
    passed = performance.now() - start;
  }
  return Math.max(1, Math.round((calls * SLICE_MILLISECONDS) / passed));
}

function timeSlice(work, calls) {
  const start = process.hrtime.bigint();
  runBatch(work, calls);
  return Number(process.hrtime.bigint() - start) / calls;
}

function runBatch(work, calls) {
  let seen = 0;
  for (let i = 0; i < calls; i++) if (work() !== undefined) seen++;
  sink += seen;
}

function summarize(rounds) {
  return { rounds, median: quantile(rounds, 0.5), low: quantile(rounds, 0.25), high: quantile(rounds, 0.75) };
}

/** The value that `part` of the others are below. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))];
}

/** How many times `b` the cost of `a` is: the median over the rounds, each of which both share. */
export function timesTheCost(a, b) {
  return quantile(
    a.rounds.map((cost, round) => cost / b.rounds[round]),
    0.5,
  );
}

/** Stops the run when `truth` is not one. */
export function check(truth, message) {
  if (!truth) throw new Error(message);
}

/** A duration with three digits that count: `87.3 ns`, `1.42 us`. */
export function nanoseconds(value) {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} ms`;
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} us`;
  return `${value.toPrecision(3)} ns`;
}

/** Prints columns as wide as they have to be: the first to the left, the others to the right. */
export function printTable(titles, rows) {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map(row => row[i].length)));
  const line = cells =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log(line(titles));
  console.log(widths.map(width => '-'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(row));
}
