import { Worker } from 'node:worker_threads';
import { foundDirectory } from './regressions.ts';

/** Ends the process, and keeps the input, when one takes far too long. */
export interface Watchdog {
  /** Told before an input is tried. */
  readonly saw: (input: string) => void;
  readonly stop: () => void;
}

const LIMIT_MILLISECONDS = 30_000;
const LARGEST_INPUT = 1024 * 1024;

export function startWatchdog(target: string): Watchdog {
  const shared = new SharedArrayBuffer(8 + LARGEST_INPUT);
  const state = new Int32Array(shared, 0, 2);
  const bytes = Buffer.from(shared, 8);
  const file = `${foundDirectory(target)}/endless.txt`;
  const worker = new Worker(new URL('watchdog.mjs', import.meta.url), {
    workerData: { shared, file, limitMilliseconds: LIMIT_MILLISECONDS },
    execArgv: [],
  });
  worker.unref();
  return {
    saw: input => {
      Atomics.store(state, 1, bytes.write(input, 'latin1'));
      Atomics.add(state, 0, 1);
    },
    stop: () => {
      void worker.terminate();
    },
  };
}
