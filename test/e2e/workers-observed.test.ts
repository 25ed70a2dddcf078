import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFor, policyPath } from '../support/admin-http.ts';
import { type CheckedAdmin, openCheckedAdmin } from '../support/checked-admin.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { type CosResponse, cosBucket } from '../support/cos-http.ts';

const TENANT = 'observed-1250000000';
const TENANT_PATH = policyPath(TENANT).replace(/\/policy$/, '');
const ROUNDS = 20;

let directory: string;
let server: ServerProcess;
let admin: CheckedAdmin;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-observed-'));
  server = await startServerProcess(directory, ['--workers', '2']);
  admin = await openCheckedAdmin(server.admin);
  await admin.send(policyPath(TENANT), { method: 'PUT', body: policyFor('https://a.example') });
});

afterAll(async () => {
  await server.stop('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
});

/** On a fresh connection: the workers take connections in turn. */
function preflight(origin: string): Promise<CosResponse> {
  const headers = { Origin: origin, 'Access-Control-Request-Method': 'GET' };
  return cosBucket(server.cos, TENANT)({ method: 'OPTIONS', target: '/key', key: 'anonymous', headers });
}

/** Which process answered: its mark is in the request id. */
function processOf({ headers }: CosResponse): string | undefined {
  return atob(String(headers['x-cos-request-id'])).split('_')[1];
}

async function report(): Promise<unknown> {
  return (await admin.send(`${TENANT_PATH}/candidate/report`)).json;
}

describe('with two workers', () => {
  it('the refusals of both are added up', async () => {
    const refused = await Promise.all(Array.from({ length: ROUNDS }, () => preflight('https://b.example')));
    expect(new Set(refused.map(processOf)).size).toBe(2);
    const { json } = await admin.send(`${TENANT_PATH}/refusals`);
    expect(json).toMatchObject({ refusals: [{ origin: 'https://b.example', count: ROUNDS }] });
    expect((await admin.send('/api/v1/refusals')).json).toMatchObject({
      refusals: [{ tenant: TENANT, count: ROUNDS, admittedNow: false }],
    });
  });

  it('a candidate is evaluated everywhere from when it is acknowledged to when it is dropped', async () => {
    const path = `${TENANT_PATH}/candidate`;
    for (let round = 0; round < ROUNDS; round++) {
      const candidate = { method: 'PUT', body: policyFor('https://b.example') };
      expect((await admin.send(path, candidate)).status).toBe(200);
      const answers = await Promise.all([1, 2, 3, 4].map(() => preflight('https://b.example')));
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      expect(await report()).toMatchObject({
        evaluated: 4,
        differing: 4,
        samples: [{ count: 4, outcome: 'gained' }],
      });
    }
    expect((await admin.send(path, { method: 'DELETE' })).status).toBe(200);
    await preflight('https://b.example');
    expect((await admin.send(`${path}/report`)).status).toBe(404);
  });

  it('a promoted candidate is in force everywhere', async () => {
    const path = `${TENANT_PATH}/candidate`;
    const policy = await admin.send(policyPath(TENANT));
    const candidate = await admin.send(path, { method: 'PUT', body: policyFor('https://b.example') });
    const body = {
      policyRevision: (policy.json as { revision: number }).revision,
      candidateRevision: (candidate.json as { revision: number }).revision,
    };
    expect((await admin.send(`${path}/promote`, { method: 'POST', body })).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: ROUNDS }, () => preflight('https://b.example')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(answers.map(processOf)).size).toBe(2);
  });
});
