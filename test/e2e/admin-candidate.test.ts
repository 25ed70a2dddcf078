import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFor, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { openCheckedAdmin } from '../support/checked-admin.ts';
import { type CosResponse, cosBucket, createBucket } from '../support/cos-http.ts';
import { parseExposition } from '../support/exposition.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

const [A, B, C] = ['https://a.example', 'https://b.example', 'https://c.example'];

let server: LocalServer;
let send: SendToAdmin;

beforeAll(async () => {
  server = await startLocalServer();
  ({ send } = await openCheckedAdmin(server.admin));
});

afterAll(async () => {
  await server.stop();
});

let lastTenant = 0;
function newTenant(): string {
  lastTenant += 1;
  return `candidate${lastTenant}-1250000000`;
}

function candidatePath(tenant: string): string {
  return policyPath(tenant).replace(/policy$/, 'candidate');
}

async function put(path: string, body: unknown, headers = {}): Promise<number> {
  const answer = await send(path, { method: 'PUT', body, headers });
  expect(answer.status).toBe(200);
  return (answer.json as { revision: number }).revision;
}

function promote(tenant: string, policyRevision: number | null, candidateRevision: number) {
  const body = { policyRevision, candidateRevision };
  return send(`${candidatePath(tenant)}/promote`, { method: 'POST', body });
}

function preflight(tenant: string, origin: string, headers = {}): Promise<CosResponse> {
  return cosBucket(
    server.cos,
    tenant,
  )({
    method: 'OPTIONS',
    target: '/key',
    key: 'anonymous',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'GET', ...headers },
  });
}

describe('a candidate', () => {
  it('comes back as it was put, with a revision of its own, and is no policy', async () => {
    const tenant = newTenant();
    const absent = { status: 404, json: { error: { code: 'candidate-absent' } } };
    expect(await send(candidatePath(tenant))).toMatchObject(absent);
    const policyRevision = await put(policyPath(tenant), policyFor(A));
    const revision = await put(candidatePath(tenant), policyFor(B));
    expect(await send(candidatePath(tenant))).toMatchObject({
      status: 200,
      headers: { etag: `"${revision}"` },
      json: { dialect: 'cos', tenant, revision, policy: policyFor(B) },
    });
    expect(await send(policyPath(tenant))).toMatchObject({
      json: { revision: policyRevision, policy: policyFor(A) },
    });
    expect(await send(`${policyPath(tenant)}/history`)).toMatchObject({ json: { revisions: [{}] } });
    expect((await send(candidatePath(tenant), { method: 'DELETE' })).status).toBe(200);
    expect(await send(candidatePath(tenant))).toMatchObject(absent);
    expect(await send(candidatePath(tenant), { method: 'DELETE' })).toMatchObject(absent);
    expect(await send(`${candidatePath(tenant)}/report`)).toMatchObject(absent);
  });

  it('of a tenant that has no policy makes no tenant of it', async () => {
    const tenant = newTenant();
    await put(candidatePath(tenant), policyFor(A));
    expect((await preflight(tenant, A)).status).toBe(404);
    expect((await send(policyPath(tenant))).status).toBe(404);
    const { tenants } = (await send('/api/v1/tenants')).json as { tenants: { tenant: string }[] };
    expect(tenants.map(each => each.tenant)).not.toContain(tenant);
    expect(await send(`${candidatePath(tenant)}/report`)).toMatchObject({
      json: { policyRevision: null, evaluated: 1, differing: 1 },
    });
  });

  it('is refused as a policy would be', async () => {
    const tenant = newTenant();
    const wrong = { rules: [{ allowedOrigins: ['https://*.*'], allowedMethods: ['PATCH'] }] };
    expect(await send(candidatePath(tenant), { method: 'PUT', body: wrong })).toMatchObject({
      status: 422,
      json: { error: { count: 2, diagnostics: [{ code: 'origin-wildcards' }, { code: 'method-unknown' }] } },
    });
    expect((await send(candidatePath(tenant))).status).toBe(404);
    const revision = await put(candidatePath(tenant), policyFor(A), { 'If-None-Match': '*' });
    const again = { method: 'PUT', body: policyFor(B), headers: { 'If-None-Match': '*' } };
    expect(await send(candidatePath(tenant), again)).toMatchObject({
      status: 412,
      json: { error: { current: { tenant, dialect: 'cos', revision } } },
    });
    const removal = { method: 'DELETE', headers: { 'If-Match': String(revision + 1000) } };
    expect((await send(candidatePath(tenant), removal)).status).toBe(412);
  });

  it('goes with its bucket', async () => {
    const tenant = newTenant();
    const bucket = await createBucket(server.cos, tenant);
    await put(candidatePath(tenant), policyFor(A));
    expect((await bucket({ method: 'DELETE' })).status).toBe(204);
    expect((await send(candidatePath(tenant))).status).toBe(404);
  });
});

describe('GET …/candidate/report', () => {
  it('counts what would be answered differently, with samples, and answers as before', async () => {
    const tenant = newTenant();
    const bucket = await createBucket(server.cos, tenant);
    const counted = async () => {
      const { samples } = parseExposition((await send('/metrics')).text);
      const value = (outcome: string) =>
        samples.get(`crossgate_report_only_total{dialect="cos",outcome="${outcome}"}`) ?? 0;
      return ['same', 'gained', 'lost', 'answer'].map(value);
    };
    const before = await counted();
    await put(policyPath(tenant), {
      rules: [
        { allowedOrigins: [A], allowedMethods: ['GET'] },
        { allowedOrigins: [C], allowedMethods: ['GET'], maxAgeSeconds: 5 },
      ],
    });
    await put(candidatePath(tenant), {
      rules: [
        { allowedOrigins: [B], allowedMethods: ['GET'] },
        { allowedOrigins: [C], allowedMethods: ['GET'], maxAgeSeconds: 600 },
      ],
    });
    expect((await preflight(tenant, A)).status).toBe(200);
    expect((await preflight(tenant, B)).status).toBe(403);
    expect((await preflight(tenant, B)).status).toBe(403);
    expect((await preflight(tenant, C)).headers['access-control-max-age']).toBe('5');
    expect((await preflight(tenant, 'https://d.example')).status).toBe(403);
    await bucket({ target: '/key', headers: { Origin: A } });
    await bucket({ target: '/key' });
    const { json } = await send(`${candidatePath(tenant)}/report`);
    expect(json).toMatchObject({ evaluated: 6, differing: 5 });
    const [allowed, refused] = [
      { kind: 'allowed', reason: null },
      { kind: 'refused', reason: 'origin-not-allowed' },
    ];
    const { samples } = json as { samples: readonly object[] };
    expect(samples).toHaveLength(4);
    expect(samples[0]).toMatchObject({
      kind: 'preflight',
      origin: B,
      count: 2,
      outcome: 'gained',
      old: refused,
      new: allowed,
    });
    expect(samples).toContainEqual(
      expect.objectContaining({
        kind: 'preflight',
        origin: A,
        count: 1,
        outcome: 'lost',
        old: allowed,
        new: refused,
      }),
    );
    expect(samples).toContainEqual(
      expect.objectContaining({ kind: 'actual', origin: A, method: 'GET', outcome: 'lost' }),
    );
    expect(samples).toContainEqual(
      expect.objectContaining({ origin: C, outcome: 'answer', headers: ['Access-Control-Max-Age'] }),
    );
    const after = await counted();
    expect(after.map((value, i) => value - (before[i] ?? 0))).toEqual([1, 2, 2, 1]);
  });

  it('exposes the headers of the service, and not those that the policy in force adds', async () => {
    const policy = policyPath('devstoreaccount1', 'azure-tables');
    const path = policy.replace(/policy$/, 'candidate');
    const rule = { allowedOrigins: [A], allowedMethods: ['GET'], maxAgeSeconds: 5 };
    await put(policy, { rules: [{ ...rule, exposeHeaders: ['x-ms-*'] }] });
    await put(path, { rules: [{ ...rule, exposeHeaders: ['x-ms-*', 'access-control-*'] }] });
    await fetch(`http://${server.azureTables}/devstoreaccount1/mytable`, { headers: { Origin: A } });
    expect((await send(`${path}/report`)).json).toMatchObject({ evaluated: 1, differing: 0 });
  });

  it('begins again when the candidate or the policy changes', async () => {
    const tenant = newTenant();
    const report = async () => (await send(`${candidatePath(tenant)}/report`)).json;
    await put(policyPath(tenant), policyFor(A));
    await put(candidatePath(tenant), policyFor(B));
    await preflight(tenant, B);
    expect(await report()).toMatchObject({ evaluated: 1, differing: 1 });
    const candidateRevision = await put(candidatePath(tenant), policyFor(A));
    expect(await report()).toMatchObject({ candidateRevision, evaluated: 0, differing: 0, samples: [] });
    await preflight(tenant, B);
    expect(await report()).toMatchObject({ evaluated: 1, differing: 0, samples: [] });
    const policyRevision = await put(policyPath(tenant), policyFor(B));
    expect(await report()).toMatchObject({ policyRevision, evaluated: 0 });
    await preflight(tenant, B);
    expect(await report()).toMatchObject({ policyRevision, evaluated: 1, differing: 1 });
  });
});

describe('POST …/candidate/promote', () => {
  it('makes it the policy in force, and there is no candidate any more', async () => {
    const tenant = newTenant();
    const policyRevision = await put(policyPath(tenant), policyFor(A));
    const candidateRevision = await put(candidatePath(tenant), policyFor(B));
    const promoted = await promote(tenant, policyRevision, candidateRevision);
    const { revision } = promoted.json as { revision: number };
    expect(promoted).toMatchObject({ status: 200, headers: { etag: `"${revision}"` } });
    expect(await send(policyPath(tenant))).toMatchObject({ json: { revision, policy: policyFor(B) } });
    expect((await preflight(tenant, B)).status).toBe(200);
    expect((await preflight(tenant, A)).status).toBe(403);
    expect((await send(candidatePath(tenant))).status).toBe(404);
    expect((await promote(tenant, revision, candidateRevision)).status).toBe(404);
  });

  it('makes it the first policy, where there is none', async () => {
    const tenant = newTenant();
    const candidateRevision = await put(candidatePath(tenant), policyFor(A));
    expect((await promote(tenant, null, candidateRevision)).status).toBe(200);
    expect((await preflight(tenant, A)).status).toBe(200);
  });

  it('does nothing when either is at another revision, and shows what is there', async () => {
    const tenant = newTenant();
    const policyRevision = await put(policyPath(tenant), policyFor(A));
    const candidateRevision = await put(candidatePath(tenant), policyFor(B));
    expect(await promote(tenant, policyRevision, candidateRevision + 1000)).toMatchObject({
      status: 412,
      json: { error: { current: { revision: candidateRevision, policy: policyFor(B) } } },
    });
    for (const wrong of [null, policyRevision + 1000]) {
      expect(await promote(tenant, wrong, candidateRevision)).toMatchObject({
        status: 412,
        json: { error: { current: { revision: policyRevision, policy: policyFor(A) } } },
      });
    }
    expect(await send(policyPath(tenant))).toMatchObject({ json: { revision: policyRevision } });
    expect(await send(candidatePath(tenant))).toMatchObject({ json: { revision: candidateRevision } });
  });

  it('happens once, when two ask for it at once', async () => {
    const tenant = newTenant();
    const policyRevision = await put(policyPath(tenant), policyFor(A));
    const candidateRevision = await put(candidatePath(tenant), policyFor(B));
    const answers = await Promise.all(
      [1, 2, 3].map(() => promote(tenant, policyRevision, candidateRevision)),
    );
    expect(answers.map(({ status }) => status).sort()[0]).toBe(200);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await send(`${policyPath(tenant)}/history`)).toMatchObject({ json: { revisions: [{}, {}] } });
  });

  it.each([
    { name: 'no body', body: '', code: 'json' },
    { name: 'no revision of the policy', body: { candidateRevision: 1 }, code: 'request' },
    { name: 'no revision of the candidate', body: { policyRevision: null }, code: 'request' },
    {
      name: 'a revision that is none',
      body: { policyRevision: '1', candidateRevision: -1 },
      code: 'request',
    },
    {
      name: 'something else',
      body: { policyRevision: 1, candidateRevision: 1, force: true },
      code: 'request',
    },
  ])('is refused with $name', async ({ body, code }) => {
    const answer = await send(`${candidatePath(newTenant())}/promote`, { method: 'POST', body });
    expect(answer).toMatchObject({ status: 400, json: { error: { code } } });
  });
});
