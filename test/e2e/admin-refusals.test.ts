import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { policyFor, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { openCheckedAdmin } from '../support/checked-admin.ts';
import { type CosResponse, cosBucket, createBucket } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

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
  return `refused${lastTenant}-1250000000`;
}

function preflight(tenant: string, origin: string | undefined, headers = {}): Promise<CosResponse> {
  const own = { ...(origin !== undefined && { Origin: origin }), 'Access-Control-Request-Method': 'GET' };
  const bucket = cosBucket(server.cos, tenant);
  return bucket({
    method: 'OPTIONS',
    target: '/key?sign=1',
    key: 'anonymous',
    headers: { ...own, ...headers },
  });
}

function refusalsPath(tenant: string): string {
  return policyPath(tenant).replace(/policy$/, 'refusals');
}

/** Times are in milliseconds: what comes now is newer than what came before. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(now), { interval: 1 });
}

interface Refusal {
  readonly [field: string]: unknown;
  readonly tenant?: string;
  readonly origin: string | null;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

async function refusals(path: string): Promise<readonly Refusal[]> {
  const answer = await send(path);
  expect(answer.status).toBe(200);
  return (answer.json as { refusals: readonly Refusal[] }).refusals;
}

describe('GET /api/v1/tenants/{dialect}/{tenant}/refusals', () => {
  it('adds up refusals of the same origin, method and reason, with a sample and what would help', async () => {
    const tenant = newTenant();
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://a.example') });
    await preflight(tenant, 'https://a.example');
    await preflight(tenant, 'https://b.example');
    const { headers } = await preflight(tenant, 'https://b.example', {
      'Access-Control-Request-Headers': 'x-b',
    });
    await nextMillisecond();
    await preflight(tenant, 'https://a.example', { 'Access-Control-Request-Headers': 'x-a' });
    const found = await refusals(refusalsPath(tenant));
    expect(found).toMatchObject([
      {
        kind: 'preflight',
        origin: 'https://a.example',
        method: 'GET',
        reason: 'headers-not-allowed',
        count: 1,
        sample: { requestHeaders: 'x-a' },
        admittedNow: false,
        explanation: {
          decision: { kind: 'refused', reason: 'headers-not-allowed' },
          nearest: {
            kind: 'edits',
            edits: [{ kind: 'add-header', path: ['rules', 0, 'allowedHeaders'], value: 'x-a' }],
          },
        },
      },
      {
        kind: 'preflight',
        origin: 'https://b.example',
        method: 'GET',
        reason: 'origin-not-allowed',
        count: 2,
        // Without the query, in which presigned URLs have their signature.
        sample: { requestId: headers['x-cos-request-id'], path: '/key', requestHeaders: 'x-b', status: 403 },
        explanation: { decision: { kind: 'refused', reason: 'origin-not-allowed' } },
      },
    ]);
    const [, { firstSeen, lastSeen } = { firstSeen: '', lastSeen: '' }] = found;
    expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(Date.parse(firstSeen));
    expect(Date.parse(firstSeen)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('tells whether the policy in force now would let them in', async () => {
    const tenant = newTenant();
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://a.example') });
    await preflight(tenant, 'https://b.example');
    expect(await refusals(refusalsPath(tenant))).toMatchObject([{ admittedNow: false }]);
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://b.example') });
    expect(await refusals(refusalsPath(tenant))).toMatchObject([
      { reason: 'origin-not-allowed', admittedNow: true, explanation: { decision: { kind: 'allowed' } } },
    ]);
  });

  it('has actual requests, and those of tenants that there are not', async () => {
    const tenant = newTenant();
    const bucket = await createBucket(server.cos, tenant);
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://a.example') });
    await bucket({ target: '/key', headers: { Origin: 'https://b.example' } });
    await bucket({ target: '/key', headers: { Origin: 'https://a.example' } });
    await bucket({ target: '/key' });
    expect(await refusals(refusalsPath(tenant))).toMatchObject([
      { kind: 'actual', method: 'GET', origin: 'https://b.example', sample: { requestHeaders: null } },
    ]);
    const unknown = newTenant();
    await preflight(unknown, 'https://a.example');
    expect(await refusals(refusalsPath(unknown))).toMatchObject([
      { reason: 'unknown-tenant', explanation: { decision: { reason: 'no-rules' } } },
    ]);
  });

  it('has those without an origin, and an empty list where there is nothing', async () => {
    const tenant = newTenant();
    expect(await refusals(refusalsPath(tenant))).toEqual([]);
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://a.example') });
    await preflight(tenant, undefined);
    expect(await refusals(refusalsPath(tenant))).toMatchObject([
      {
        origin: null,
        reason: 'origin-missing',
        explanation: { decision: { kind: 'malformed' }, browser: null },
      },
    ]);
  });

  it('keeps what is frequent through a flood of strangers, and no more than 64 of a tenant', async () => {
    const tenant = newTenant();
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://a.example') });
    await preflight(tenant, 'https://page.example');
    await preflight(tenant, 'https://page.example');
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => preflight(tenant, `https://stranger${i}.example`)),
    );
    const found = await refusals(`${refusalsPath(tenant)}?limit=1000&order=most-frequent`);
    expect(found.length).toBeLessThanOrEqual(64);
    expect(found[0]).toMatchObject({ origin: 'https://page.example', count: 2 });
  });

  it('cuts what is too long, and then explains nothing', async () => {
    const tenant = newTenant();
    await send(policyPath(tenant), { method: 'PUT', body: policyFor('https://a.example') });
    await preflight(tenant, `https://${'a'.repeat(5000)}.example`);
    const [cut] = await refusals(refusalsPath(tenant));
    expect(cut).toMatchObject({ sample: { isCut: true }, admittedNow: null, explanation: null });
    expect(cut?.origin).toHaveLength(303);
  });

  it.each([
    { query: 'limit=0', says: /^limit: / },
    { query: 'limit=1001', says: /^limit: / },
    { query: 'limit=many', says: /^limit: / },
    { query: 'order=oldest', says: /^order: .*newest/ },
    { query: 'page=2', says: /page/ },
  ])('says what is wrong with ?$query', async ({ query, says }) => {
    for (const path of [refusalsPath('b-1'), '/api/v1/refusals']) {
      const answer = await send(`${path}?${query}`);
      expect(answer).toMatchObject({ status: 400, json: { error: { code: 'request' } } });
      expect((answer.json as { error: { message: string } }).error.message).toMatch(says);
    }
  });
});

describe('GET /api/v1/refusals', () => {
  it('has the refusals of all tenants and services, the newest or the most frequent first', async () => {
    const [often, late] = [newTenant(), newTenant()];
    for (let i = 0; i < 20; i++) await preflight(often, 'https://often.example');
    await nextMillisecond();
    await preflight(late, 'https://late.example');
    await nextMillisecond();
    const azure = await fetch(`http://${server.azureTables}/devstoreaccount1/mytable`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://azure.example', 'Access-Control-Request-Method': 'GET' },
    });
    expect(azure.status).toBe(403);
    expect(await refusals('/api/v1/refusals?limit=2')).toMatchObject([
      { dialect: 'azure-tables', tenant: 'devstoreaccount1', reason: 'no-rules', admittedNow: false },
      { dialect: 'cos', tenant: late },
    ]);
    const [first] = await refusals('/api/v1/refusals?order=most-frequent');
    expect(first).toMatchObject({ dialect: 'cos', tenant: often, count: 20 });
    expect(first).not.toHaveProperty('explanation');
  });
});
