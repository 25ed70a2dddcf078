import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFor, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { openCheckedAdmin } from '../support/checked-admin.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

const TENANT = 'analysed-1250000000';
const [A, B] = ['https://a.example', 'https://b.example'];

let server: LocalServer;
let send: SendToAdmin;

beforeAll(async () => {
  server = await startLocalServer();
  ({ send } = await openCheckedAdmin(server.admin));
  await send(policyPath(TENANT), { method: 'PUT', body: policyFor(A) });
  await send(policyPath(TENANT).replace(/policy$/, 'candidate'), { method: 'PUT', body: policyFor(B) });
});

afterAll(async () => {
  await server.stop();
});

async function post(verb: string, body: unknown) {
  return await send(`/api/v1/${verb}`, { method: 'POST', body });
}

const XML = `<CORSConfiguration>
  <CORSRule><AllowedOrigin>${A}</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>
</CORSConfiguration>`;

/** The same policy, named in each way. */
const SOURCES = [
  { name: 'a neutral policy', source: { dialect: 'cos', policy: policyFor(A) } },
  { name: "the service's own document", source: { dialect: 'cos', policy: XML } },
  { name: 'a stored policy', source: { tenant: `cos/${TENANT}` } },
];

describe('POST /api/v1/explain', () => {
  it.each(SOURCES)('explains a request by $name', async ({ source }) => {
    const request = { origin: B, method: 'GET', headers: ['x-b'] };
    expect(await post('explain', { ...source, request })).toMatchObject({
      status: 200,
      json: {
        decision: { kind: 'refused', rule: null, reason: 'origin-not-allowed', headers: {} },
        rules: [
          { rule: 0, outcome: 'origin-not-allowed', headers: [{ value: 'x-b', match: { kind: 'none' } }] },
        ],
        nearest: { kind: 'edits' },
        browser: { preflight: { requestHeaders: ['x-b'] }, verdict: { kind: 'blocked', phase: 'preflight' } },
      },
    });
  });

  it('tells where rules stand in a document', async () => {
    const { json } = await post('explain', {
      dialect: 'cos',
      policy: XML,
      request: { origin: A, method: 'GET' },
    });
    expect(json).toMatchObject({ rules: [{ span: { start: { line: 2, column: 3 } } }] });
  });

  it('explains by a candidate', async () => {
    const request = { origin: B, method: 'GET' };
    expect(await post('explain', { candidate: `cos/${TENANT}`, request })).toMatchObject({
      json: { decision: { kind: 'allowed', rule: 0, headers: { 'Access-Control-Allow-Origin': B } } },
    });
  });

  it.each([
    { name: 'no origin', request: { method: 'GET' }, kind: 'malformed', reason: 'origin-missing' },
    { name: 'no method', request: { origin: A }, kind: 'malformed', reason: 'method-missing' },
    { name: 'nothing', request: {}, kind: 'malformed', reason: 'origin-missing' },
    { name: 'null', request: { origin: null, method: null }, kind: 'malformed', reason: 'origin-missing' },
    {
      name: 'an actual request',
      request: { origin: A, method: 'GET', actual: true },
      kind: 'allowed',
      reason: null,
    },
    {
      name: 'an actual request without an origin',
      request: { method: 'GET', actual: true },
      kind: 'not-cors',
      reason: 'origin-missing',
    },
    { name: 'a page', request: { pageUrl: `${A}/page?q=1`, method: 'GET' }, kind: 'allowed', reason: null },
  ])('takes a request with $name', async ({ request, kind, reason }) => {
    expect(await post('explain', { tenant: `cos/${TENANT}`, request })).toMatchObject({
      status: 200,
      json: { decision: { kind, reason } },
    });
  });

  it('takes headers with their values, the credentials mode and the URL', async () => {
    const explain = async (more: object) => {
      const request = { origin: A, method: 'GET', ...more };
      const { json } = await post('explain', { tenant: `cos/${TENANT}`, request });
      return (json as { browser: unknown }).browser;
    };
    expect(await explain({ headers: { 'X-A': '1' } })).toMatchObject({
      preflight: { requestHeaders: ['x-a'] },
    });
    expect(await explain({ headers: { Accept: 'text/html' } })).toMatchObject({ preflight: null });
    expect(await explain({ credentials: 'include' })).toMatchObject({ verdict: { kind: 'readable' } });
    expect(await explain({ url: `${A}/own` })).toMatchObject({
      preflight: null,
      verdict: { kind: 'readable' },
    });
  });

  it('tells what a service exposes of the headers that its answer has', async () => {
    const policy = {
      rules: [{ allowedOrigins: [A], allowedMethods: ['GET'], exposeHeaders: ['x-ms-*'], maxAgeSeconds: 5 }],
    };
    const request = { origin: A, method: 'GET', actual: true, responseHeaders: ['x-ms-one', 'date'] };
    expect(await post('explain', { dialect: 'azure-tables', policy, request })).toMatchObject({
      json: {
        decision: { headers: { 'Access-Control-Expose-Headers': 'x-ms-one' } },
        browser: { verdict: { exposedHeaders: ['x-ms-one'] } },
      },
    });
  });
});

describe('POST /api/v1/lint', () => {
  it.each(SOURCES)('finds what is doubtful about $name', async ({ source }) => {
    const rule = ['rules', 0];
    expect(await post('lint', source)).toMatchObject({
      status: 200,
      json: {
        diagnostics: [
          { code: 'client-header-not-allowed', severity: 'info', parameters: { name: 'authorization' } },
          {
            code: 'max-age-unset',
            severity: 'info',
            path: [...rule, 'maxAgeSeconds'],
            help: expect.any(String),
          },
        ],
      },
    });
  });

  it('tells where in a document', async () => {
    const { json } = await post('lint', { dialect: 'cos', policy: XML });
    const { diagnostics } = json as { diagnostics: { code: string; span: unknown }[] };
    const unset = diagnostics.find(({ code }) => code === 'max-age-unset');
    expect(unset?.span).toMatchObject({ start: { line: 2, column: 3 } });
  });

  it('tells errors as findings, with what to do and where', async () => {
    const policy = XML.replace(A, 'https://*.*').replace('GET', 'PATCH');
    expect(await post('lint', { dialect: 'cos', policy })).toMatchObject({
      status: 200,
      json: {
        diagnostics: [
          {
            code: 'origin-wildcards',
            severity: 'error',
            path: ['rules', 0, 'allowedOrigins', 0],
            span: { start: { line: 2 } },
          },
          { code: 'method-unknown', severity: 'error' },
        ],
      },
    });
  });

  it('tells doubts with a request that shows them', async () => {
    const rule = { allowedOrigins: ['*'], allowedMethods: ['GET'] };
    const { json } = await post('lint', {
      dialect: 'cos',
      policy: { rules: [rule, { ...rule, allowedOrigins: [A] }] },
    });
    const { diagnostics } = json as { diagnostics: { path: unknown[]; severity: string }[] };
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.map(({ severity }) => severity)).not.toContain('error');
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ path: expect.arrayContaining(['rules', 1]) }),
    );
  });
});

describe('POST /api/v1/compare', () => {
  it.each(SOURCES)('compares $name with another', async ({ source }) => {
    const policy = {
      rules: [...(policyFor(A) as { rules: object[] }).rules, ...(policyFor(B) as { rules: object[] }).rules],
    };
    const wider = { dialect: 'cos', policy };
    expect(await post('compare', { old: source, new: wider })).toMatchObject({
      status: 200,
      json: { access: 'wider', gained: { origin: B, method: 'GET', headers: [] }, lost: null, answers: [] },
    });
    expect(await post('compare', { old: wider, new: source })).toMatchObject({
      json: { access: 'narrower', gained: null, lost: { origin: B } },
    });
  });

  it('compares the policy of a tenant with its candidate, and policies of two services', async () => {
    expect(
      await post('compare', { old: { tenant: `cos/${TENANT}` }, new: { candidate: `cos/${TENANT}` } }),
    ).toMatchObject({
      json: { access: 'incomparable' },
    });
    const boomi = { dialect: 'boomi', policy: policyFor(A) };
    const { json } = await post('compare', { old: { tenant: `cos/${TENANT}` }, new: boomi });
    expect(json).toMatchObject({
      answers: expect.arrayContaining([expect.objectContaining({ header: 'Access-Control-Max-Age' })]),
    });
  });

  it('gives up soon, and says what to do, where wildcards are made to be hard', async () => {
    const hard = (letter: string) => ({
      dialect: 'cos',
      policy: {
        rules: Array.from({ length: 100 }, (_, i) => ({
          allowedOrigins: Array.from(
            { length: 10 },
            (_, j) => `https://${letter.repeat(j + 1)}*${letter.repeat(i + 1)}`,
          ),
          allowedMethods: ['GET'],
        })),
      },
    });
    expect(await post('compare', { old: hard('a'), new: hard('b') })).toMatchObject({
      status: 422,
      json: { error: { code: 'analysis-too-large', message: expect.stringContaining('crossgate compare') } },
    });
  });
});

describe('POST /api/v1/convert', () => {
  it.each(SOURCES)('writes $name for another service', async ({ source }) => {
    const answer = await post('convert', { ...source, to: 'qingstor' });
    expect(answer).toMatchObject({
      status: 200,
      json: { policy: policyFor(A), losses: [], comparison: { access: 'equivalent' } },
    });
    const { document } = answer.json as { document: string };
    expect(JSON.parse(document)).toMatchObject({
      cors_rules: [{ allowed_origin: A, allowed_methods: ['GET'] }],
    });
  });

  it('tells what is lost, and has no document where the service has none', async () => {
    const policy = { rules: [{ allowedOrigins: [A], allowedMethods: ['GET', 'PUT'], maxAgeSeconds: 5 }] };
    const answer = await post('convert', { dialect: 'cos', policy, to: 'boomi', inexpressible: 'widen' });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        document: null,
        losses: expect.arrayContaining([
          expect.objectContaining({ code: 'method-not-supported', value: 'PUT' }),
        ]),
      },
    });
  });

  it('is refused when nothing is left that the service takes', async () => {
    const policy = { rules: [{ allowedOrigins: [A], allowedMethods: ['MERGE'], maxAgeSeconds: 5 }] };
    expect(await post('convert', { dialect: 'azure-tables', policy, to: 'cos' })).toMatchObject({
      status: 422,
      json: { error: { code: 'policy-invalid', diagnostics: [{ code: 'rules-missing' }] } },
    });
  });

  it('names the services there are', async () => {
    expect(await post('convert', { tenant: `cos/${TENANT}`, to: 's3' })).toMatchObject({
      status: 404,
      json: { error: { code: 'dialect-unknown' } },
    });
  });
});

describe('what is asked badly', () => {
  const request = { origin: A, method: 'GET' };

  it.each([
    { name: 'text', body: 'hello', status: 400, code: 'json' },
    { name: 'a list', body: [], status: 400, code: 'request' },
    { name: 'no policy', body: { request }, status: 400, code: 'request', says: /"tenant"/ },
    {
      name: 'two policies',
      body: { tenant: `cos/${TENANT}`, dialect: 'cos', policy: XML, request },
      status: 400,
      code: 'request',
    },
    {
      name: 'no service',
      body: { policy: policyFor(A), request },
      status: 400,
      code: 'request',
      says: /dialect/,
    },
    {
      name: 'an unknown service',
      body: { dialect: 's3', policy: XML, request },
      status: 404,
      code: 'dialect-unknown',
    },
    {
      name: 'a number for a policy',
      body: { dialect: 'cos', policy: 7, request },
      status: 400,
      code: 'request',
      says: /^policy: /,
    },
    {
      name: 'a tenant without a service',
      body: { tenant: TENANT, request },
      status: 400,
      code: 'request',
      says: /service\/tenant/,
    },
    {
      name: 'a service that is not that of the tenant',
      body: { dialect: 'boomi', tenant: `cos/${TENANT}`, request },
      status: 400,
      code: 'request',
    },
    {
      name: 'a tenant that cannot be',
      body: { tenant: 'cos/No Bucket', request },
      status: 400,
      code: 'tenant-name',
    },
    {
      name: 'a tenant without a policy',
      body: { tenant: 'cos/nobody-1250000000', request },
      status: 404,
      code: 'policy-absent',
    },
    {
      name: 'a tenant without a candidate',
      body: { candidate: 'cos/nobody-1250000000', request },
      status: 404,
      code: 'candidate-absent',
    },
    {
      name: 'no request',
      body: { tenant: `cos/${TENANT}` },
      status: 400,
      code: 'request',
      says: /^request: /,
    },
    {
      name: 'a list for an origin',
      body: { tenant: `cos/${TENANT}`, request: { origin: [A] } },
      status: 400,
      code: 'request',
      says: /^request\.origin: /,
    },
    {
      name: 'an unknown field',
      body: { tenant: `cos/${TENANT}`, request: { ...request, methods: [] } },
      status: 400,
      code: 'request',
      says: /methods/,
    },
    {
      name: 'a page that is none',
      body: { tenant: `cos/${TENANT}`, request: { pageUrl: 'page', method: 'GET' } },
      status: 400,
      code: 'request',
      says: /pageUrl/,
    },
    {
      name: 'an origin and a page',
      body: { tenant: `cos/${TENANT}`, request: { ...request, pageUrl: A } },
      status: 400,
      code: 'request',
    },
    {
      name: 'an actual request without a method',
      body: { tenant: `cos/${TENANT}`, request: { origin: A, actual: true } },
      status: 400,
      code: 'request',
      says: /method/,
    },
    {
      name: 'a document of a service that has none',
      body: { dialect: 'boomi', policy: XML, request },
      status: 400,
      code: 'request',
      says: /object/,
    },
    {
      name: 'a document that is cut short',
      body: { dialect: 'cos', policy: XML.slice(0, -9), request },
      status: 422,
      code: 'policy-invalid',
    },
    {
      name: 'a policy with errors',
      body: { dialect: 'cos', policy: { rules: [{}] }, request },
      status: 422,
      code: 'policy-invalid',
    },
    {
      name: 'a policy of another form',
      body: { dialect: 'cos', policy: { rulez: [] }, request },
      status: 422,
      code: 'policy-invalid',
    },
  ])('is refused: $name', async ({ body, status, code, says = /./ }) => {
    const answer = await post('explain', body);
    expect(answer).toMatchObject({ status, json: { error: { code } } });
    expect((answer.json as { error: { message: string } }).error.message).toMatch(says);
  });

  it.each(['explain', 'lint', 'compare', 'convert'])(
    'is refused when it is larger than 1 MiB: %s',
    async verb => {
      const answer = await post(verb, ' '.repeat(1024 * 1024 + 1));
      expect(answer).toMatchObject({ status: 413, json: { error: { code: 'body-too-large' } } });
    },
  );

  it('tells all findings, with their places in the document', async () => {
    const policy = XML.replace(A, 'https://*.*').replace('GET', 'PATCH');
    const answer = await post('explain', { dialect: 'cos', policy, request });
    expect(answer).toMatchObject({
      status: 422,
      json: {
        error: {
          count: 2,
          diagnostics: [
            { code: 'origin-wildcards', span: { start: { line: 2 } } },
            { code: 'method-unknown', message: expect.stringContaining('PATCH') },
          ],
        },
      },
    });
  });

  it('is refused for pages and for other hosts', async () => {
    const body = { tenant: `cos/${TENANT}`, request };
    const foreign = { method: 'POST', body, headers: { Origin: 'https://evil.example' } };
    expect((await send('/api/v1/explain', foreign)).status).toBe(403);
    const rebound = { method: 'POST', body, headers: { Host: 'evil.example' } };
    expect((await send('/api/v1/explain', rebound)).status).toBe(403);
  });
});
