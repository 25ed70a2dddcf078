import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { adminApi, policyFor, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { childProcesses } from '../support/child-processes.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { type CosResponse, createBucket, putCors, type SendToBucket } from '../support/cos-http.ts';
import { parseExposition, requestCount } from '../support/exposition.ts';

const BUCKET = 'examplebucket-1250000000';

let directory: string;
let server: ServerProcess;
let admin: SendToAdmin;
let bucket: SendToBucket;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-workers-'));
  server = await startServerProcess(directory, ['--workers', '2']);
  admin = adminApi(server.admin);
  bucket = await createBucket(server.cos, BUCKET);
});

afterAll(async () => {
  if (server.child.exitCode === null && server.child.signalCode === null) await server.stop('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** On a fresh connection, as each of these requests is: the workers take connections in turn. */
function preflight(origin: string): Promise<CosResponse> {
  const headers = { Origin: origin, 'Access-Control-Request-Method': 'GET' };
  return bucket({ method: 'OPTIONS', target: '/key', key: 'anonymous', headers });
}

/** Which process answered: its mark is in the request id. */
function processOf({ headers }: CosResponse): string {
  const [, mark = ''] = atob(String(headers['x-cos-request-id'])).split('_');
  return mark;
}

function workerIds(): readonly number[] {
  return childProcesses(server.child.pid ?? 0);
}

/** How many preflights were counted, over all processes. */
async function preflights(): Promise<number> {
  const { samples } = parseExposition((await admin('/metrics')).text);
  return samples.get('crossgate_request_duration_seconds_count{dialect="cos",kind="preflight"}') ?? 0;
}

describe.sequential('with two workers', () => {
  it('both serve', async () => {
    expect(workerIds()).toHaveLength(2);
    expect((await admin('/readyz')).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 20 }, () => preflight('https://a.example')));
    expect(new Set(answers.map(processOf)).size).toBe(2);
  });

  it('a policy is in force everywhere as soon as it is acknowledged, in 200 rounds out of 200', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 200; round++) {
      const origin = `https://round${round}.example`;
      const rule = `<AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>`;
      await putCors(bucket, `<CORSRule>${rule}</CORSRule>`);
      const answers = await Promise.all([preflight(origin), preflight(origin), preflight(origin)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const answer of answers) seen.add(processOf(answer));
    }
    expect(seen.size).toBe(2);
  });

  it('a policy that is put through the admin API is in force everywhere as well', async () => {
    for (let round = 0; round < 20; round++) {
      const origin = `https://admin${round}.example`;
      await admin(policyPath(BUCKET), { method: 'PUT', body: policyFor(origin) });
      const answers = await Promise.all([preflight(origin), preflight(origin)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
  });

  it('metrics add up what both counted', async () => {
    const refusals = async (): Promise<number> => {
      const labels = { kind: 'preflight', outcome: 'refused', reason: 'origin-not-allowed' };
      return requestCount(parseExposition((await admin('/metrics')).text), labels);
    };
    const before = await refusals();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => preflight('https://stranger.example')),
    );
    expect(new Set(answers.map(processOf)).size).toBe(2);
    expect(await refusals()).toBe(before + 30);
  });

  it('one that is killed is replaced, and nothing is lost with it', async () => {
    await admin(policyPath(BUCKET), { method: 'PUT', body: policyFor('https://kept.example') });
    await bucket({ method: 'PUT', target: '/key', body: 'kept' });
    const counted = await preflights();
    const [victim = 0, survivor = 0] = workerIds();
    process.kill(victim, 'SIGKILL');
    await vi.waitFor(async () => {
      const workers = workerIds();
      expect(workers).toHaveLength(2);
      expect(workers).toContain(survivor);
      expect(workers).not.toContain(victim);
      expect((await admin('/readyz')).status).toBe(200);
    }, 10_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => preflight('https://kept.example')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(answers.map(processOf)).size).toBe(2);
    expect((await bucket({ target: '/key' })).text).toBe('kept');
    // A counter that goes back is taken for one that began again, and all of it is counted twice.
    expect(await preflights()).toBeGreaterThanOrEqual(counted + answers.length);
  });

  it('one that is killed before it is ready is replaced as well', async () => {
    const [victim = 0, survivor = 0] = workerIds();
    const newWorkers = (): readonly number[] => workerIds().filter(id => id !== victim && id !== survivor);
    process.kill(victim, 'SIGKILL');
    await vi.waitFor(() => expect(newWorkers()).toHaveLength(1), { timeout: 5_000, interval: 5 });
    const [unready = 0] = newWorkers();
    process.kill(unready, 'SIGKILL');
    await vi.waitFor(async () => {
      expect(newWorkers()).toHaveLength(1);
      expect(newWorkers()).not.toContain(unready);
      expect((await admin('/readyz')).status).toBe(200);
    }, 10_000);
  });

  it('all end with the first process, which ends with 0', async () => {
    const workers = workerIds();
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow('ESRCH');
  });

  it('all end when the first process is killed, and the directory is free', async () => {
    server = await startServerProcess(directory, ['--workers', '2']);
    const workers = workerIds();
    await server.stop('SIGKILL');
    await vi.waitFor(() => {
      for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow('ESRCH');
    }, 5_000);
    server = await startServerProcess(directory);
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
