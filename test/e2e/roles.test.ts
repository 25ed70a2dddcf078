/** What each role may do, and keys that are changed, in every service. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosBucket, cosHost, type SendToBucket, sendCos } from '../support/cos-http.ts';
import { FORM_TYPE, formBody } from '../support/form-data.ts';
import { type LocalServer, type LogLine, startLocalServer } from '../support/local-server.ts';
import { type RawResponse, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts';
import { azureTablesHeaders } from '../support/sign-azure-tables.ts';
import { cosAuthorization, presignCosTarget, signedCosPolicyFields } from '../support/sign-cos.ts';
import { qingstorAuthorization } from '../support/sign-qingstor.ts';

const ROLES = ['all', 'read-only', 'cors-admin'] as const;
type Role = (typeof ROLES)[number];

const COS_BUCKET = 'roles-1250000000';
const QINGSTOR_BUCKET = 'roles-bucket';
const ACCOUNT = 'rolesaccount';
const ACCOUNT_KEYS = { all: 'YWxs', 'read-only': 'cmVhZA==', 'cors-admin': 'Y29ycw==' };
const BOOMI_ACCOUNT = 'roles-account';
const FUTURE = '2100-01-01T00:00:00Z';

/** The key of a role, in the services whose keys have ids of their own. */
function keyOf(role: Role): { readonly id: string; readonly secret: string } {
  return { id: `KEY-${role}`, secret: `secret of ${role}` };
}

const KEYS = ROLES.map(role => `{ id: ${keyOf(role).id}, secret: ${keyOf(role).secret}, role: ${role} }`);
const CONFIG = `
dialects:
  cos:
    credentials: [${KEYS.join(', ')}, { id: KEY-all, secret: the new one }, { id: TEMPORARY, secret: s, token: t }]
  qingstor:
    credentials: [${KEYS.join(', ')}]
  azure-tables:
    credentials: [${ROLES.map(role => `{ id: ${ACCOUNT}, secret: ${ACCOUNT_KEYS[role]}, role: ${role} }`).join(', ')}]
  boomi:
    tenants:
      ${BOOMI_ACCOUNT}:
        credentials: [${KEYS.join(', ')}]
`;

const logged: LogLine[] = [];
let upstream: ScriptedUpstream;
let server: LocalServer;
let cos: SendToBucket;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  const flags = { store: 'memory', upstream: [`boomi=${upstream.url}`] };
  server = await startLocalServer(flags, {}, { text: CONFIG, logged });
  cos = cosBucket(server.cos, COS_BUCKET);
  expect((await cos({ method: 'PUT', key: keyOf('all') })).status).toBe(200);
  expect((await cos({ method: 'PUT', target: '/a', body: 'a', key: keyOf('all') })).status).toBe(200);
  expect((await qingstor('PUT', '', 'all')).status).toBe(201);
  expect((await qingstor('PUT', '/a', 'all')).status).toBe(201);
});

afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

async function qingstor(method: string, path: string, role: Role, body = ''): Promise<RawResponse> {
  const target = `/${QINGSTOR_BUCKET}${path}`;
  const headers = { Date: new Date().toUTCString() };
  const authorization = qingstorAuthorization({ method, target, headers }, keyOf(role));
  const lines = ['Host: 127.0.0.1', `Date: ${headers.Date}`, `Authorization: ${authorization}`];
  const length = `Content-Length: ${body.length}`;
  return await sendRawRequest(
    server.qingstor,
    rawRequest(`${method} ${target} HTTP/1.1`, [...lines, length], body),
  );
}

interface Case {
  readonly method: string;
  readonly target: string;
  readonly allowed: readonly Role[];
  readonly body?: string;
}

const CORS_XML = `<CORSConfiguration><CORSRule><AllowedOrigin>https://a.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`;
const POLICY_CASES: readonly Case[] = [
  { method: 'PUT', target: '?cors', body: CORS_XML, allowed: ['all', 'cors-admin'] },
  { method: 'GET', target: '?cors', allowed: ['all', 'read-only', 'cors-admin'] },
  { method: 'DELETE', target: '?cors', allowed: ['all', 'cors-admin'] },
];
const DATA_CASES: readonly Case[] = [
  { method: 'GET', target: '', allowed: ['all', 'read-only'] },
  { method: 'HEAD', target: 'a', allowed: ['all', 'read-only'] },
  { method: 'GET', target: 'a', allowed: ['all', 'read-only'] },
  { method: 'PUT', target: 'b', body: 'b', allowed: ['all'] },
  { method: 'POST', target: 'b?uploads', allowed: ['all'] },
  { method: 'DELETE', target: 'b', allowed: ['all'] },
];

function forEachRole(cases: readonly Case[]): readonly (Case & { readonly role: Role })[] {
  return cases.flatMap(one => ROLES.map(role => ({ ...one, role })));
}

describe('a key with a role', () => {
  it.each(forEachRole([...POLICY_CASES, ...DATA_CASES]))(
    'of COS that is $role: $method /$target',
    async ({ method, target, body, role, allowed }) => {
      const request = { method, target: `/${target}`, key: keyOf(role), ...(body !== undefined && { body }) };
      const { status, code } = await cos(request);
      if (allowed.includes(role)) expect(status).toBeLessThan(300);
      else if (method === 'HEAD') expect(status).toBe(403);
      else expect([status, code]).toEqual([403, 'AccessDenied']);
    },
  );

  it.each(forEachRole(DATA_CASES))(
    'of QingStor that is $role: $method /$target',
    async ({ method, target, role, body, allowed }) => {
      const { status, body: text } = await qingstor(method, `/${target}`, role, body);
      if (allowed.includes(role)) expect(status).toBeLessThan(300);
      else expect(status).toBe(403);
      if (!allowed.includes(role) && method !== 'HEAD') {
        expect(JSON.parse(text)).toMatchObject({ code: 'permission_denied' });
      }
    },
  );

  it.each(ROLES)('of an account of Azure that is %s, beside others of the same account', async role => {
    const target = `/${ACCOUNT}/?restype=service&comp=properties`;
    const send = async (method: string, body: string): Promise<RawResponse> => {
      const signed = azureTablesHeaders({ method, target }, { account: ACCOUNT, key: ACCOUNT_KEYS[role] });
      const lines = ['Host: 127.0.0.1', ...signed, `Content-Length: ${body.length}`];
      return await sendRawRequest(
        server.azureTables,
        rawRequest(`${method} ${target} HTTP/1.1`, lines, body),
      );
    };
    expect((await send('GET', '')).status).toBe(200);
    const put = await send('PUT', '<StorageServiceProperties><Cors /></StorageServiceProperties>');
    if (role !== 'read-only') expect(put.status).toBe(202);
    else {
      expect(put.status).toBe(403);
      expect(put.headers.get('x-ms-error-code')).toBe('AuthorizationPermissionMismatch');
    }
  });

  it.each(
    forEachRole([
      { method: 'GET', target: 'Atom/1', allowed: ['all', 'read-only'] },
      { method: 'POST', target: 'Atom/query', allowed: ['all', 'read-only'] },
      { method: 'POST', target: 'Atom', allowed: ['all'] },
      { method: 'DELETE', target: 'Atom/1', allowed: ['all'] },
    ]),
  )('of Boomi that is $role: $method $target', async ({ method, target, role, allowed }) => {
    upstream.play(({ connection }) => connection.end(answer('ok')));
    const { id, secret } = keyOf(role);
    const basic = Buffer.from(`${id}:${secret}`).toString('base64');
    const lines = ['Host: a', `Authorization: Basic ${basic}`, 'Content-Length: 0'];
    const path = `/api/rest/v1/${BOOMI_ACCOUNT}/${target}`;
    const { status, body } = await sendRawRequest(
      server.boomi,
      rawRequest(`${method} ${path} HTTP/1.1`, lines),
    );
    if (allowed.includes(role)) expect([status, upstream.requests.length]).toEqual([200, 1]);
    else {
      expect([status, upstream.requests.length]).toEqual([403, 0]);
      expect(body).toContain('Access denied due to insufficient permissions.');
    }
  });

  it.each([
    { name: 'by its user', id: 'KEY-read-only' },
    { name: 'by its token', id: 'BOOMI_TOKEN.KEY-read-only' },
  ])('of Boomi does no more in an account that is not held here: $name', async ({ id }) => {
    upstream.play(({ connection }) => connection.end(answer('ok')));
    const basic = Buffer.from(`${id}:${keyOf('read-only').secret}`).toString('base64');
    const send = (method: string, account: string): Promise<RawResponse> => {
      const lines = ['Host: a', `Authorization: Basic ${basic}`];
      const target = `/api/rest/v1/${account}/Atom/1`;
      return sendRawRequest(server.boomi, rawRequest(`${method} ${target} HTTP/1.1`, lines));
    };
    expect((await send('GET', 'other-account')).status).toBe(200);
    expect((await send('DELETE', 'other-account')).status).toBe(403);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(ROLES)('that signs the form of an upload, and is %s', async role => {
    const fields = signedCosPolicyFields(JSON.stringify({ expiration: FUTURE, conditions: [] }), {
      key: keyOf(role),
    });
    const body = formBody({ key: `form-${role}`, ...fields }, { content: 'f' });
    const headers = { 'Content-Type': FORM_TYPE };
    const { status, code } = await cos({ method: 'POST', headers, body, key: 'anonymous' });
    const stored = await cos({ target: `/form-${role}`, key: keyOf('all') });
    if (role === 'all') expect([status, stored.text]).toEqual([204, 'f']);
    else expect([status, code, stored.status]).toEqual([403, 'AccessDenied', 404]);
  });

  it.each([
    { token: {}, told: [400, 'ExpiredToken'] },
    { token: { 'x-cos-security-token': 'another' }, told: [400, 'ExpiredToken'] },
    { token: { 'x-cos-security-token': 't' }, told: [204, undefined] },
  ])('that is temporary signs a form with its token: $token', async ({ token, told }) => {
    const fields = signedCosPolicyFields(JSON.stringify({ expiration: FUTURE, conditions: [] }), {
      key: { id: 'TEMPORARY', secret: 's' },
    });
    const body = formBody({ key: 'temporary', ...fields, ...token }, { content: 'f' });
    const headers = { 'Content-Type': FORM_TYPE };
    const { status, code } = await cos({ method: 'POST', headers, body, key: 'anonymous' });
    expect([status, code]).toEqual(told);
  });

  it('is told in the log when it is used for more', async () => {
    logged.length = 0;
    await cos({ method: 'PUT', target: '/b', body: 'b', key: keyOf('read-only') });
    expect(logged).toMatchObject([
      {
        msg: 'a key that is read-only was used for what it may not do',
        keyId: 'KEY-read-only',
        method: 'PUT',
      },
    ]);
  });
});

describe('two keys with one id', () => {
  it.each(['secret of all', 'the new one'])('are both good: %s', async secret => {
    expect((await cos({ target: '/a', key: { id: 'KEY-all', secret } })).status).toBe(200);
  });

  it('leave a third one refused', async () => {
    const { status, code } = await cos({ target: '/a', key: { id: 'KEY-all', secret: 'another' } });
    expect([status, code]).toEqual([403, 'SignatureDoesNotMatch']);
  });
});

describe('a key of one bucket', () => {
  it('copies nothing out of another', async () => {
    const text = `dialects: { cos: { credentials: [{ id: A, secret: a }], tenants: { own-1250000000: { credentials: [{ id: B, secret: b }] } } } }`;
    const local = await startLocalServer({ store: 'memory' }, {}, { text });
    const key = { id: 'A', secret: 'a' };
    for (const bucket of ['own-1250000000', 'other-1250000000']) {
      const send = cosBucket(local.cos, bucket);
      await send({ method: 'PUT', key });
      await send({ method: 'PUT', target: '/a', body: bucket, key });
    }
    const copy = async (from: string, id: string): Promise<number> => {
      const headers = { 'x-cos-copy-source': `${cosHost(from)}/a` };
      const own = cosBucket(local.cos, 'own-1250000000');
      const copied = await own({
        method: 'PUT',
        target: '/c',
        headers,
        key: { id, secret: id.toLowerCase() },
      });
      return copied.status;
    };
    expect(await copy('own-1250000000', 'B')).toBe(200);
    expect(await copy('other-1250000000', 'A')).toBe(200);
    expect(await copy('other-1250000000', 'B')).toBe(403);
    await local.stop();
  });
});

describe('a key with a role, before an upstream that checks signatures itself', () => {
  const HOST = cosHost(COS_BUCKET);
  let gateway: LocalServer;

  beforeAll(async () => {
    const text = `dialects: { cos: { credentials: [${KEYS.join(', ')}], upstream: '${upstream.url}' } }`;
    gateway = await startLocalServer({ store: 'memory' }, {}, { text });
  });
  afterAll(() => gateway.stop());

  const read = keyOf('read-only');
  const put = { method: 'PUT', target: '/a', headers: { host: HOST } };

  it.each([
    { name: 'reads', request: { target: '/a', key: read }, passes: true },
    { name: 'does not write', request: { ...put, headers: {}, key: read }, passes: false },
    {
      name: 'does not write, whoever signed',
      request: { ...put, headers: {}, key: { ...read, secret: 'x' } },
      passes: false,
    },
    {
      name: 'does not write by a presigned URL',
      request: { method: 'PUT', target: presignCosTarget(put, { key: read }), key: 'anonymous' as const },
      passes: false,
    },
    {
      name: 'does not write in the words of another service',
      request: {
        ...put,
        key: 'anonymous' as const,
        headers: { Authorization: `AWS4-HMAC-SHA256 Credential=${read.id}/20260101/x/s3/aws4_request` },
      },
      passes: false,
    },
    {
      name: 'does not write with a second line',
      request: {
        ...put,
        key: 'anonymous' as const,
        headers: { Authorization: `x, ${cosAuthorization(put, { key: read })}` },
      },
      passes: false,
    },
    {
      name: 'may be another one',
      request: { ...put, headers: {}, key: { id: 'KEY-else', secret: 'x' } },
      passes: true,
    },
    { name: 'may have all', request: { ...put, headers: {}, key: keyOf('all') }, passes: true },
    {
      name: 'has nothing to do with data',
      request: { target: '/a', key: keyOf('cors-admin') },
      passes: false,
    },
  ])('$name', async ({ request, passes }) => {
    upstream.play(({ connection }) => connection.end(answer('ok')));
    const { status, code } = await sendCos(gateway.cos, HOST, request);
    if (passes) expect([status, upstream.requests.length]).toEqual([200, 1]);
    else expect([status, code, upstream.requests.length]).toEqual([403, 'AccessDenied', 0]);
  });
});
