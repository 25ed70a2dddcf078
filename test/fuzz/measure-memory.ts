import type { Problem, Subject } from './target.ts';

export interface Memory {
  /** Bytes of the heap that are in use, when all is cleared away. */
  readonly before: number;
  readonly after: number;
  readonly problem: Problem | undefined;
}

const STAGES = 5;
/** What an input may leave behind, on average. What is not cleared away keeps more of most inputs. */
const BYTES_AN_INPUT = 8;

/**
 * Tries inputs, nothing of which is kept here, in stages of the same length. A leak is what goes on growing: when memory
 * grows, that is looked at once more, for a process that is young grows as well.
 */
export async function measureMemory(
  subject: Pick<Subject, 'memoryBytes' | 'memorySlackBytes'>,
  tryInput: () => Promise<void>,
  milliseconds: number,
): Promise<Memory> {
  const first = await lookOnce(subject, tryInput, milliseconds);
  return first.problem ? await lookOnce(subject, tryInput, milliseconds) : first;
}

async function lookOnce(
  { memoryBytes, memorySlackBytes }: Pick<Subject, 'memoryBytes' | 'memorySlackBytes'>,
  tryInput: () => Promise<void>,
  milliseconds: number,
): Promise<Memory> {
  const inUse: number[] = [await memoryBytes()];
  const counts: number[] = [];
  for (let stage = 0; stage < STAGES; stage++) {
    const until = performance.now() + milliseconds / STAGES;
    let count = 0;
    while (performance.now() < until) {
      await tryInput();
      count += 1;
    }
    inUse.push(await memoryBytes());
    counts.push(count);
  }
  const growing = counts.filter((_, stage) => (inUse[stage + 1] ?? 0) - (inUse[stage] ?? 0) > 0).length;
  const [before = 0] = inUse;
  const after = inUse.at(-1) ?? 0;
  const tried = counts.reduce((sum, count) => sum + count, 0);
  // A table that holds more and more grows in leaps: one stage may go without.
  const leaks = growing >= STAGES - 1 && after - before > Math.max(memorySlackBytes, tried * BYTES_AN_INPUT);
  const told = `${inUse.map(bytes => Math.round(bytes / 1024)).join(', ')} KiB in use behind ${counts.join(', ')} inputs`;
  return { before, after, problem: leaks ? { kind: 'memory', key: 'memory', message: told } : undefined };
}

/** Bytes of the heap of this process, and beside it. */
export async function memoryInUse(): Promise<number> {
  // Registered finalizers, and what they let go of, are for the turns after the first.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise(resolve => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
