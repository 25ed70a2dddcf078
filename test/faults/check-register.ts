import type { State, Write } from './history.ts';

/**
 * Whether there is an order of the writes to one tenant, each between its beginning and its end, in which a register with
 * conditional writes would have answered as they were answered. `undecided` when the search took too long.
 *
 * The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memory of Lowe ("Testing
 * for linearizability", 2017): where the same writes led to the same state once, nobody goes on again. A write of which the
 * outcome is not known may come at any time after its beginning, or never.
 */
export type Linearizability = 'linearizable' | 'not-linearizable' | 'undecided';

const STEPS_LIMIT = 500_000;

export function checkRegister(writes: readonly Write[], stepsLimit = STEPS_LIMIT): Linearizability {
  const operations = writes
    .filter(({ outcome }) => outcome.kind !== 'refused')
    .map(write => ({ write, end: write.outcome.kind === 'unknown' ? Number.POSITIVE_INFINITY : write.ended }))
    .sort((a, b) => a.write.began - b.write.began);
  const isRequired = operations.map(({ end }) => end !== Number.POSITIVE_INFINITY);
  const seen = new Set<string>();
  let steps = 0;

  /** True when the rest can be put in order. `done` has one character for each operation. */
  function search(done: string, state: State): boolean {
    const key = `${done}${state}`;
    if (seen.has(key)) return false;
    seen.add(key);
    steps += 1;
    if (steps > stepsLimit) throw new TooLong();
    // Nothing that began after another has ended can come before it.
    let earliestEnd = Number.POSITIVE_INFINITY;
    let isComplete = true;
    for (const [index, { end }] of operations.entries()) {
      if (done[index] === '1') continue;
      earliestEnd = Math.min(earliestEnd, end);
      if (isRequired[index]) isComplete = false;
    }
    if (isComplete) return true;
    for (const [index, { write }] of operations.entries()) {
      if (write.began > earliestEnd) break;
      if (done[index] === '1') continue;
      const next = step(state, write);
      if (next !== undefined && search(`${done.slice(0, index)}1${done.slice(index + 1)}`, next)) return true;
    }
    return false;
  }

  try {
    return search('0'.repeat(operations.length), 'absent') ? 'linearizable' : 'not-linearizable';
  } catch (error) {
    if (error instanceof TooLong) return 'undecided';
    throw error;
  }
}

class TooLong extends Error {}

/** What the register has after a write; undefined when it would not have answered so. */
function step(state: State, { number, action, expected, outcome }: Write): State | undefined {
  const holds = expected === undefined || expected === state;
  const written: State = action === 'put' ? number : 'absent';
  switch (outcome.kind) {
    case 'written':
      return holds && !(action === 'delete' && state === 'absent') ? written : undefined;
    case 'conflict':
      return !holds && outcome.current === state ? state : undefined;
    case 'absent':
      return holds && action === 'delete' && state === 'absent' ? state : undefined;
    case 'unknown':
      // Where it would have changed nothing, it is as if it had not been.
      return holds ? written : undefined;
    case 'refused':
      return state;
    default:
      return outcome satisfies never;
  }
}
