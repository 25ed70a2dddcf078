import type { Sample } from './measurement.ts';
import type { Plan } from './plan.ts';
import type { Contender } from './rounds.ts';

/** A function to time. One that gives a promise is awaited. */
export type Call = () => unknown;

/** Compiled for the greater part by then. */
const WARM_UP_SLICES = 4;
/** Compiled code is only come by with calls, and those who take long are known by a few. */
const LEAST_WARM_UP_CALLS = 3;

/** What the timed functions return ends here: nothing can be left out as unused. */
let sink = 0;

/** Makes a function a contender: one turn is as many calls as fit a slice of the plan, at least one. */
export async function timed(name: string, call: Call, plan: Plan): Promise<Contender> {
  const isAsync = call() instanceof Promise;
  const run = (calls: number): void | Promise<void> =>
    isAsync ? runAsyncBatch(call, calls) : runBatch(call, calls);
  const calls = await calibrate(run, plan.callMilliseconds);
  return {
    name,
    run: async (): Promise<Sample> => {
      const started = performance.now();
      // Awaited only where it has to be: the others would pay for a turn of the queue.
      const running = run(calls);
      if (running) await running;
      const milliseconds = performance.now() - started;
      return { rate: (calls * 1000) / milliseconds, operations: calls };
    },
  };
}

/** Runs for a while. The result is how many calls fit the time, at least one. */
async function calibrate(
  run: (calls: number) => void | Promise<void>,
  milliseconds: number,
): Promise<number> {
  const started = performance.now();
  let calls = 0;
  let passed = 0;
  while (passed < WARM_UP_SLICES * milliseconds && (passed < 1000 || calls < LEAST_WARM_UP_CALLS)) {
    const batch = Math.max(1, calls >> 2);
    await run(batch);
    calls += batch;
    passed = performance.now() - started;
  }
  return Math.max(1, Math.round((calls * milliseconds) / passed));
}

function runBatch(call: Call, calls: number): void {
  let seen = 0;
  for (let i = 0; i < calls; i++) if (call() !== undefined) seen++;
  sink += seen;
}

async function runAsyncBatch(call: Call, calls: number): Promise<void> {
  let seen = 0;
  for (let i = 0; i < calls; i++) if ((await call()) !== undefined) seen++;
  sink += seen;
}

/** Whether anything was timed at all. */
export function wasTimed(): boolean {
  return sink > 0;
}
