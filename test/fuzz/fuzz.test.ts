/** A short run over everything: what it finds now, a longer run finds sooner. */
import { describe, expect, it } from 'vitest';
import { runFuzzer } from './run-fuzzer.ts';

/** Two thirds of a minute together; starting, shrinking and a busy machine come on top. */
const MINUTES = '0.33';
const PATIENCE_MS = 240_000;

describe('what strangers and users send', () => {
  it.each([
    { name: 'with the seed of every run', seed: 1 },
    { name: 'with a seed of its own', seed: Math.floor(Math.random() * 2 ** 32) },
  ])(
    'never crashes, stops or slows what reads it, $name, $seed',
    async ({ seed }) => {
      const { status, output } = await runFuzzer([
        '--minutes',
        MINUTES,
        '--seed',
        String(seed),
        '--no-report',
      ]);
      expect(status, output).toBe(0);
      expect(output).toMatch(/^http: \d+ inputs/m);
    },
    PATIENCE_MS,
  );
});
