/** The test of the fuzzer: it finds defects that were put there, within a bound. */
import { describe, expect, it } from 'vitest';
import { runFuzzer } from './run-fuzzer.ts';

const PATIENCE_MS = 120_000;

/** The bound. A run ends with what it finds; memory is looked at when its time is over. */
const MINUTES = 1;
const LEAK_MINUTES = 0.2;

describe('the fuzzer', () => {
  it.each([
    { target: 'planted-exception', found: '(error): TypeError: the plan has a hole' },
    { target: 'planted-quadratic', found: /\((?:slow|endless)\): / },
    { target: 'planted-leak', found: /\(memory\): [\d, ]+ KiB in use/ },
    { target: 'planted-round-trip', found: 'what is read is written again at' },
    { target: 'planted-endless', found: '(endless): its loops have more than' },
    { target: 'planted-backtracking', found: /\(slow\): takes \d+ ms/ },
  ])(
    'finds $target',
    async ({ target, found }) => {
      const { status, output } = await runFuzzer([
        '--planted',
        '--target',
        target,
        '--minutes',
        String(target === 'planted-leak' ? LEAK_MINUTES : MINUTES),
        '--seed',
        '1',
      ]);
      expect(output).toContain(`FINDING in ${target}`);
      if (typeof found === 'string') expect(output).toContain(found);
      else expect(output).toMatch(found);
      expect(status).toBe(1);
    },
    PATIENCE_MS,
  );
});
