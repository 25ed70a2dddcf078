import { measureMemory } from './measure-memory.ts';
import { asBytes, newMutator } from './mutate.ts';
import { newRandom } from './random.ts';
import { shrink } from './shrink.ts';
import type { Execution, Problem, Subject } from './target.ts';

/** Something that one target does wrong, with the shortest input that was found for it. */
export interface Finding {
  readonly target: string;
  readonly problem: Problem;
  /** One character a byte. */
  readonly input: string;
  /** Of the run that found it. */
  readonly seed: number;
}

/** What came of one target. */
export interface TargetReport {
  readonly target: string;
  readonly inputs: number;
  /** Inputs that went where none before them did, and are kept for the time of the run. */
  readonly corpus: number;
  /** Places in the code that were reached. */
  readonly places: number;
  /** All places in the files that were loaded. */
  readonly placesLoaded: number;
  readonly slowestMilliseconds: number;
  readonly slowestBytes: number;
  /** Of the heap, behind the run and once again as many inputs. */
  readonly memoryBefore: number;
  readonly memoryAfter: number;
  readonly findings: readonly Finding[];
}

export interface FuzzOptions {
  readonly milliseconds: number;
  readonly seed: number;
  /** Inputs that once were too much: they are tried first, always. */
  readonly regressions: readonly string[];
  /** After so many findings there is enough to mend. */
  readonly mostFindings: number;
  /** Told of every input before it is tried. */
  readonly watch: (input: string) => void;
}

const RECORD_FACTOR = 1.2;
/** Shorter times are those of the machine. */
const LEAST_RECORD_MILLISECONDS = 0.03;
const SHRINKING_MILLISECONDS = 4_000;
/** Of the time of a target, what the look at its memory takes. */
const MEMORY_SHARE = 0.2;
/** Enough to go on from; which ones go is left to chance. */
const LARGEST_CORPUS = 4_000;

/** Tries inputs on a target for a while. Those that go new ways through the code are where the next ones begin. */
export async function fuzzTarget(subject: Subject, options: FuzzOptions): Promise<TargetReport> {
  const { milliseconds, seed, regressions, mostFindings, watch } = options;
  const random = newRandom(seed);
  const corpus: string[] = [];
  const findings = new Map<string, Finding>();
  let [inputs, mostSteps] = [0, 0];
  let slowest = { milliseconds: 0, bytes: 0 };
  /** The most that an input has taken, by the order of its length: what takes longer than others of its length. */
  const records = new Map<number, number>();

  const ownWords = (subject.words ?? []).map(asBytes);
  const words: string[] = [];
  const { limitBytes } = subject;
  const { mutate } = newMutator({ random, words, other: pick, limitBytes });

  function pick(): string {
    if (corpus.length === 0) return '';
    // The newest ones are where there is most to find.
    const newest = random.oneIn(3) ? Math.max(0, corpus.length - 20) : 0;
    return corpus[newest + random.below(corpus.length - newest)] ?? '';
  }

  async function attempt(input: string): Promise<Execution> {
    inputs += 1;
    watch(input);
    const execution = await subject.execute(input);
    if (execution.problem) await record(execution.problem, input);
    return execution;
  }

  /** Whether an input takes longer than any of its length so far. */
  async function isRecord(input: string, { milliseconds: first }: Execution): Promise<boolean> {
    const order = Math.floor(Math.log2(input.length + 1));
    const former = records.get(order) ?? LEAST_RECORD_MILLISECONDS;
    if (first <= former * RECORD_FACTOR) return false;
    // Whatever else the machine does, three times in a row is the input.
    let least = first;
    for (let i = 0; i < 2; i++) least = Math.min(least, (await subject.execute(input)).milliseconds);
    if (least > slowest.milliseconds) slowest = { milliseconds: least, bytes: input.length };
    if (least <= former * RECORD_FACTOR) return false;
    records.set(order, least);
    return true;
  }

  async function record(problem: Problem, input: string): Promise<void> {
    if (findings.has(problem.key)) return;
    const until = performance.now() + SHRINKING_MILLISECONDS;
    const keeps = async (candidate: string): Promise<boolean> => {
      watch(candidate);
      return (await subject.execute(candidate)).problem?.key === problem.key;
    };
    const shortest = await shrink(input, keeps, () => performance.now() < until);
    findings.set(problem.key, { target: subject.name, problem, input: shortest, seed });
  }

  function keep(input: string): void {
    if (corpus.length < LARGEST_CORPUS) corpus.push(input);
    else corpus[random.below(corpus.length)] = input;
  }

  /** What the target says of itself is worth more than what stands in the code that it has reached. */
  async function refreshWords(): Promise<void> {
    const inCode = (await subject.codeWords()).map(asBytes);
    const times = Math.max(1, Math.ceil(inCode.length / Math.max(1, ownWords.length)));
    words.length = 0;
    words.push(...inCode);
    for (let i = 0; i < Math.min(times, 20); i++) words.push(...ownWords);
  }

  for (const input of regressions) await attempt(input);
  for (const input of subject.seeds()) {
    await attempt(input.slice(0, limitBytes));
    keep(input.slice(0, limitBytes));
  }
  await refreshWords();
  let refreshed = inputs;
  const until = performance.now() + milliseconds * (1 - MEMORY_SHARE);
  while (performance.now() < until && findings.size < mostFindings) {
    const input = mutate(pick());
    const execution = await attempt(input);
    const { fresh, steps, problem } = execution;
    // What takes more turns or more time than others is worth another try: there may be no end to it.
    const isLonger = steps > mostSteps * RECORD_FACTOR;
    if (isLonger) mostSteps = steps;
    if (!problem && (fresh > 0 || isLonger || (await isRecord(input, execution)))) keep(input);
    if (inputs > refreshed * 2) {
      refreshed = inputs;
      await refreshWords();
    }
  }
  const tryAnother = async (): Promise<void> => {
    await attempt(mutate(pick()));
  };
  const memory = await measureMemory(
    subject,
    tryAnother,
    findings.size < mostFindings ? milliseconds * MEMORY_SHARE : 0,
  );
  if (memory.problem) {
    findings.set(memory.problem.key, { target: subject.name, problem: memory.problem, input: pick(), seed });
  }
  const { reached, loaded } = await subject.places();
  return {
    target: subject.name,
    inputs,
    corpus: corpus.length,
    places: reached,
    placesLoaded: loaded,
    slowestMilliseconds: slowest.milliseconds,
    slowestBytes: slowest.bytes,
    memoryBefore: memory.before,
    memoryAfter: memory.after,
    findings: [...findings.values()],
  };
}
