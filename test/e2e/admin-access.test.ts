import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServeConfig } from '@crossgate/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { bearer, cookieOf, logIn, TOKENS, WITH_TOKENS, withToken } from '../support/admin-session.ts';
import { makeCertificate, missingOpenssl } from '../support/certificates.ts';
import { openCheckedAdmin } from '../support/checked-admin.ts';
import { createBucket, splitAddress } from '../support/cos-http.ts';
import { type LocalServer, type LogLine, startLocalServer } from '../support/local-server.ts';
import { openConnection } from '../support/raw-http.ts';
import { describeWith } from '../support/required.ts';

let server: LocalServer;
let send: SendToAdmin;
let host: string;
const logged: LogLine[] = [];

beforeAll(async () => {
  server = await startLocalServer({}, {}, { text: WITH_TOKENS, logged });
  send = adminApi(server.admin);
  host = server.admin;
});

afterAll(async () => {
  await server.stop();
});

const RULES =
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>';
const POLICY = policyPath('owned-1250000000');
const OWN = (): Record<string, string> => ({ Origin: `http://${host}` });
const WRONG = 'wrong-0123456789abcdefghi';

describe('the admin API with tokens', () => {
  it.each(['/', '/healthz', '/readyz'])('has %s for anyone', async path => {
    expect((await send(path)).status).toBe(200);
  });

  it('has what the page of the console loads for anyone', async () => {
    const { text } = await send('/');
    const [, path = ''] = /src="([^"]+)"/.exec(text) ?? [];
    expect((await send(path)).status).toBe(200);
  });

  it.each([
    ['GET', '/metrics'],
    ['GET', '/api/v1/tenants'],
    ['GET', '/api/v1/openapi.json'],
    ['GET', '/api/v1/session'],
    ['GET', '/api/v1/nothing'],
    ['GET', '/nothing'],
    ['PROPFIND', '/healthz'],
    ['HEAD', '/api/v1/tenants'],
    ['PUT', POLICY],
    ['DELETE', POLICY],
    ['POST', '/api/v1/explain'],
  ])('asks for a token before %s %s', async (method, path) => {
    const answer = await send(path, { method });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="Crossgate admin API"');
    if (method === 'HEAD') return;
    expect(answer.json).toEqual({
      error: {
        code: 'login-needed',
        message:
          'a token is needed: programs send Authorization: Bearer TOKEN; people log in with the console, at /',
      },
    });
  });

  it.each([
    { name: 'another token', headers: bearer(WRONG), code: 'token-wrong' },
    { name: 'half a token', headers: bearer(TOKENS.owner.slice(0, -1)), code: 'token-wrong' },
    { name: 'the name of a token', headers: bearer('owner'), code: 'token-wrong' },
    { name: 'no token', headers: { Authorization: 'Bearer' }, code: 'authorization' },
    { name: 'another scheme', headers: { Authorization: `Basic ${TOKENS.owner}` }, code: 'authorization' },
    {
      name: 'two tokens',
      headers: { Authorization: `Bearer ${TOKENS.owner} ${TOKENS.owner}` },
      code: 'authorization',
    },
    { name: 'a cookie that is none', headers: { Cookie: 'crossgate_session=x' }, code: 'login-needed' },
  ])('refuses $name', async ({ headers, code }) => {
    const answer = await send('/api/v1/tenants', { headers });
    expect(answer).toMatchObject({ status: 401, json: { error: { code } } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/);
    expect(answer.text).not.toContain(TOKENS.owner.slice(0, 8));
  });

  it('takes a token in any case of its scheme', async () => {
    const headers = { Authorization: `bearer  ${TOKENS.reader}` };
    expect((await send('/api/v1/session', { headers })).json).toEqual({
      access: 'token',
      name: 'reader',
      role: 'read-only',
      endsAt: null,
    });
  });

  const READS = [
    ['GET', '/metrics', undefined],
    ['GET', '/api/v1/tenants', undefined],
    ['GET', '/api/v1/refusals', undefined],
    ['POST', '/api/v1/lint', { dialect: 'cos', policy: { rules: [] } }],
    ['POST', '/api/v1/convert', { dialect: 'cos', policy: policyFor('https://a.example'), to: 'boomi' }],
  ] as const;

  it.each(READS)('lets a read-only token do what changes nothing: %s %s', async (method, path, body) => {
    const answer = await withToken(send, TOKENS.reader)(path, { method, ...(body && { body }) });
    expect(answer.status).toBe(200);
  });

  const CANDIDATE = POLICY.replace(/policy$/, 'candidate');
  it.each([
    ['PUT', POLICY],
    ['DELETE', POLICY],
    ['PUT', CANDIDATE],
    ['DELETE', CANDIDATE],
    ['POST', `${CANDIDATE}/promote`],
  ])('refuses a read-only token what changes something: %s %s', async (method, path) => {
    const answer = await withToken(send, TOKENS.reader)(path, {
      method,
      body: policyFor('https://a.example'),
    });
    expect(answer).toMatchObject({
      status: 403,
      json: {
        error: {
          code: 'role',
          message: 'reader has the role read-only, and this takes cors-admin',
        },
      },
    });
    expect((await withToken(send, TOKENS.reader)(POLICY)).status).toBe(404);
  });

  it.each(['editor', 'owner'] as const)('lets the token %s change policies', async name => {
    const asOne = withToken(send, TOKENS[name]);
    expect((await asOne(POLICY, { method: 'PUT', body: policyFor('https://a.example') })).status).toBe(200);
    expect((await asOne(POLICY, { method: 'DELETE' })).status).toBe(200);
  });

  it('answers by its document, which tells the role of each operation', async () => {
    const admin = await openCheckedAdmin(server.admin, bearer(TOKENS.owner));
    await admin.send(POLICY, { method: 'PUT' });
    await admin.send('/api/v1/session', { method: 'POST', body: {} });
    const roles = Object.fromEntries(
      Object.entries(admin.document.paths).flatMap(([path, item]) =>
        Object.entries(item).flatMap(([method, operation]) =>
          method === 'parameters' ? [] : [[`${method} ${path}`, operation['x-crossgate-role'] ?? 'anyone']],
        ),
      ),
    );
    expect(roles).toMatchObject({
      'get /healthz': 'anyone',
      'get /metrics': 'read-only',
      'post /api/v1/session': 'anyone',
      'post /api/v1/explain': 'read-only',
      'put /api/v1/tenants/{dialect}/{tenant}/policy': 'cors-admin',
    });
    const changes = Object.entries(roles).filter(
      ([name, role]) => /^(put|delete) /.test(name) && role !== 'cors-admin',
    );
    expect(changes.map(([name]) => name)).toEqual(['delete /api/v1/session']);
  });

  it('is reached by any name, for a page that has pointed its own at us has no token', async () => {
    const headers = { Host: 'rebound.example:4000', Origin: 'http://rebound.example:4000' };
    expect((await send('/api/v1/tenants', { headers })).status).toBe(401);
    expect(
      (await send('/api/v1/tenants', { headers: { ...headers, ...bearer(TOKENS.reader) } })).status,
    ).toBe(200);
  });
});

describe('a session', () => {
  it('is a cookie that no script reads and no other site sends', async () => {
    const answer = await send('/api/v1/session', { method: 'POST', body: { token: TOKENS.editor } });
    const [, port] = splitAddress(server.admin);
    const cookie = new RegExp(`^crossgate_session_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`);
    expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(cookie)]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      access: 'token',
      name: 'editor',
      role: 'cors-admin',
      endsAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(answer.text).not.toContain(TOKENS.editor);
  });

  it('does what its token does, until it is ended', async () => {
    const headers = { Cookie: await logIn(send, TOKENS.editor), ...OWN() };
    const body = policyFor('https://a.example');
    expect((await send(POLICY, { method: 'PUT', body, headers })).status).toBe(200);
    expect((await send('/api/v1/session', { headers })).json).toMatchObject({ name: 'editor' });
    const ended = await send('/api/v1/session', { method: 'DELETE', headers });
    expect(ended.json).toEqual({ ended: true });
    expect(cookieOf(ended.headers)).toMatch(/=$/);
    expect(ended.headers['set-cookie']?.[0]).toMatch(/; Max-Age=0$/);
    const after = await send(POLICY, { headers });
    expect(after).toMatchObject({
      status: 401,
      json: { error: { code: 'session-ended', message: 'the session has ended: log in again' } },
    });
    expect(after.headers['set-cookie']?.[0]).toMatch(/; Max-Age=0$/);
    expect((await send('/api/v1/session', { method: 'DELETE', headers })).json).toEqual({ ended: false });
  });

  it('is a new one for each log-in, and the one before ends', async () => {
    const first = await logIn(send, TOKENS.editor);
    const headers = { Cookie: first };
    const answer = await send('/api/v1/session', { method: 'POST', body: { token: TOKENS.reader }, headers });
    expect(cookieOf(answer.headers)).not.toBe(first);
    expect((await send('/api/v1/session', { headers })).status).toBe(401);
  });

  it('is found among other cookies', async () => {
    const Cookie = `a=b; ${await logIn(send, TOKENS.reader)}; c="d=e"`;
    expect((await send('/api/v1/session', { headers: { Cookie } })).status).toBe(200);
  });

  const FOREIGN = [
    { name: 'another site', headers: () => ({ Origin: 'https://evil.example' }) },
    { name: 'another port of this host', headers: () => ({ Origin: `http://${server.cos}` }) },
    { name: 'a sandboxed frame', headers: () => ({ Origin: 'null' }) },
    { name: 'an origin with something behind', headers: () => ({ Origin: `http://${host}.evil.example` }) },
    { name: 'a site that hides its origin', headers: () => ({ 'Sec-Fetch-Site': 'cross-site' }) },
    { name: 'another port, by Sec-Fetch-Site', headers: () => ({ 'Sec-Fetch-Site': 'same-site' }) },
    { name: 'a form', headers: () => ({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }) },
    { name: 'nobody knows where', headers: () => ({}) },
  ];

  it.each(FOREIGN)('changes nothing for a request of $name', async ({ headers }) => {
    const Cookie = await logIn(send, TOKENS.owner);
    const before = (await withToken(send, TOKENS.reader)('/api/v1/tenants')).text;
    const body = policyFor('https://evil.example');
    const path = policyPath('forged-1250000000');
    const answer = await send(path, { method: 'PUT', body, headers: { Cookie, ...headers() } });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'origin' } } });
    expect((await withToken(send, TOKENS.reader)('/api/v1/tenants')).text).toBe(before);
  });

  it.each(FOREIGN.slice(0, 7))('is not begun by a request of $name', async ({ headers }) => {
    const body = { token: TOKENS.reader };
    const answer = await send('/api/v1/session', { method: 'POST', body, headers: headers() });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'origin' } } });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('lets pages behind a proxy with TLS in, and links of other sites lead to us', async () => {
    const Cookie = await logIn(send, TOKENS.owner);
    const Origin = `https://${host}`;
    const body = policyFor('https://a.example');
    expect((await send(POLICY, { method: 'PUT', body, headers: { Cookie, Origin } })).status).toBe(200);
    const headers = { Cookie, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await send('/', { headers })).status).toBe(200);
  });

  it.each([
    { name: 'nothing', body: undefined, status: 400 },
    { name: 'no JSON', body: `token=${TOKENS.owner}`, status: 400 },
    { name: 'no token', body: {}, status: 400 },
    { name: 'an empty token', body: { token: '' }, status: 400 },
    { name: 'a token that is no text', body: { token: [TOKENS.owner] }, status: 400 },
    { name: 'something else as well', body: { token: TOKENS.owner, role: 'all' }, status: 400 },
    { name: 'very much', body: { token: 'a'.repeat(5_000) }, status: 413 },
    { name: 'a wrong token', body: { token: WRONG }, status: 401 },
    { name: 'a token with a line break', body: { token: `${TOKENS.owner}\n` }, status: 401 },
  ])('is not begun by $name', async ({ body, status }) => {
    const answer = await send('/api/v1/session', { method: 'POST', ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.text).not.toContain(TOKENS.owner);
  });
});

describeWith(missingOpenssl)('a session over TLS', () => {
  let directory: string;
  let secure: LocalServer;
  let ca: string;
  const lines: LogLine[] = [];
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-access-'));
    const { certificate, privateKey, pem } = makeCertificate(directory);
    ca = pem.certificate;
    const tls = `tls: { certificate: ${certificate}, privateKey: ${privateKey} }\n`;
    secure = await startLocalServer({ adminHost: '0.0.0.0' }, {}, { text: WITH_TOKENS + tls, logged: lines });
  });
  afterAll(async () => {
    await secure.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function ask(path: string, headers: Record<string, string>, body?: object): Promise<IncomingMessage> {
    const [, port] = splitAddress(secure.admin);
    const method = body ? 'POST' : 'GET';
    const outgoing = request({ hostname: '127.0.0.1', port, ca, method, path, headers, agent: false });
    outgoing.end(body && JSON.stringify(body));
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return incoming.resume();
  }

  it('has a cookie that goes nowhere else, and no warning', async () => {
    const [, port] = splitAddress(secure.admin);
    const Origin = `https://127.0.0.1:${port}`;
    const { headers } = await ask('/api/v1/session', { Origin }, { token: TOKENS.editor });
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-crossgate_session_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
      ),
    ]);
    const Cookie = cookieOf(headers);
    expect((await ask('/metrics', { Cookie })).statusCode).toBe(200);
    expect((await ask('/metrics', { Cookie: Cookie.replace('__Host-', '') })).statusCode).toBe(401);
    expect((await ask('/api/v1/lint', { Cookie, Origin }, {})).statusCode).toBe(400);
    const plain = { Cookie, Origin: Origin.replace('https', 'http') };
    expect((await ask('/api/v1/lint', plain, {})).statusCode).toBe(403);
    expect(lines.filter(({ level }) => level === 40)).toEqual([]);
  });
});

describe('tokens that are replaced while the server runs', () => {
  it('end the sessions that they began, and no other', async () => {
    const running = await startLocalServer({}, {}, { text: WITH_TOKENS });
    try {
      const ask = adminApi(running.admin);
      const [editor, reader] = [await logIn(ask, TOKENS.editor), await logIn(ask, TOKENS.reader)];
      const text = WITH_TOKENS.replace(TOKENS.editor, 'another-0123456789abcdefgh');
      const flags = { portBase: 0, dataDirectory: running.dataDirectory, logLevel: 'silent' };
      const read = (changed: string) => readServeConfig(flags, {}, { name: 'crossgate.yaml', text: changed });
      expect(await running.running.reload(read(text))).toBe('taken-over');
      const statusOf = async (Cookie: string): Promise<number> =>
        (await ask('/api/v1/session', { headers: { Cookie } })).status;
      expect([await statusOf(editor), await statusOf(reader)]).toEqual([401, 200]);
      expect((await ask('/metrics', { headers: bearer(TOKENS.editor) })).status).toBe(401);
      expect(await running.running.reload(read(text.replace('admin:', 'admin:\n  port: 1')))).toBe('refused');
      expect(await running.running.reload(read(''))).toBe('taken-over');
      expect((await ask('/metrics')).status).toBe(200);
    } finally {
      await running.stop();
    }
  });
});

describe('wrong tokens', () => {
  let other: LocalServer;
  let ask: SendToAdmin;
  beforeEach(async () => {
    other = await startLocalServer({}, {}, { text: WITH_TOKENS });
    ask = adminApi(other.admin);
  });
  afterEach(async () => {
    await other.stop();
  });

  it.each([
    {
      name: 'with requests',
      guess: () => ask('/api/v1/tenants', { headers: bearer(WRONG) }),
    },
    {
      name: 'to log in',
      guess: () => ask('/api/v1/session', { method: 'POST', body: { token: WRONG } }),
    },
  ])(
    '$name are heard ten times, and then nobody is let in from there for some seconds',
    async ({ guess }) => {
      for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(401);
      const later = await guess();
      expect(later.status).toBe(429);
      expect(Number(later.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(later.headers['retry-after'])).toBeLessThanOrEqual(6);
      expect(later.json).toMatchObject({
        error: { code: 'attempts', message: /try again in \d s$/ },
      } as object);
      const right = await ask('/api/v1/session', { method: 'POST', body: { token: TOKENS.owner } });
      expect(right.status).toBe(429);
    },
  );

  it('do not shut out a token that was right from there before, nor a session', async () => {
    const Cookie = await logIn(ask, TOKENS.owner);
    for (let i = 0; i < 12; i++) await ask('/metrics', { headers: bearer(WRONG) });
    expect((await ask('/metrics', { headers: bearer(TOKENS.owner) })).status).toBe(200);
    expect((await ask('/metrics', { headers: { Cookie } })).status).toBe(200);
    expect((await ask('/metrics', { headers: bearer(TOKENS.reader) })).status).toBe(429);
  });
});

describe('the log', () => {
  const audited = (from: number): readonly LogLine[] =>
    logged.slice(from).filter(line => line['audit'] === true);
  const UNTOLD = { level: 30, msg: 'audit', audit: true, time: expect.anything() };
  const address = '127.0.0.1';
  const tenant = 'audited-1250000000';

  it('has a line for each change: who, what, and the revisions before and after', async () => {
    const from = logged.length;
    const asOwner = withToken(send, TOKENS.owner);
    const path = policyPath(tenant);
    const body = policyFor('https://a.example');
    const first = (await asOwner(path, { method: 'PUT', body })).json as { revision: number };
    await asOwner(path, { method: 'PUT', body, headers: { 'If-Match': '"1000000"' } });
    await asOwner(path, { method: 'PUT', body: { rules: [{}] } });
    await withToken(send, TOKENS.reader)(path, { method: 'DELETE' });
    const candidate = path.replace(/policy$/, 'candidate');
    const held = (await asOwner(candidate, { method: 'PUT', body })).json as { revision: number };
    const promotion = { policyRevision: first.revision, candidateRevision: held.revision };
    const promoted = (await asOwner(`${candidate}/promote`, { method: 'POST', body: promotion })).json as {
      revision: number;
    };
    const gone = (await asOwner(path, { method: 'DELETE' })).json as { revision: number };
    await asOwner(path, { method: 'DELETE' });
    const line = {
      ...UNTOLD,
      who: 'token:owner',
      address,
      dialect: 'cos',
      tenant,
      status: 200,
      outcome: 'done',
    };
    const put = { ...line, operation: 'policy.put', method: 'PUT' };
    const refused = { outcome: 'refused', status: 412, code: 'revision-conflict' };
    expect(audited(from)).toEqual([
      { ...put, before: null, after: first.revision },
      { ...put, ...refused, before: first.revision },
      { ...put, outcome: 'refused', status: 422, code: 'policy-invalid' },
      {
        ...line,
        who: 'token:reader',
        operation: 'policy.delete',
        method: 'DELETE',
        outcome: 'refused',
        status: 403,
        code: 'role',
      },
      { ...put, operation: 'candidate.put', before: null, after: held.revision },
      {
        ...line,
        operation: 'candidate.promote',
        method: 'POST',
        before: first.revision,
        after: promoted.revision,
      },
      {
        ...line,
        operation: 'policy.delete',
        method: 'DELETE',
        before: promoted.revision,
        after: gone.revision,
      },
      {
        ...line,
        operation: 'policy.delete',
        method: 'DELETE',
        before: null,
        outcome: 'refused',
        status: 404,
        code: 'policy-absent',
      },
    ]);
  });

  it('has changes through the API of a service, with the credential that signed them', async () => {
    const from = logged.length;
    const bucket = 'signed-1250000000';
    const cors = await createBucket(server.cos, bucket);
    const target = '/?cors';
    await cors({ method: 'PUT', target, body: RULES });
    const { revision } = (await withToken(send, TOKENS.reader)(policyPath(bucket))).json as {
      revision: number;
    };
    await cors({ method: 'PUT', target, body: '<CORSConfiguration>' });
    await cors({ method: 'PUT', target, body: RULES, key: 'anonymous' });
    await cors({ method: 'DELETE', target });
    const { who, requestId } = { who: 'credential:AKIDcrossgatelocal', requestId: expect.any(String) };
    const line = { ...UNTOLD, requestId, who, address, dialect: 'cos', tenant: bucket };
    const put = { ...line, operation: 'policy.put', method: 'PUT' };
    expect(audited(from)).toEqual([
      { ...put, before: null, after: revision, outcome: 'done', status: 200 },
      { ...put, outcome: 'refused', status: 400, code: 'MalformedXML' },
      {
        ...line,
        operation: 'policy.delete',
        method: 'DELETE',
        before: revision,
        after: revision + 1,
        outcome: 'done',
        status: 204,
      },
    ]);
  });

  it('has who logged in and out, who tried to, and no secret', async () => {
    const from = logged.length;
    const Cookie = await logIn(send, TOKENS.editor);
    await send('/api/v1/session', { method: 'DELETE', headers: { Cookie, ...OWN() } });
    await send('/api/v1/session', { method: 'POST', body: { token: WRONG } });
    const done = { ...UNTOLD, address, outcome: 'done', status: 200, who: 'token:editor' };
    expect(audited(from)).toEqual([
      { ...done, operation: 'session.begin', method: 'POST' },
      { ...done, operation: 'session.end', method: 'DELETE' },
      {
        ...UNTOLD,
        address,
        who: 'nobody',
        operation: 'token',
        method: 'POST',
        outcome: 'refused',
        status: 401,
        code: 'token-wrong',
      },
    ]);
    const all = JSON.stringify(logged);
    for (const secret of [...Object.values(TOKENS), WRONG, Cookie.split('=')[1] ?? '']) {
      expect(all).not.toContain(secret);
    }
  });
});

describe('the admin server', () => {
  it('keeps to the limits of a configuration, and says so', async () => {
    const limits = { headerBytes: 2048, headersSeconds: 0.2, idleSeconds: 1 };
    const text = `${WITH_TOKENS}limits: ${JSON.stringify(limits)}\n`;
    const small = await startLocalServer({}, {}, { text });
    try {
      const head = 'GET /healthz HTTP/1.1\r\nHost: a\r\n';
      const large = await openConnection(small.admin);
      large.write(`${head}X: ${'x'.repeat(3000)}\r\n\r\n`);
      const [tooLarge] = await large.untilResponses(1);
      expect(tooLarge).toMatchObject({ status: 431, code: undefined });
      expect(JSON.parse(tooLarge?.body ?? '')).toMatchObject({ error: { code: 'headers-too-large' } });
      const slow = await openConnection(small.admin);
      slow.write(head);
      expect((await slow.untilResponses(1))[0]?.status).toBe(408);
      const idle = await openConnection(small.admin);
      idle.write('POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n{');
      expect(await idle.untilClosed()).toMatch(/^(?:HTTP\/1\.1 408|$)/);
      const noise = await openConnection(small.admin);
      noise.write('\x16\x03\x01 hello\r\n\r\n');
      expect((await noise.untilResponses(1))[0]?.status).toBe(400);
    } finally {
      await small.stop();
    }
  });

  it('listens on other addresses with a warning that tokens can be listened to', async () => {
    const lines: LogLine[] = [];
    const open = await startLocalServer({ adminHost: '0.0.0.0' }, {}, { text: WITH_TOKENS, logged: lines });
    try {
      expect(open.admin).toMatch(/^0\.0\.0\.0:/);
      expect(lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
        expect.stringContaining('admin tokens and sessions travel over plain HTTP'),
      ]);
    } finally {
      await open.stop();
    }
    expect(logged.filter(({ level }) => level === 40)).toEqual([]);
  });

  it('keeps its cookie from upstreams', async () => {
    const cookies: (string | undefined)[] = [];
    const upstream = createServer((request, response) => {
      cookies.push(request.headers.cookie);
      response.end();
    });
    await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo;
    const gateway = await startLocalServer({ upstream: [`boomi=http://127.0.0.1:${port}`] });
    try {
      for (const Cookie of ['a=b; crossgate_session_4000=x; c=d', '__Host-crossgate_session=x', 'a=b;c']) {
        await adminApi(gateway.boomi)('/api/rest/v1/other/Atom', { headers: { Cookie } });
      }
      expect(cookies).toEqual(['a=b; c=d', undefined, 'a=b;c']);
    } finally {
      await gateway.stop();
      upstream.close();
    }
  });
});
