import {
  allowSteps,
  type Coverage,
  newCoverage,
  placesLoaded,
  resetCounters,
  stepsLeft,
} from './coverage/coverage.ts';
import { memoryInUse } from './measure-memory.ts';
import { type Execution, LIMIT_MILLISECONDS, type Problem, type Subject, type Target } from './target.ts';

/** No input may need as many: loops have no end then, or none that anybody waits for. */
const MOST_STEPS = 30_000_000;
/** For a promise that nobody keeps. */
const PATIENCE_MILLISECONDS = 5_000;
/** How often something is to be slow before it is: others use the machine too. */
const CONFIRMATIONS = 4;

/** Code that is compiled, and what else comes in small amounts. */
const MEMORY_SLACK_BYTES = 256 * 1024;

/** A target of this process. */
export function openTarget(target: Target): Subject {
  // What loading its code has counted says nothing of inputs.
  resetCounters();
  const coverage = newCoverage();
  const { name, seeds, words = [], limitBytes } = target;
  return {
    name,
    seeds,
    words,
    limitBytes,
    execute: input => execute(target, input, coverage),
    places: () => Promise.resolve({ reached: coverage.reached(), loaded: placesLoaded() }),
    codeWords: () => Promise.resolve(coverage.words()),
    memoryBytes: memoryInUse,
    memorySlackBytes: MEMORY_SLACK_BYTES,
    close: () => Promise.resolve(),
  };
}

async function execute(target: Target, input: string, coverage: Coverage): Promise<Execution> {
  const { limitMilliseconds = LIMIT_MILLISECONDS } = target;
  const first = await runOnce(target, input);
  const fresh = coverage.take();
  if (first.problem || first.milliseconds <= limitMilliseconds) return { ...first, fresh };
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CONFIRMATIONS && milliseconds > limitMilliseconds; i++) {
    milliseconds = Math.min(milliseconds, (await runOnce(target, input)).milliseconds);
  }
  resetCounters();
  if (milliseconds <= limitMilliseconds) return { ...first, milliseconds, fresh };
  const message = `takes ${Math.round(milliseconds)} ms, more than ${limitMilliseconds} ms`;
  return { ...first, milliseconds, fresh, problem: { kind: 'slow', key: 'time', message } };
}

async function runOnce(target: Target, input: string): Promise<Omit<Execution, 'fresh'>> {
  const bytes = Buffer.from(input, 'latin1');
  let problem: Problem | undefined;
  allowSteps(MOST_STEPS);
  const processorStart = process.cpuUsage();
  const start = performance.now();
  let asked: void | Promise<void>;
  try {
    asked = target.run(bytes);
    if (asked) await withPatience(asked);
  } catch (error) {
    problem = problemOf(error);
  }
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(processorStart);
  // Of other processes there is time in the one, of other threads in the other.
  const milliseconds = Math.min(elapsed, (user + system) / 1000);
  const steps = MOST_STEPS - stepsLeft();
  allowSteps(Number.POSITIVE_INFINITY);
  // Whoever catches everything has caught that, too.
  if (steps > MOST_STEPS) {
    const message = `its loops have more than ${MOST_STEPS} turns`;
    problem = { kind: 'endless', key: 'time', message };
  }
  return { milliseconds, steps, problem };
}

async function withPatience(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not settle')), PATIENCE_MILLISECONDS);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { kind: 'error', key: 'thrown', message: String(error) };
  const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
  const own = frames.find(line => line.includes('/packages/')) ?? frames[0] ?? '';
  const place = own.replace(/^\s+at /, '').replace(/\(?file:\S*?((?:packages|test)\/[^:)]+).*$/, '($1)');
  const text = error.message.replace(/[^A-Za-z ].*$/s, '');
  return {
    kind: 'error',
    key: `${error.name} ${text} ${error.name === 'PropertyError' ? '' : place}`,
    message: `${error.name}: ${error.message.slice(0, 800)}${place ? ` at ${place}` : ''}`,
  };
}
