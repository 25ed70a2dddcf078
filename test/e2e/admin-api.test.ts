import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AdminResponse,
  adminApi,
  policyFor,
  policyPath,
  type SendToAdmin,
} from '../support/admin-http.ts';
import { type CosResponse, cosBucket, createBucket, putCors } from '../support/cos-http.ts';
import { parseExposition, requestCount } from '../support/exposition.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { openConnection } from '../support/raw-http.ts';

let server: LocalServer;
let send: SendToAdmin;

beforeAll(async () => {
  server = await startLocalServer();
  send = adminApi(server.admin);
});

afterAll(async () => {
  await server.stop();
});

/** Each test has a tenant of its own. */
let lastTenant = 0;
function newTenant(): string {
  lastTenant += 1;
  return `tenant${lastTenant}-1250000000`;
}

async function put(tenant: string, policy: unknown, headers = {}): Promise<AdminResponse> {
  return await send(policyPath(tenant), { method: 'PUT', body: policy, headers });
}

function preflight(tenant: string, origin: string): Promise<CosResponse> {
  return cosBucket(
    server.cos,
    tenant,
  )({
    method: 'OPTIONS',
    target: '/key',
    key: 'anonymous',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
  });
}

const ERROR = { error: { code: expect.any(String), message: expect.any(String) } };

describe('every answer', () => {
  it.each([
    { name: 'being alive', path: '/healthz', status: 200, body: /^ok\n$/ },
    { name: 'being ready', path: '/readyz', status: 200, body: /^ready\n$/ },
    { name: 'metrics', path: '/metrics', status: 200, body: /^# HELP crossgate_/ },
    { name: 'tenants', path: '/api/v1/tenants', status: 200, body: /^\{"tenants":\[/ },
    { name: 'a path that there is not', path: '/nothing', status: 404, body: /"not-found"/ },
    { name: 'a slash too many', path: '/healthz/', status: 404, body: /"not-found"/ },
    {
      name: 'an escape that is none',
      path: '/api/v1/tenants/cos/%zz/policy',
      status: 404,
      body: /"not-found"/,
    },
  ])('about $name has its status, and is kept by nobody', async ({ path, status, body }) => {
    const answer = await send(path);
    expect(answer).toMatchObject({
      status,
      text: expect.stringMatching(body),
      headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('to HEAD is that to GET without the body', async () => {
    const get = await send('/api/v1/tenants');
    const head = await send('/api/v1/tenants', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  it.each([
    { path: '/healthz', method: 'POST', allow: 'GET, HEAD' },
    { path: '/api/v1/tenants', method: 'DELETE', allow: 'GET, HEAD' },
    { path: policyPath('b-1'), method: 'POST', allow: 'GET, HEAD, PUT, DELETE' },
    { path: policyPath('b-1'), method: 'OPTIONS', allow: 'GET, HEAD, PUT, DELETE' },
    { path: `${policyPath('b-1')}/history`, method: 'PUT', allow: 'GET, HEAD' },
    { path: '/healthz', method: 'PROPFIND', allow: 'GET, HEAD' },
  ])('to $method $path says what is allowed instead', async ({ path, method, allow }) => {
    expect(await send(path, { method })).toMatchObject({ status: 405, headers: { allow }, json: ERROR });
  });

  it.each([
    { host: 'evil.example', status: 403 },
    { host: '127.0.0.1.evil.example', status: 403 },
    { host: 'localhost.evil.example:4000', status: 403 },
    { host: '192.0.2.1', status: 403 },
    { host: 'localhost', status: 200 },
    { host: 'LOCALHOST:4000', status: 200 },
    { host: '127.0.0.1:1', status: 200 },
    { host: '[::1]:4000', status: 200 },
  ])(
    'for the host "$host" has status $status: a page cannot rebind its name to us',
    async ({ host, status }) => {
      expect((await send('/api/v1/tenants', { headers: { Host: host } })).status).toBe(status);
    },
  );
});

describe('GET /metrics', () => {
  it('is a well-formed exposition, with histograms that add up', async () => {
    await preflight(newTenant(), 'https://a.example');
    const answer = await send('/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { samples, types } = parseExposition(answer.text);
    expect([...types]).toEqual([
      ['crossgate_upstream_failures_total', 'counter'],
      ['crossgate_refused_connections_total', 'counter'],
      ['crossgate_displaced_connections_total', 'counter'],
      ['crossgate_open_connections', 'gauge'],
      ['crossgate_requests_total', 'counter'],
      ['crossgate_request_duration_seconds', 'histogram'],
      ['crossgate_failed_requests_total', 'counter'],
      ['crossgate_report_only_total', 'counter'],
      ['crossgate_analytics_requests_total', 'counter'],
      ['crossgate_tls_certificate_expiry_timestamp_seconds', 'gauge'],
      ['crossgate_config_reloads_total', 'counter'],
      ['crossgate_config_last_reload_success_timestamp_seconds', 'gauge'],
    ]);
    const series = [...samples].filter(([line]) => line.includes('_bucket{dialect="cos",kind="preflight"'));
    const counts = series.map(([, count]) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const total = samples.get('crossgate_request_duration_seconds_count{dialect="cos",kind="preflight"}');
    expect(counts.at(-1)).toBe(total);
    expect(total).toBeGreaterThan(0);
  });

  it('moves by what was done', async () => {
    const tenant = newTenant();
    const bucket = await createBucket(server.cos, tenant);
    await put(tenant, policyFor('https://a.example'));
    const metrics = async () => parseExposition((await send('/metrics')).text);
    const before = await metrics();

    await preflight(tenant, 'https://a.example');
    await preflight(tenant, 'https://b.example');
    await preflight(tenant, 'https://b.example');
    await preflight('nobody-1250000000', 'https://a.example');
    await bucket({ target: '/key', headers: { Origin: 'https://a.example' } });
    await bucket({ target: '/key', headers: { Origin: 'https://b.example' } });
    await bucket({ target: '/key' });
    await bucket({ target: '/?cors' });
    await bucket({ target: '/%zz' });

    const after = await metrics();
    const moved = [
      { kind: 'preflight', outcome: 'allowed', reason: '', by: 1 },
      { kind: 'preflight', outcome: 'refused', reason: 'origin-not-allowed', by: 2 },
      { kind: 'preflight', outcome: 'refused', reason: 'unknown-tenant', by: 1 },
      { kind: 'data', outcome: 'allowed', reason: '', by: 1 },
      { kind: 'data', outcome: 'refused', reason: 'origin-not-allowed', by: 1 },
      { kind: 'data', outcome: 'not-cors', reason: '', by: 1 },
      { kind: 'policy', outcome: 'not-cors', reason: '', by: 1 },
      { kind: 'malformed', outcome: 'not-cors', reason: '', by: 1 },
    ];
    expect(
      moved.map(({ by: _, ...labels }) => ({
        ...labels,
        by: requestCount(after, labels) - requestCount(before, labels),
      })),
    ).toEqual(moved);
  });
});

describe('GET /api/v1/tenants', () => {
  it('lists who has a policy or a bucket, in order', async () => {
    const [withPolicy, withBucket] = [`a-${newTenant()}`, `b-${newTenant()}`];
    await createBucket(server.cos, withBucket);
    await put(withPolicy, policyFor('https://a.example'));
    const { json } = await send('/api/v1/tenants');
    const { tenants } = json as { tenants: { tenant: string }[] };
    expect(tenants.filter(({ tenant }) => tenant === withPolicy || tenant === withBucket)).toEqual([
      {
        dialect: 'cos',
        tenant: withPolicy,
        ruleCount: 1,
        revision: expect.any(Number),
        writtenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      { dialect: 'cos', tenant: withBucket, ruleCount: 0, revision: null, writtenAt: null },
    ]);
    const names = tenants.map(({ tenant }) => tenant);
    expect(names).toEqual(names.toSorted());
  });
});

describe('a policy', () => {
  it('comes back as it was put, with its revision as ETag', async () => {
    const tenant = newTenant();
    const policy = {
      rules: [
        {
          id: 'r1',
          allowedOrigins: ['https://a.example'],
          allowedMethods: ['GET', 'PUT'],
          allowedHeaders: ['*'],
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 600,
        },
      ],
      vary: true,
    };
    const stored = await put(tenant, policy);
    const { revision } = stored.json as { revision: number };
    expect(stored).toMatchObject({ status: 200, json: { dialect: 'cos', tenant, revision } });
    expect(stored.headers.etag).toBe(`"${revision}"`);
    expect(await send(policyPath(tenant))).toMatchObject({
      status: 200,
      headers: { etag: `"${revision}"`, 'content-type': 'application/json; charset=utf-8' },
      json: { dialect: 'cos', tenant, revision, policy },
    });
  });

  it('is absent before it is put and after it is deleted, and its history tells both', async () => {
    const tenant = newTenant();
    const absent = { status: 404, json: { error: { code: 'policy-absent' } } };
    expect(await send(policyPath(tenant))).toMatchObject(absent);
    expect(await send(`${policyPath(tenant)}/history`)).toMatchObject(absent);
    expect(await send(policyPath(tenant), { method: 'DELETE' })).toMatchObject(absent);
    await put(tenant, policyFor('https://a.example'));
    expect(await send(policyPath(tenant), { method: 'DELETE' })).toMatchObject({ status: 200 });
    expect(await send(policyPath(tenant))).toMatchObject(absent);
    expect(await send(`${policyPath(tenant)}/history`)).toMatchObject({
      status: 200,
      json: { revisions: [{ policy: null }, { policy: policyFor('https://a.example') }] },
    });
  });

  it.each([
    {
      name: 'of a service that there is not',
      path: policyPath('b-1', 's3'),
      status: 404,
      error: {
        code: 'dialect-unknown',
        message: 'there is no service s3; known: cos, qingstor, azure-tables, boomi',
      },
    },
    {
      name: 'of what cannot be a bucket',
      path: policyPath('No Bucket'),
      status: 400,
      error: { code: 'tenant-name' },
    },
    {
      name: 'of a bucket with a slash',
      path: policyPath('a/b-1'),
      status: 400,
      error: { code: 'tenant-name' },
    },
    {
      name: 'of a bucket with a NUL',
      path: policyPath('a\0-1'),
      status: 400,
      error: { code: 'tenant-name' },
    },
    {
      name: 'of a bucket with an endless name',
      path: policyPath(`${'a'.repeat(5000)}-1`),
      status: 400,
      error: { code: 'tenant-name' },
    },
  ])('$name is refused, whatever is done to it', async ({ path, status, error }) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? policyFor('https://a.example') : undefined;
      expect(await send(path, { method, body })).toMatchObject({ status, json: { error } });
    }
    expect(await send(`${path}/history`)).toMatchObject({ status, json: { error } });
  });
});

describe('a condition', () => {
  const FIRST = policyFor('https://first.example');
  const SECOND = policyFor('https://second.example');

  it('holds while the revision is in force', async () => {
    const tenant = newTenant();
    const first = await put(tenant, FIRST, { 'If-None-Match': '*' });
    expect(first.status).toBe(200);
    const second = await put(tenant, SECOND, { 'If-Match': first.headers.etag });
    expect(second.status).toBe(200);
    const { revision } = second.json as { revision: number };
    const unquoted = { method: 'DELETE', headers: { 'If-Match': String(revision) } };
    expect((await send(policyPath(tenant), unquoted)).status).toBe(200);
  });

  it.each([
    { name: 'PUT over an older revision', method: 'PUT', headers: { 'If-Match': '"1"' } },
    { name: 'PUT of a first policy', method: 'PUT', headers: { 'If-None-Match': '*' } },
    { name: 'DELETE of an older revision', method: 'DELETE', headers: { 'If-Match': '"1"' } },
  ])('that does not hold leaves the policy as it is, and shows it: $name', async ({ method, headers }) => {
    const tenant = newTenant();
    // Revisions are counted over all tenants: none of this one has the number 1.
    await put(newTenant(), FIRST);
    const { revision } = (await put(tenant, FIRST)).json as { revision: number };
    const refused = await send(policyPath(tenant), {
      method,
      headers,
      ...(method === 'PUT' && { body: SECOND }),
    });
    expect(refused).toMatchObject({
      status: 412,
      json: { error: { code: 'revision-conflict', current: { tenant, revision, policy: FIRST } } },
    });
    expect(await send(policyPath(tenant))).toMatchObject({ json: { revision, policy: FIRST } });
  });

  it('on a policy that is not there shows that there is none', async () => {
    const refused = await put(newTenant(), FIRST, { 'If-Match': '"1"' });
    const error = { code: 'revision-conflict', message: 'there is no policy', current: null };
    expect(refused).toMatchObject({ status: 412, json: { error } });
  });

  it.each([
    { name: 'a word', headers: { 'If-Match': 'latest' } },
    { name: 'any revision', headers: { 'If-Match': '*' } },
    { name: 'two revisions', headers: { 'If-Match': '"1", "2"' } },
    { name: 'a weak revision', headers: { 'If-Match': 'W/"1"' } },
    { name: 'an endless number', headers: { 'If-Match': `"${'9'.repeat(400)}"` } },
    { name: 'none of one revision', headers: { 'If-None-Match': '"1"' } },
    { name: 'one and none at once', headers: { 'If-Match': '"1"', 'If-None-Match': '*' } },
  ])('that cannot be checked is refused, not passed over: $name', async ({ headers }) => {
    const tenant = newTenant();
    expect(await put(tenant, FIRST, headers)).toMatchObject({
      status: 400,
      json: { error: { code: 'if-match' } },
    });
    const removal = { method: 'DELETE', headers };
    expect(await send(policyPath(tenant), removal)).toMatchObject({ status: 400 });
    expect((await send(policyPath(tenant))).status).toBe(404);
  });
});

describe('a policy that cannot be stored', () => {
  it.each([
    { name: 'an empty body', body: '', says: /^the body is not JSON: / },
    { name: 'text', body: 'hello', says: /^the body is not JSON: / },
    { name: 'JSON cut short', body: '{"rules":[', says: /^the body is not JSON: / },
    {
      name: 'bytes that are not UTF-8',
      body: Buffer.from('{"rules":"\xff"}', 'latin1'),
      says: /^the body is not JSON: /,
    },
  ])('is answered 400 when it is $name', async ({ body, says }) => {
    const tenant = newTenant();
    const answer = await put(tenant, body);
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'json' } } });
    expect((answer.json as typeof ERROR).error.message).toMatch(says);
    expect((await send(policyPath(tenant))).status).toBe(404);
  });

  it('is answered 422 with every finding, as data and as text', async () => {
    const tenant = newTenant();
    await put(tenant, policyFor('https://kept.example'));
    const answer = await put(tenant, {
      rules: [
        { allowedOrigins: ['https://*.*'], allowedMethods: ['PATCH'], allowedHeaders: ['a b'] },
        { allowedOrigins: [], allowedMethods: ['GET'], maxAgeSeconds: -1 },
      ],
    });
    expect(answer).toMatchObject({
      status: 422,
      json: {
        error: {
          code: 'policy-invalid',
          message: 'the policy has errors, nothing was stored',
          diagnostics: [
            {
              code: 'origin-wildcards',
              severity: 'error',
              path: ['rules', 0, 'allowedOrigins', 0],
              message: 'the origin `https://*.*` has more than one `*`',
              help: expect.stringMatching(/^keep one/),
            },
            { code: 'method-unknown' },
            { code: 'header-not-token' },
            { code: 'origins-missing' },
            { code: 'max-age-range' },
          ],
        },
      },
    });
    expect(await send(policyPath(tenant))).toMatchObject({
      json: { policy: policyFor('https://kept.example') },
    });
  });

  it.each([
    { name: 'a list', body: [] },
    { name: 'null', body: null },
    { name: 'rules that are no list', body: { rules: {} } },
    { name: 'a field that there is not', body: { rules: [], colour: 'red' } },
    { name: 'a prototype', body: '{"rules":[],"__proto__":{"vary":true}}' },
    { name: 'no rule', body: { rules: [] } },
    { name: 'nesting without end', body: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
  ])('is answered 422 when it has the wrong shape: $name', async ({ body }) => {
    expect(await put(newTenant(), body)).toMatchObject({
      status: 422,
      json: { error: { code: 'policy-invalid' } },
    });
  });

  it('is answered 413 when it is announced with more than 1 MiB', async () => {
    const answer = await put(newTenant(), ' '.repeat(1024 * 1024 + 1));
    expect(answer).toMatchObject({ status: 413, json: { error: { code: 'body-too-large' } } });
  });

  it('is answered 413 when it turns out to have more than 1 MiB', async () => {
    const connection = await openConnection(server.admin);
    const path = policyPath(newTenant());
    connection.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`);
    for (let i = 0; i < 17; i++) connection.write(`10000\r\n${' '.repeat(0x10000)}\r\n`);
    connection.write('0\r\n\r\n');
    const [answer] = await connection.untilResponses(1);
    expect(answer?.status).toBe(413);
  });
});

describe('one store', () => {
  it('lets a policy that is put through the admin API govern the service at once', async () => {
    const tenant = newTenant();
    await put(tenant, policyFor('https://a.example'));
    expect(await preflight(tenant, 'https://a.example')).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': 'https://a.example' },
    });
    await put(tenant, policyFor('https://b.example'));
    expect((await preflight(tenant, 'https://a.example')).status).toBe(403);
    expect((await preflight(tenant, 'https://b.example')).status).toBe(200);
    await send(policyPath(tenant), { method: 'DELETE' });
    expect(await preflight(tenant, 'https://b.example')).toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });

  it('shows a configuration that is put through the service, and takes back what it shows', async () => {
    const tenant = newTenant();
    const bucket = await createBucket(server.cos, tenant);
    const rule = (origin: string): string =>
      `<CORSRule><AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>`;
    await putCors(bucket, rule('https://a.example'));
    const shown = await send(policyPath(tenant));
    expect(shown).toMatchObject({ status: 200, json: { policy: policyFor('https://a.example') } });
    await put(tenant, policyFor('https://b.example'), { 'If-Match': shown.headers.etag });
    expect((await bucket({ target: '/?cors' })).text).toContain('<AllowedOrigin>https://b.example</');
    await putCors(bucket, rule('https://c.example'));
    expect(
      await put(tenant, policyFor('https://d.example'), { 'If-Match': shown.headers.etag }),
    ).toMatchObject({
      status: 412,
      json: { error: { current: { policy: policyFor('https://c.example') } } },
    });
    await bucket({ method: 'DELETE', target: '/?cors' });
    expect((await send(policyPath(tenant))).status).toBe(404);
  });

  it('forgets the policy of a bucket that is deleted', async () => {
    const tenant = newTenant();
    const bucket = await createBucket(server.cos, tenant);
    await put(tenant, policyFor('https://a.example'));
    expect((await bucket({ method: 'DELETE' })).status).toBe(204);
    expect((await send(policyPath(tenant))).status).toBe(404);
  });
});
