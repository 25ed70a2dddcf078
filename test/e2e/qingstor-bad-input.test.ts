/** What no SDK would send to QingStor, on raw sockets. After each of these the server still answers. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FORM_TYPE, formBody } from '../support/form-data.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import {
  createQingstorBucket,
  putQingstorCors,
  type SendToQingstorBucket,
  signedQingstorLines,
} from '../support/qingstor-http.ts';
import { openConnection, type RawResponse, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import { presignQingstorTarget, QINGSTOR_KEY, qingstorAuthorization } from '../support/sign-qingstor.ts';

const BUCKET = 'bad-input';
const HOST = `${BUCKET}.pek3a.qingstor.com`;
const ORIGIN = 'https://page.example';
const DAY_MS = 24 * 3_600_000;

let server: LocalServer;
let send: SendToQingstorBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createQingstorBucket(server.qingstor, BUCKET);
  await putQingstorCors(send, {
    cors_rules: [{ allowed_origin: ORIGIN, allowed_methods: ['*'], allowed_headers: ['*'] }],
  });
  await send({ method: 'PUT', target: '/a', body: 'the object' });
});

afterEach(async () => {
  const { status, text } = await send({ target: '/a' });
  expect([status, text]).toEqual([200, 'the object']);
});

afterAll(() => server.stop());

/** An error in the format of the service, with all that such an answer has. */
function expectError(response: RawResponse, status: number, code: string): void {
  expect([response.status, response.code], response.body).toEqual([status, code]);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('server')).toBe('QingStor');
  expect(response.headers.get('date')).toBeTruthy();
  const document = JSON.parse(Buffer.from(response.body, 'latin1').toString('utf8')) as object;
  expect(Object.keys(document)).toEqual(['code', 'message', 'request_id', 'url']);
  expect(document).toMatchObject({ code, request_id: response.headers.get('x-qs-request-id') });
}

/** A request with these header lines and no other. */
function ask(target: string, lines: readonly string[], method = 'GET'): Promise<RawResponse> {
  return sendRawRequest(server.qingstor, rawRequest(`${method} ${target} HTTP/1.1`, lines));
}

/** A signed one, the bucket in the path. */
function askSigned(target: string, host = server.qingstor): Promise<RawResponse> {
  return ask(target, signedQingstorLines(host, { target }));
}

describe('a target that is odd', () => {
  it.each([
    { target: `/${BUCKET}//`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/%2F`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/./a`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/x/../a`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/a\\`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/../${BUCKET}/a`, status: 404, code: 'object_not_exists' },
    { target: `//${BUCKET}/a`, status: 404, code: 'bucket_not_exists' },
    { target: `/${BUCKET}/a?`, status: 200, code: undefined },
    { target: `/${BUCKET}/a?&&=&x=%3D`, status: 200, code: undefined },
    { target: `/${BUCKET}/%61`, status: 200, code: undefined },
    { target: '/bad%2Dinput/a', status: 200, code: undefined },
    { target: `/${BUCKET}/%00`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/a%0d%0aX-Injected:%20yes`, status: 404, code: 'object_not_exists' },
    { target: `/${BUCKET}/%zz`, status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}/%`, status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}/%ff`, status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}/%ed%a0%80`, status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}/a?x=%zz`, status: 400, code: 'invalid_argument' },
    { target: '/%ff/a', status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}/${'k'.repeat(1024)}`, status: 400, code: 'invalid_object_name' },
    { target: '/Bad_Bucket/a', status: 404, code: 'bucket_not_exists' },
    { target: '/short/a', status: 404, code: 'bucket_not_exists' },
    { target: `/${BUCKET}?acl`, status: 400, code: 'invalid_request' },
    { target: `/${BUCKET}?limit=0`, status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}?limit=-1`, status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}?limit=many`, status: 400, code: 'invalid_argument' },
    { target: '/?offset=x', status: 400, code: 'invalid_argument' },
    { target: `/${BUCKET}/a?response-content-type=a%0d%0ab`, status: 400, code: 'invalid_argument' },
  ])('is answered $status: $target', async ({ target, status, code }) => {
    const response = await askSigned(target);
    if (code === undefined) expect([response.status, response.body]).toEqual([status, 'the object']);
    else expectError(response, status, code);
    expect(response.headers.get('x-injected')).toBeUndefined();
  });

  it.each(['a', '?cors', '/a b', '/a\u0001'])('is no HTTP: %s', async target => {
    expectError(await ask(target, [`Host: ${server.qingstor}`]), 400, 'invalid_request');
  });
});

describe('a host that is odd', () => {
  it.each([
    { name: 'none', lines: [], status: 400, code: 'invalid_request' },
    { name: 'two', lines: [`Host: ${HOST}`, `Host: ${HOST}`], status: 400, code: 'invalid_request' },
    { name: 'with a blank', lines: ['Host: a b'], status: 400, code: 'invalid_request' },
    { name: 'with a slash', lines: ['Host: a/b'], status: 400, code: 'invalid_request' },
    {
      name: 'of a bucket that is not there',
      lines: ['Host: missing-one.pek3a.qingstor.com'],
      status: 404,
      code: 'bucket_not_exists',
    },
    { name: 'of a bucket', lines: [`Host: ${HOST}`], status: 403, code: 'permission_denied' },
    { name: 'in capitals', lines: [`Host: ${HOST.toUpperCase()}`], status: 403, code: 'permission_denied' },
    { name: 'with a port', lines: [`Host: ${HOST}:4002`], status: 403, code: 'permission_denied' },
  ])('is answered $status: $name', async ({ lines, status, code }) => {
    expectError(await ask('/a', lines), status, code);
  });

  it.each([
    '',
    '.127.0.0.1',
    'undefined.127.0.0.1',
    '[::1]:4002',
    '...qingstor.com',
    'qingstor.com',
    'undefined.qingstor.com',
    'undefined.pek3a.qingstor.com',
    'undefined.localhost:4002',
    '.localhost',
    'x.localhost',
    `${'h'.repeat(20_000)}`,
    `${BUCKET}.example`,
  ])('leaves the bucket to the path: %s', async host => {
    const response = await askSigned(`/${BUCKET}/a`, host);
    expect([response.status, response.body]).toEqual([200, 'the object']);
  });
});

describe('a signature in the header', () => {
  const target = `/${BUCKET}/a`;
  const date = (offsetMs: number): string => new Date(Date.now() + offsetMs).toUTCString();
  const signed = (headers: Readonly<Record<string, string>>, key = QINGSTOR_KEY): string =>
    qingstorAuthorization({ method: 'GET', target, headers }, key);

  it.each([
    { name: 'two kinds of time', sent: () => ({ Date: date(-DAY_MS), 'x-qs-date': date(0) }) },
    { name: 'a clock that is ten minutes off', sent: () => ({ Date: date(600_000) }) },
  ])('holds with $name', async ({ sent }) => {
    const headers = sent();
    const lines = Object.entries({ ...headers, Authorization: signed(headers) }).map(pair => pair.join(': '));
    const response = await ask(target, [`Host: ${server.qingstor}`, ...lines]);
    expect([response.status, response.body]).toEqual([200, 'the object']);
  });

  it.each([
    { name: 'a day old', headers: () => ({ Date: date(-DAY_MS) }), status: 403, code: 'request_expired' },
    {
      name: 'of tomorrow',
      headers: () => ({ 'x-qs-date': date(DAY_MS) }),
      status: 403,
      code: 'request_expired',
    },
    { name: 'without a time', headers: () => ({}), status: 400, code: 'invalid_argument' },
    { name: 'of no time', headers: () => ({ Date: 'today' }), status: 400, code: 'invalid_argument' },
  ])('does not hold when it is $name', async ({ headers, status, code }) => {
    const sent = headers();
    const lines = Object.entries({ ...sent, Authorization: signed(sent) }).map(pair => pair.join(': '));
    expectError(await ask(target, [`Host: ${server.qingstor}`, ...lines]), status, code);
  });

  it.each([
    { name: 'no id', value: 'QS :c2lnbmF0dXJl' },
    { name: 'no signature', value: `QS ${QINGSTOR_KEY.id}:` },
    { name: 'no colon', value: 'QS nothing' },
    { name: 'another scheme', value: 'Basic dXNlcjpwYXNz' },
    { name: 'the scheme of AWS', value: 'AWS4-HMAC-SHA256 Credential=a' },
    { name: 'the scheme of COS', value: 'q-sign-algorithm=sha1&q-ak=a' },
    { name: 'one word', value: 'x' },
    { name: 'other bytes', value: 'QS \xff:\xff\xfe \xff' },
  ])('is malformed with $name', async ({ value }) => {
    const lines = [`Host: ${server.qingstor}`, `Date: ${date(0)}`, `Authorization: ${value}`];
    expectError(await ask(target, lines), 400, 'invalid_argument');
  });

  it.each([
    { name: 'cut short', forge: (value: string) => value.slice(0, -3) },
    { name: 'made longer', forge: (value: string) => `${value}=` },
    { name: 'in small letters', forge: (value: string) => value.replace(/:.*/, part => part.toLowerCase()) },
    { name: 'empty but for its form', forge: (value: string) => value.replace(/:.*/, ':=') },
  ])('is forged when it is $name', async ({ forge }) => {
    const sent = { Date: date(0) };
    const lines = [`Host: ${server.qingstor}`, `Date: ${sent.Date}`, `Authorization: ${forge(signed(sent))}`];
    expectError(await ask(target, lines), 401, 'signature_not_matched');
  });

  it.each([
    { name: 'another method', method: 'DELETE', at: target, more: [] },
    { name: 'another object', method: 'GET', at: `/${BUCKET}/b`, more: [] },
    { name: 'another sub-resource', method: 'GET', at: `${target}?upload_id=x`, more: [] },
    { name: 'one more header of the service', method: 'GET', at: target, more: ['x-qs-meta-a: b'] },
    { name: 'a content type', method: 'GET', at: target, more: ['Content-Type: a/b'] },
    { name: 'a digest', method: 'GET', at: target, more: ['Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg=='] },
  ])('does not hold for $name', async ({ method, at, more }) => {
    const sent = { Date: date(0) };
    const lines = [
      `Host: ${server.qingstor}`,
      `Date: ${sent.Date}`,
      `Authorization: ${signed(sent)}`,
      ...more,
    ];
    expectError(await ask(at, lines, method), 401, 'signature_not_matched');
  });

  it('says what was to be signed', async () => {
    const lines = signedQingstorLines(server.qingstor, { target, key: { ...QINGSTOR_KEY, secret: 'x' } });
    const { body } = await ask(target, lines);
    expect(JSON.parse(body)).toMatchObject({ message: expect.stringContaining(`/${BUCKET}/a`) });
    expect(body).not.toContain(QINGSTOR_KEY.secret);
  });
});

describe('a signature in the query', () => {
  const target = `/${BUCKET}/a`;
  const soon = (): number => Math.floor(Date.now() / 1000) + 60;
  const presigned = (expires = soon(), key = QINGSTOR_KEY): string =>
    presignQingstorTarget({ method: 'GET', target, headers: {} }, expires, key);
  const get = (signedTarget: string): Promise<RawResponse> => ask(signedTarget, [`Host: ${server.qingstor}`]);

  it('holds until its end', async () => {
    const response = await get(presigned());
    expect([response.status, response.body]).toEqual([200, 'the object']);
    expectError(await get(presigned(soon() - 120)), 403, 'request_expired');
  });

  it.each([
    {
      name: 'another end',
      forge: (url: string) => url.replace(/expires=\d+/, `expires=${soon() + 9}`),
      status: 401,
      code: 'signature_not_matched',
    },
    {
      name: 'another object',
      forge: (url: string) => url.replace('/a?', '/b?'),
      status: 401,
      code: 'signature_not_matched',
    },
    {
      name: 'another signature',
      forge: (url: string) => url.replace(/signature=.*/, 'signature=x'),
      status: 401,
      code: 'signature_not_matched',
    },
    {
      name: 'another id',
      forge: (url: string) => url.replace(QINGSTOR_KEY.id, 'UNKNOWN'),
      status: 401,
      code: 'invalid_access_key_id',
    },
    {
      name: 'no end',
      forge: (url: string) => url.replace(/&expires=\d+/, ''),
      status: 400,
      code: 'invalid_argument',
    },
    {
      name: 'an end that is none',
      forge: (url: string) => url.replace(/expires=\d+/, 'expires=soon'),
      status: 400,
      code: 'invalid_argument',
    },
    {
      name: 'an endless end',
      forge: (url: string) => url.replace(/expires=\d+/, `expires=${'9'.repeat(400)}`),
      status: 400,
      code: 'invalid_argument',
    },
    {
      name: 'no signature',
      forge: (url: string) => url.replace(/&signature=.*/, ''),
      status: 400,
      code: 'invalid_argument',
    },
    {
      name: 'no id',
      forge: (url: string) => url.replace(/access_key_id=[^&]*&/, ''),
      status: 400,
      code: 'invalid_argument',
    },
    {
      name: 'one more override',
      forge: (url: string) => `${url}&response-content-type=text%2Fhtml`,
      status: 401,
      code: 'signature_not_matched',
    },
  ])('does not hold with $name', async ({ forge, status, code }) => {
    expectError(await get(forge(presigned())), status, code);
  });

  it('does not hold for a key of another secret', async () => {
    expectError(await get(presigned(soon(), { ...QINGSTOR_KEY, secret: 'x' })), 401, 'signature_not_matched');
  });
});

describe('what is not HTTP, or hardly', () => {
  const get = (...lines: readonly string[]): string =>
    rawRequest(`GET /${BUCKET}/a HTTP/1.1`, [
      ...signedQingstorLines(server.qingstor, { target: `/${BUCKET}/a` }),
      ...lines,
    ]);

  it.each([
    { name: 'text', bytes: () => 'garbage\r\n\r\n' },
    { name: 'a method nobody knows', bytes: () => rawRequest('BREW /a HTTP/1.1', [`Host: ${HOST}`]) },
    { name: 'a control character in a header', bytes: () => get('Origin: a\u0001b') },
    { name: 'two lengths', bytes: () => get('Content-Length: 1', 'Content-Length: 2') },
    { name: 'a length beside chunks', bytes: () => get('Content-Length: 5', 'Transfer-Encoding: chunked') },
    { name: 'a header of 70 KB', bytes: () => get(`X: ${'x'.repeat(70_000)}`) },
  ])('is refused: $name', async ({ bytes }) => {
    const response = await sendRawRequest(server.qingstor, bytes());
    expectError(response, 400, 'invalid_request');
    expect(response.headers.get('connection')).toBe('close');
  });

  it.each(['PATCH', 'TRACE', 'PROPFIND'])('is refused by its method: %s', async method => {
    const target = `/${BUCKET}/a`;
    const lines = signedQingstorLines(server.qingstor, { method, target });
    expectError(await ask(target, lines, method), 405, 'method_not_allowed');
  });

  it.each([
    { name: 'a body that ends early', head: 'Content-Length: 100' },
    { name: 'chunks that end early', head: 'Transfer-Encoding: chunked' },
  ])('stores nothing of $name', async ({ head }) => {
    const target = `/${BUCKET}/short`;
    const lines = signedQingstorLines(server.qingstor, { method: 'PUT', target });
    const connection = await openConnection(server.qingstor);
    const body = head.startsWith('T') ? '5\r\nshort\r\n' : 'short';
    connection.write([`PUT ${target} HTTP/1.1`, ...lines, head, '', body].join('\r\n'));
    connection.endWriting();
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 400 /);
    expect((await send({ target: '/short' })).status).toBe(404);
  });

  it.each([
    { name: 'no length', headers: [], code: 'invalid_request' },
    {
      name: 'a digest that is none',
      headers: ['Content-MD5: x', 'Content-Length: 0'],
      code: 'invalid_argument',
    },
    { name: 'more than can be', headers: [`Content-Length: ${6 * 1024 ** 3}`], code: 'entity_too_large' },
  ])('stores nothing with $name', async ({ headers, code }) => {
    const target = `/${BUCKET}/nothing`;
    const md5 = headers.some(line => line.startsWith('Content-MD5')) ? { 'Content-MD5': 'x' } : {};
    const [...lines] = signedQingstorLines(server.qingstor, { method: 'PUT', target, headers: md5 });
    const further = headers.filter(line => !line.startsWith('Content-MD5'));
    expectError(await ask(target, [...lines, ...further], 'PUT'), 400, code);
    expect((await send({ target: '/nothing' })).status).toBe(404);
  });
});

describe('deleting many', () => {
  const post = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    send({ method: 'POST', target: '?delete', body, headers });
  const md5Of = (body: string): string => createHash('md5').update(body).digest('base64');

  it.each([
    { name: 'no JSON', body: '{"objects":[', code: 'invalid_json' },
    { name: 'no objects', body: '{}', code: 'invalid_request' },
    { name: 'a key that is a number', body: '{"objects":[{"key":1}]}', code: 'invalid_request' },
    { name: 'a string', body: '{"objects":["a"]}', code: 'invalid_request' },
    {
      name: 'too many',
      body: JSON.stringify({ objects: Array.from({ length: 1001 }, () => ({ key: 'a' })) }),
      code: 'too_many_objects',
    },
  ])('deletes nothing for $name', async ({ body, code }) => {
    const response = await post(body, { 'Content-MD5': md5Of(body) });
    expect([response.status, response.code]).toEqual([400, code]);
  });

  it('needs the digest of its body', async () => {
    const body = '{"objects":[{"key":"a"}]}';
    expect((await post(body)).code).toBe('invalid_request');
    expect((await post(body, { 'Content-MD5': md5Of('x') })).code).toBe('bad_digest');
    expect((await post(body, { 'Content-MD5': 'x' })).code).toBe('invalid_argument');
  });

  it('tells which key cannot be, and deletes the others', async () => {
    await send({ method: 'PUT', target: '/doomed', body: 'x' });
    const tooLong = 'k'.repeat(1024);
    const body = JSON.stringify({
      objects: [{ key: tooLong }, { key: '' }, { key: '\ud800' }, { key: 'doomed' }],
    });
    const { status, json } = await post(body, { 'Content-MD5': md5Of(body) });
    expect([status, json]).toMatchObject([
      200,
      {
        deleted: [{ key: 'doomed' }],
        errors: [{ key: tooLong, code: 'invalid_object_name' }, { key: '' }, {}],
      },
    ]);
    expect((await send({ target: '/doomed' })).status).toBe(404);
  });
});

describe('any input', () => {
  const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PATCH'];
  const TARGETS = [
    '',
    '/',
    '/fuzzed',
    '?cors',
    '?delete',
    '?stats',
    '?uploads',
    '/fuzzed?uploads',
    '/fuzzed?upload_id=x',
  ];
  const NAMES = [
    'Origin',
    'Access-Control-Request-Method',
    'Access-Control-Request-Headers',
    'Range',
    'If-Match',
    'Content-MD5',
    'Content-Type',
    'x-qs-copy-source',
    'x-qs-move-source',
    'x-qs-copy-range',
    'x-qs-metadata-directive',
    'x-qs-storage-class',
    'x-qs-meta-a',
  ];
  const VALUES = [
    ORIGIN,
    'PUT',
    '*',
    '"x"',
    'bytes=0-',
    FORM_TYPE,
    'COPY',
    `/${BUCKET}/a`,
    '1B2M2Y8AsgTpgAmY7PhCfg==',
  ];
  const latin1 = fc.string({
    unit: fc
      .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }))
      .map(code => String.fromCharCode(code)),
  });
  const segment = fc.webSegment().map(text => `/${text}`);
  const json = fc
    .letrec(tie => ({
      value: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), tie('rules'), tie('named')),
      rules: fc.record(
        { cors_rules: fc.array(tie('rule')), resp_vary: fc.jsonValue() },
        { requiredKeys: [] },
      ),
      rule: fc.record(
        {
          allowed_origin: fc.oneof(fc.string(), fc.jsonValue()),
          allowed_methods: fc.oneof(fc.subarray(['GET', '*', 'PUT']), fc.jsonValue()),
          allowed_headers: fc.jsonValue(),
          max_age_seconds: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
      named: fc.record({ objects: fc.jsonValue(), object_parts: fc.jsonValue() }),
    }))
    .value.map(value => JSON.stringify(value));
  const form = fc
    .record({
      fields: fc.dictionary(
        fc.constantFrom('key', 'policy', 'access_key_id', 'signature', 'redirect', 'x'),
        fc.string(),
      ),
      content: fc.uint8Array({ maxLength: 300 }),
      cut: fc.nat(600),
    })
    .map(({ fields, content, cut }) => {
      const body = formBody(fields, { content });
      return body.subarray(0, Math.max(0, body.length - cut)).toString('latin1');
    });
  const request = fc.record({
    method: fc.constantFrom(...METHODS),
    target: fc.oneof(fc.constantFrom(...TARGETS), segment),
    headers: fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), latin1), {
      maxKeys: 3,
    }),
    signed: fc.boolean(),
    asForm: fc.boolean(),
    body: fc.oneof(json, form, latin1),
  });

  it('is answered, and never with an error of the server', async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ method, target, headers, signed, asForm, body }) => {
        const whole = { ...headers, ...(asForm && { 'Content-Type': FORM_TYPE }) };
        const path = `/${BUCKET}${target}`;
        const key = signed ? {} : ({ key: 'anonymous' } as const);
        const lines = signedQingstorLines(server.qingstor, { method, target: path, headers: whole, ...key });
        const bytes = Buffer.from(body, 'latin1');
        const head = [
          `${method} ${path} HTTP/1.1`,
          ...lines,
          `Content-Length: ${bytes.length}`,
          'Connection: close',
        ];
        const connection = await openConnection(server.qingstor);
        connection.write([...head, '', ''].join('\r\n'));
        connection.write(bytes);
        const received = await connection.untilClosed();
        expect(received).toMatch(/^HTTP\/1\.1 [234]\d\d /);
      }),
      { numRuns: 500 },
    );
    await send({ method: 'PUT', target: '/a', body: 'the object' });
  });
});
