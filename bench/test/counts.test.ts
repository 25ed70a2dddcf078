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
  ['cos', 'preflight', 'exact', 175, 1496],
  ['cos', 'preflight', 'wildcard', 262, 2376],
  ['cos', 'preflight', 'miss', 48, 480],
  ['cos', 'actual', 'exact', 29, 856],
  ['cos', 'actual', 'wildcard', 117, 1736],
  ['cos', 'actual', 'miss', 59, 568],
  ['qingstor', 'preflight', 'exact', 166, 2104],
  ['qingstor', 'preflight', 'wildcard', 253, 2984],
  ['qingstor', 'preflight', 'miss', 48, 440],
  ['qingstor', 'actual', 'exact', 22, 816],
  ['qingstor', 'actual', 'wildcard', 110, 1696],
  ['qingstor', 'actual', 'miss', 59, 568],
  ['azure-tables', 'preflight', 'exact', 157, 2104],
  ['azure-tables', 'preflight', 'wildcard', 264, 2984],
  ['azure-tables', 'preflight', 'miss', 48, 480],
  ['azure-tables', 'actual', 'exact', 54, 3072],
  ['azure-tables', 'actual', 'wildcard', 159, 3952],
  ['azure-tables', 'actual', 'miss', 55, 480],
  ['boomi', 'preflight', 'exact', 41, 1176],
  ['boomi', 'preflight', 'wildcard', 148, 2656],
  ['boomi', 'preflight', 'miss', 49, 1056],
  ['boomi', 'actual', 'exact', 23, 776],
  ['boomi', 'actual', 'wildcard', 132, 2256],
  ['boomi', 'actual', 'miss', 60, 1184],
];

/** To compile a policy of two rules and decide by it once, as for most tenants of a large service. */
const FIRST_LOOKS: readonly (readonly [dialect: string, blocks: number, bytes: number])[] = [
  ['cos', 524, 8384],
  ['qingstor', 517, 8552],
  ['azure-tables', 507, 8392],
  ['boomi', 213, 8408],
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

  function expectWithin(count: Count, blocks: number, bytes: number): void {
    expect(count.blocks).toBeLessThanOrEqual(blocks * ROOM);
    expect(count.bytes).toBeLessThanOrEqual(bytes * ROOM);
    // A budget that is far away from what is needed guards nothing.
    expect(count.blocks).toBeGreaterThan(blocks / 1.5);
    expect(count.bytes).toBeGreaterThan(bytes / 1.5);
  }

  it.each(BUDGETS)('keeps to its budget: %s, %s, %s', (dialect, kind, match, blocks, bytes) => {
    expectWithin(countOf(`${dialect} ${kind} ${match} 100`), blocks, bytes);
  });

  it.each(FIRST_LOOKS)('keeps to its budget: %s, a first look', (dialect, blocks, bytes) => {
    expectWithin(countOf(`${dialect} first look`), blocks, bytes);
  });

  it.each(BUDGETS)('does not need more for more rules: %s, %s, %s', (dialect, kind, match) => {
    const one = countOf(`${dialect} ${kind} ${match} 1`);
    const hundred = countOf(`${dialect} ${kind} ${match} 100`);
    expect(hundred.blocks).toBeLessThanOrEqual(one.blocks * GROWTH);
    expect(hundred.bytes).toBeLessThanOrEqual(one.bytes + GROWTH_BYTES);
  });
});
