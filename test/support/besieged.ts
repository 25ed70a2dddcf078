/** A server that is a process of its own, a stranger who attacks it, and a client beside that notices or not. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { adminApi, policyFor, policyPath } from './admin-http.ts';
import { type ServerProcess, startServerProcess } from './command.ts';
import { cosHost, splitAddress } from './cos-http.ts';
import { residentBytes } from './resident-memory.ts';

export const BESIEGED_BUCKET = 'besieged-1250000000';
export const BESIEGED_HOST = cosHost(BESIEGED_BUCKET);

/** What a client may notice: as much as two busy cores do to it without any stranger. */
const LATENCY_LIMIT_MS = 1_000;
const MEBIBYTE = 1024 * 1024;

export interface Besieged extends ServerProcess {
  /**
   * Attacks, with a well-behaved client beside, which is answered all the time and soon; the memory of the server grows
   * by no more than so many MiB.
   */
  readonly withstand: (limitMebibytes: number, attack: () => Promise<void>) => Promise<void>;
  /** The value of a metric that has no labels, or the ones given. */
  readonly metric: (sample: string) => Promise<number>;
  readonly end: () => Promise<void>;
}

/** @param text of a configuration file */
export async function besiege(text: string): Promise<Besieged> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-strangers-'));
  const file = join(directory, 'crossgate.yaml');
  writeFileSync(file, text);
  const server = await startServerProcess(join(directory, 'data'), ['--config', file]);
  const set = await adminApi(server.admin)(policyPath(BESIEGED_BUCKET), {
    method: 'PUT',
    body: policyFor('https://a.test'),
  });
  if (set.status !== 201 && set.status !== 200) throw new Error(`the policy was not set: ${set.status}`);
  const { pid = 0 } = server.child;
  return {
    ...server,
    withstand: async (limitMebibytes, attack) => {
      const client = await startClient(server.cos);
      const before = residentBytes(pid);
      let most = before;
      const timer = setInterval(() => {
        most = Math.max(most, residentBytes(pid));
      }, 20);
      try {
        await attack();
      } finally {
        clearInterval(timer);
      }
      const measured = await client.stop();
      expect(new Set(measured.map(([answer]) => answer))).toEqual(new Set(['https://a.test']));
      const times = measured.map(([, ms]) => ms).sort((a, b) => a - b);
      expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(LATENCY_LIMIT_MS);
      expect((most - before) / MEBIBYTE).toBeLessThan(limitMebibytes);
    },
    metric: async sample => {
      const metrics = await (await fetch(`http://${server.admin}/metrics`)).text();
      const line = metrics.split('\n').find(each => each.startsWith(`${sample} `));
      return Number(line?.slice(sample.length) ?? 0);
    },
    end: async () => {
      await server.stop('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

type Measured = readonly (readonly [answer: string | undefined, milliseconds: number])[];

/** Settles when the client has its first answer. */
async function startClient(address: string): Promise<{ readonly stop: () => Promise<Measured> }> {
  const [host, port] = splitAddress(address);
  const worker = new Worker(new URL('well-behaved-client.mjs', import.meta.url), {
    workerData: { host, port, hostHeader: BESIEGED_HOST },
  });
  await once(worker, 'message');
  return {
    stop: async () => {
      const measured = once(worker, 'message');
      worker.postMessage('stop');
      return (await measured)[0] as Measured;
    },
  };
}
