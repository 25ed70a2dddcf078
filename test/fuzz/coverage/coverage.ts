/** What `counters.mjs` counts, as tests of the fuzzer and its targets see it. */
interface Counters {
  readonly counts: Uint32Array;
  readonly touched: number[];
  readonly files: readonly CountedFile[];
  stepsLeft: number;
}

interface CountedFile {
  readonly file: string;
  readonly first: number;
  readonly count: number;
  /** The texts that stand in the code: what it compares input with is among them. */
  readonly words: readonly string[];
}

declare global {
  var crossgateCoverage: Counters | undefined;
}

function counters(): Counters {
  const found = globalThis.crossgateCoverage;
  if (!found) throw new Error('run this with --import of test/fuzz/coverage/counters.mjs');
  return found;
}

/** Where inputs went: which places, and in orders of magnitude how often. */
export interface Coverage {
  /** Takes what was counted since the last time, and gives how many things of it were new. */
  readonly take: () => number;
  /** How many places were reached so far. */
  readonly reached: () => number;
  /** The texts that stand in the files of those places. */
  readonly words: () => readonly string[];
}

/** How often, as powers of two: a loop that runs twice as often is another way through the code. */
function magnitude(count: number): number {
  return 1 << Math.min(7, 31 - Math.clz32(count));
}

export function newCoverage(): Coverage {
  const seen = new Uint8Array(counters().counts.length);
  let reached = 0;
  return {
    take: () => {
      const { counts, touched } = counters();
      let fresh = 0;
      for (const place of touched) {
        const bit = magnitude(counts[place] ?? 1);
        const before = seen[place] ?? 0;
        counts[place] = 0;
        if ((before & bit) !== 0) continue;
        if (before === 0) reached += 1;
        seen[place] = before | bit;
        fresh += 1;
      }
      touched.length = 0;
      return fresh;
    },
    reached: () => reached,
    words: () => {
      const files = counters().files.filter(({ first, count }) =>
        seen.subarray(first, first + count).some(bits => bits !== 0),
      );
      return [...new Set(files.flatMap(({ words }) => words))];
    },
  };
}

/** Forgets what was counted. */
export function resetCounters(): void {
  const { counts, touched } = counters();
  for (const place of touched) counts[place] = 0;
  touched.length = 0;
}

/** Lets the loops of counted code take so many turns until they throw. */
export function allowSteps(steps: number): void {
  counters().stepsLeft = steps;
}

/** How many of them are left. */
export function stepsLeft(): number {
  return counters().stepsLeft;
}

/** How many places there are in the files that were loaded. */
export function placesLoaded(): number {
  return counters().files.reduce((sum, { count }) => sum + count, 0);
}
