import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/limits/rate-limit.ts';

/** How many of so many requests at once are let in. */
function letIn(limit: RateLimit, name: string, count: number, nowMs: number): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (limit.take(name, nowMs) === 0) taken += 1;
  return taken;
}

describe('RateLimit', () => {
  it('lets in a burst, then as many as the rate has, and a burst again after a pause', () => {
    const limit = new RateLimit({ requestsPerSecond: 10, burst: 5 });
    expect(letIn(limit, 'a', 20, 1000)).toBe(5);
    expect(letIn(limit, 'a', 20, 1100)).toBe(1);
    expect(letIn(limit, 'a', 20, 1350)).toBe(2);
    expect(letIn(limit, 'a', 20, 100_000)).toBe(5);
  });

  it('tells when the next one may come, and lets it in then', () => {
    const limit = new RateLimit({ requestsPerSecond: 2, burst: 1 });
    expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('a', 100)).toBe(400);
    expect(limit.take('a', 499)).toBe(1);
    expect(limit.take('a', 500)).toBe(0);
  });

  it('leaves the others alone', () => {
    const limit = new RateLimit({ requestsPerSecond: 1, burst: 1 });
    expect(letIn(limit, 'a', 1000, 0)).toBe(1);
    expect(letIn(limit, 'b', 1000, 0)).toBe(1);
  });

  it('lets a name in no more than the rate has, whatever names are used beside it', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 300 }),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(step, { maxLength: 200 }),
        (requestsPerSecond, burst, steps) => {
          const limit = new RateLimit({ requestsPerSecond, burst });
          let now = 0;
          const taken: number[] = [];
          for (const { waitMs, name } of steps) {
            now += waitMs;
            if (limit.take(name, now) === 0 && name === 'a') taken.push(now);
          }
          // In any stretch of time: the burst, and what the rate has for the rest.
          for (let from = 0; from < taken.length; from++) {
            for (let to = from; to < taken.length; to++) {
              const seconds = ((taken[to] ?? 0) - (taken[from] ?? 0)) / 1000;
              expect(to - from + 1).toBeLessThanOrEqual(burst + seconds * requestsPerSecond + 1e-6);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives no new burst after a flood of names, however many', () => {
    const limit = new RateLimit({ requestsPerSecond: 0.001, burst: 3 });
    expect(letIn(limit, 'known', 10, 0)).toBe(3);
    for (let i = 0; i < 300_000; i++) limit.take(`stranger-${i}`, 1);
    expect(letIn(limit, 'known', 10, 2)).toBe(0);
  });

  it('leaves nearly all others their rate beside a thousand that take all they may', () => {
    const limit = new RateLimit({ requestsPerSecond: 0.001, burst: 10 });
    for (let i = 0; i < 1000; i++) letIn(limit, `busy-${i}`, 20, 0);
    let short = 0;
    for (let i = 0; i < 5000; i++) if (letIn(limit, `other-${i}`, 1, 1) === 0) short += 1;
    expect(short).toBeLessThan(10);
  });
});
