import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childProcesses } from '../support/child-processes.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { findLibfaketime } from './faketime.ts';
import type { ServiceId } from './services.ts';

export interface GatewayOptions {
  /** Made when it is not there. */
  readonly directory: string;
  /** Further arguments of `crossgate serve`. */
  readonly args: readonly string[];
  readonly workers: number;
  /** Puts the data on a file system of its own of that size, where that can be done. */
  readonly diskBytes?: number;
  /** Gives it a clock that can be set, where that can be done. */
  readonly hasOwnClock?: boolean;
}

/** A `crossgate serve` that is killed and started again, on the same data. */
export interface Gateway {
  /** Where a service or the admin API listens now; undefined while the gateway does not run. */
  readonly addressOf: (listener: ServiceId | 'admin') => string | undefined;
  readonly workers: number;
  readonly processId: () => number | undefined;
  /** Of the processes that answer for the services. */
  readonly workerIds: () => readonly number[];
  readonly start: () => Promise<void>;
  /** How it ended when nobody had ended it; undefined when it did not. */
  readonly death: () => string | undefined;
  /** As a power failure would end it. */
  readonly kill: () => Promise<void>;
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Sets its clock, against the real one. Undefined where that cannot be done. */
  readonly setClock: ((offsetSeconds: number) => void) | undefined;
  /** Fills its disk, and gives what empties it again. Undefined where that cannot be done. */
  readonly fillDisk: (() => () => void) | undefined;
  /** Ends it in order, and gives how it ended. Removes its data. */
  readonly close: () => Promise<void>;
}

/** How long a process goes by the clock that it read last. */
const CLOCK_SECONDS = 1;

export function newGateway(options: GatewayOptions): Gateway {
  const { directory, args, workers, diskBytes, hasOwnClock } = options;
  mkdirSync(directory, { recursive: true });
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  const isDisk = diskBytes !== undefined && mountDisk(data, diskBytes);
  const clockFile = join(directory, 'clock');
  const library = hasOwnClock ? findLibfaketime() : undefined;
  let running: ServerProcess | undefined;

  function setClock(offsetSeconds: number): void {
    writeFileSync(clockFile, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`);
  }
  setClock(0);
  const env: Record<string, string> =
    library === undefined
      ? {}
      : {
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: clockFile,
          FAKETIME_CACHE_DURATION: String(CLOCK_SECONDS),
          // Timers and durations go by it, as no change of the date can move it.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        };

  return {
    workers,
    addressOf(listener) {
      if (running === undefined) return undefined;
      return listener === 'azure-tables' ? running.azureTables : running[listener];
    },
    processId: () => running?.child.pid,
    workerIds() {
      const id = running?.child.pid;
      return id === undefined || workers < 2 ? [] : childProcesses(id);
    },
    death() {
      const { exitCode = null, signalCode = null } = running?.child ?? {};
      if (exitCode === null && signalCode === null) return undefined;
      return `${signalCode ?? `code ${exitCode}`}: ${running?.errors()}`;
    },
    async start() {
      running = await startServerProcess(data, ['--workers', String(workers), ...args], env);
    },
    async kill() {
      const killed = running;
      running = undefined;
      if (killed && killed.child.exitCode === null && killed.child.signalCode === null) {
        const workerIds = workers < 2 ? [] : childProcesses(killed.child.pid ?? 0);
        await killed.stop('SIGKILL');
        await untilGone(workerIds);
      }
    },
    signal(signal) {
      const id = running?.child.pid;
      if (id === undefined) return;
      for (const processId of [id, ...childProcesses(id)]) process.kill(processId, signal);
    },
    setClock: library === undefined ? undefined : setClock,
    fillDisk: isDisk
      ? () => {
          const ballast = join(data, 'ballast');
          fill(ballast, diskBytes);
          return () => rmSync(ballast, { force: true });
        }
      : undefined,
    async close() {
      const { child } = running ?? {};
      const stopped = running && child?.exitCode === null && child.signalCode === null ? running : undefined;
      running = undefined;
      const end = await stopped?.stop('SIGTERM');
      if (isDisk) execFileSync('umount', ['--lazy', data]);
      rmSync(directory, { recursive: true, force: true });
      if (end && end.code !== 0) throw new Error(`a gateway ended with ${end.signal ?? `code ${end.code}`}`);
    },
  };
}

/** Workers end themselves when their primary process is gone. */
async function untilGone(processIds: readonly number[]): Promise<void> {
  for (const processId of processIds) {
    for (;;) {
      try {
        process.kill(processId, 0);
      } catch {
        break;
      }
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }
}

function mountDisk(directory: string, sizeBytes: number): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'crossgate-faults', directory], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** Writes until nothing more goes. */
function fill(file: string, sizeBytes: number): void {
  const block = Buffer.alloc(4096);
  const whole = Buffer.alloc(1024 * 1024);
  for (const piece of [whole, block]) {
    for (let written = 0; written < sizeBytes; written += piece.length) {
      try {
        writeFileSync(file, piece, { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}
