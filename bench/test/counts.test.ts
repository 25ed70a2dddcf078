import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

/** What one decision does. */
interface Count {
  /** How often a block of the engine's code ran: more with every turn of every loop. */
  readonly blocks: number;
  readonly bytes: number;
}

/** The interpreter alone, without collections: what is counted is what is written, the same in every run. */
const FLAGS = [
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--no-lazy-feedback-allocation',
  '--single-threaded',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
];

/** Of policies of 100 rules, asked for the last of them. Lower a number when a decision comes to need less. */
const BUDGETS: readonly (readonly [
  dialect: string,
  kind: string,
  match: string,
  blocks: number,
  bytes: number,
])[] = [
  ['cos', 'preflight', 'exact', 166, 1440],
  ['cos', 'preflight', 'wildcard', 250, 2288],
  ['cos', 'preflight', 'miss', 46, 448],
  ['cos', 'actual', 'exact', 25, 808],
  ['cos', 'actual', 'wildcard', 111, 1656],
  ['cos', 'actual', 'miss', 56, 488],
  ['qingstor', 'preflight', 'exact', 158, 2056],
  ['qingstor', 'preflight', 'wildcard', 244, 2904],
  ['qingstor', 'preflight', 'miss', 46, 408],
  ['qingstor', 'actual', 'exact', 19, 768],
  ['qingstor', 'actual', 'wildcard', 105, 1616],
  ['qingstor', 'actual', 'miss', 56, 488],
  ['azure-tables', 'preflight', 'exact', 149, 2056],
  ['azure-tables', 'preflight', 'wildcard', 254, 2904],
  ['azure-tables', 'preflight', 'miss', 46, 448],
  ['azure-tables', 'actual', 'exact', 46, 3024],
  ['azure-tables', 'actual', 'wildcard', 149, 3872],
  ['azure-tables', 'actual', 'miss', 52, 400],
  ['boomi', 'preflight', 'exact', 35, 1128],
  ['boomi', 'preflight', 'wildcard', 140, 2568],
  ['boomi', 'preflight', 'miss', 47, 1024],
  ['boomi', 'actual', 'exact', 20, 728],
  ['boomi', 'actual', 'wildcard', 127, 2176],
  ['boomi', 'actual', 'miss', 57, 1104],
];

/** For small changes, and for other versions of Node. */
const ROOM = 1.15;
/** At 100 rules, in terms of one: sets of four words instead of one. */
const GROWTH = 1.4;
const GROWTH_BYTES = 512;

/** Needs the packages to be built. */
describe('decidePreflight and decideActual', () => {
  let counts: Readonly<Record<string, Count>> = {};
  beforeAll(() => {
    const script = fileURLToPath(new URL('count-decisions.mjs', import.meta.url));
    counts = JSON.parse(execFileSync(process.execPath, [...FLAGS, script], { encoding: 'utf8' }));
  });

  function countOf(name: string): Count {
    const count = counts[name];
    if (!count) throw new Error(`nothing was counted of ${name}`);
    return count;
  }

  it.each(BUDGETS)('keeps to its budget: %s, %s, %s', (dialect, kind, match, blocks, bytes) => {
    const count = countOf(`${dialect} ${kind} ${match} 100`);
    expect(count.blocks).toBeLessThanOrEqual(blocks * ROOM);
    expect(count.bytes).toBeLessThanOrEqual(bytes * ROOM);
    // A budget that is far away from what is needed guards nothing.
    expect(count.blocks).toBeGreaterThan(blocks / 1.5);
    expect(count.bytes).toBeGreaterThan(bytes / 1.5);
  });

  it.each(BUDGETS)('does not need more for more rules: %s, %s, %s', (dialect, kind, match) => {
    const one = countOf(`${dialect} ${kind} ${match} 1`);
    const hundred = countOf(`${dialect} ${kind} ${match} 100`);
    expect(hundred.blocks).toBeLessThanOrEqual(one.blocks * GROWTH);
    expect(hundred.bytes).toBeLessThanOrEqual(one.bytes + GROWTH_BYTES);
  });
});
