/** OPTIONS, and what CORS adds to the answers of actual requests, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { DOCUMENTED_RULES } from '../support/qingstor-documented.ts';
import {
  createQingstorBucket,
  putQingstorCors,
  type QingstorRequest,
  type QingstorResponse,
  type SendToQingstorBucket,
  sendQingstor,
} from '../support/qingstor-http.ts';
import { QINGSTOR_KEY } from '../support/sign-qingstor.ts';

const BUCKET = 'preflights';
const ORIGIN = 'http://console.qingcloud.com';
const PREFLIGHT = { Origin: ORIGIN, 'Access-Control-Request-Method': 'PUT' } as const;

let server: LocalServer;
let send: SendToQingstorBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createQingstorBucket(server.qingstor, BUCKET);
  await putQingstorCors(send, { cors_rules: DOCUMENTED_RULES });
  await send({ method: 'PUT', target: '/here', body: 'text' });
});

afterAll(() => server.stop());

function granted({ headers }: QingstorResponse): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
}

function preflight(request: QingstorRequest = {}): Promise<QingstorResponse> {
  return send({ method: 'OPTIONS', key: 'anonymous', headers: PREFLIGHT, ...request });
}

const GRANTED = {
  'access-control-allow-origin': ORIGIN,
  'access-control-allow-methods': 'PUT',
  'access-control-expose-headers': 'x-qs-date',
  'access-control-max-age': '200',
};

describe('a preflight', () => {
  it.each([
    { name: 'an object', target: '/here' },
    { name: 'an object that is not there', target: '/dir/中/nothing'.replace('中', '%E4%B8%AD') },
    { name: 'a key as the SDK escapes it', target: '/dir%2Fk%201.txt?' },
    { name: 'a key that cannot be read', target: '/%zz' },
    { name: 'a key that is too long', target: `/${'k'.repeat(2000)}` },
    { name: 'a part of an upload', target: '/here?part_number=1&upload_id=x' },
    { name: 'the bucket', target: '' },
    { name: 'the bucket, with a slash', target: '/' },
    { name: 'the configuration, as the SDK asks', target: '?cors&' },
    { name: 'a sub-resource that is not implemented', target: '?acl' },
    { name: 'a query that cannot be read', target: '/here?x=%zz' },
  ])('is answered for $name', async ({ target }) => {
    const response = await preflight({ target });
    expect([response.status, response.text, granted(response)]).toEqual([200, '', GRANTED]);
    expect(response.headers['content-length']).toBe('0');
  });

  it.each([
    { name: 'signed', key: QINGSTOR_KEY },
    { name: 'signed by nobody we know', key: { id: 'UNKNOWN', secret: 'x' } },
    { name: 'signed wrongly', key: { ...QINGSTOR_KEY, secret: 'x' } },
  ])('is answered the same when it is $name', async ({ key }) => {
    const response = await preflight({ target: '/here', key });
    expect([response.status, granted(response)]).toEqual([200, GRANTED]);
  });

  it.each([
    { host: `${BUCKET}.pek3a.qingstor.com`, target: '/here' },
    { host: `${BUCKET}.localhost:4002`, target: '/here' },
    { host: '.127.0.0.1', target: `/${BUCKET}/here` },
    { host: 'undefined.127.0.0.1', target: `/${BUCKET}/here` },
    { host: 'pek3a.qingstor.com', target: `/${BUCKET}/here` },
    { host: '', target: `/${BUCKET}/here` },
  ])('finds the bucket with the host $host', async ({ host, target }) => {
    const headers = { ...PREFLIGHT, Host: host };
    const request = { method: 'OPTIONS', target, headers, key: 'anonymous' } as const;
    expect(granted(await sendQingstor(server.qingstor, request))).toEqual(GRANTED);
  });

  it('asks for a bucket that there is', async () => {
    for (const target of ['/missing-bucket/k', '/x/k', '/UPPER-CASE/k']) {
      const request = { method: 'OPTIONS', target, headers: PREFLIGHT, key: 'anonymous' } as const;
      const { status, code, headers } = await sendQingstor(server.qingstor, request);
      expect([status, code, headers['content-type']]).toEqual([404, 'bucket_not_exists', 'application/json']);
    }
  });

  it.each([
    { missing: 'Origin', headers: { 'Access-Control-Request-Method': 'PUT' } },
    { missing: 'Access-Control-Request-Method', headers: { Origin: ORIGIN } },
    { missing: 'Origin', headers: {} },
  ])('without $missing is told so', async ({ missing, headers }) => {
    const response = await preflight({ target: '/here', headers });
    expect([response.status, response.code, granted(response)]).toEqual([400, 'invalid_argument', {}]);
    expect(response.text).toContain(missing);
  });
});

describe('what a preflight asks for', () => {
  it.each([
    { methods: 'PUT', answered: 'PUT' },
    { methods: 'DELETE,GET,PUT,PATCH', answered: 'DELETE,GET,PUT' },
    { methods: 'DELETE, GET ,\tPUT', answered: 'DELETE,GET,PUT' },
    { methods: 'GET,,PUT,', answered: 'GET,PUT' },
    { methods: 'PATCH,GET', answered: 'GET' },
    { methods: 'PATCH', answered: undefined },
    { methods: 'HEAD', answered: undefined },
    { methods: 'put', answered: undefined },
    { methods: ',', answered: undefined },
    { methods: '*', answered: undefined },
  ])('is answered method by method: $methods', async ({ methods, answered }) => {
    const headers = { ...PREFLIGHT, 'Access-Control-Request-Method': methods };
    const response = await preflight({ target: '/here', headers });
    expect(response.status).toBe(200);
    expect(granted(response)).toEqual(
      answered === undefined ? {} : { ...GRANTED, 'access-control-allow-methods': answered },
    );
  });

  it.each([
    { names: 'content-type', allowed: true },
    { names: 'X-QS-Date, CONTENT-MD5', allowed: true },
    { names: 'authorization,content-type,x-qs-date', allowed: true },
    { names: 'content-length,content-type', allowed: false },
    { names: 'x-qs-meta-a', allowed: false },
    { names: 'a b', allowed: false },
  ])('is answered when every header is allowed: $names', async ({ names, allowed }) => {
    const headers = { ...PREFLIGHT, 'Access-Control-Request-Headers': names };
    const response = await preflight({ target: '/here', headers });
    expect(response.status).toBe(200);
    if (!allowed) expect(granted(response)).toEqual({});
    else expect(granted(response)['access-control-allow-headers']).toBe(names.replaceAll(', ', ','));
  });

  it.each([
    { origin: 'http://qingcloud.com', allowed: false },
    { origin: 'https://console.qingcloud.com', allowed: false },
    { origin: 'http://.qingcloud.com', allowed: true },
    { origin: 'http://a.b.qingcloud.com', allowed: true },
    { origin: 'http://CONSOLE.qingcloud.com', allowed: true },
    { origin: 'http://console.QINGCLOUD.com', allowed: false },
    { origin: 'http://console.qingcloud.com:8080', allowed: false },
    { origin: 'http://console.qingcloud.com.evil.example', allowed: false },
    { origin: 'null', allowed: false },
    { origin: `${ORIGIN}, ${ORIGIN}`, allowed: false },
  ])('is answered to the origin $origin: $allowed', async ({ origin, allowed }) => {
    const response = await preflight({ target: '/here', headers: { ...PREFLIGHT, Origin: origin } });
    expect(response.status).toBe(200);
    expect(granted(response)['access-control-allow-origin']).toBe(allowed ? origin : undefined);
  });
});

describe('an actual request', () => {
  it.each([
    { name: 'that succeeds', request: { target: '/here' }, status: 200 },
    { name: 'for nothing', request: { target: '/nothing' }, status: 404 },
    { name: 'that is anonymous', request: { target: '/here', key: 'anonymous' }, status: 403 },
    {
      name: 'that is forged',
      request: { target: '/here', key: { ...QINGSTOR_KEY, secret: 'x' } },
      status: 401,
    },
    { name: 'that cannot be read', request: { target: '/%zz' }, status: 400 },
    { name: 'for the configuration', request: { target: '?cors' }, status: 200 },
    { name: 'for an upload that is not there', request: { target: '/here?upload_id=x' }, status: 400 },
    { name: 'of another kind', request: { target: '?acl' }, status: 400 },
  ] as const)('$name has the headers of CORS', async ({ request, status }) => {
    const response = await send({ ...request, headers: { Origin: ORIGIN } });
    expect(response.status).toBe(status);
    expect(granted(response)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': 'x-qs-date',
    });
  });

  it('is answered without them to another origin, and to none', async () => {
    for (const headers of [{ Origin: 'http://evil.example' }, {}]) {
      const response = await send({ target: '/here', headers });
      expect([response.status, response.text, granted(response)]).toEqual([200, 'text', {}]);
    }
  });
});

describe('Vary', () => {
  const VARYING = 'varying-bucket';
  let sendVarying: SendToQingstorBucket;
  beforeAll(async () => {
    sendVarying = await createQingstorBucket(server.qingstor, VARYING);
    await sendVarying({ method: 'PUT', target: '/here', body: 'text' });
  });

  it.each(['enable', 'enabled', 'Enabled', 'ENABLE'])(
    'names the origin with resp_vary %s',
    async spelling => {
      await putQingstorCors(sendVarying, { resp_vary: spelling, cors_rules: DOCUMENTED_RULES });
      const requests: readonly QingstorRequest[] = [
        { method: 'OPTIONS', headers: PREFLIGHT },
        { method: 'OPTIONS', headers: { ...PREFLIGHT, Origin: 'http://evil.example' } },
        { headers: { Origin: ORIGIN } },
        { headers: { Origin: 'http://evil.example' } },
        {},
        { target: '/nothing' },
        // No rule has this method.
        { method: 'HEAD' },
      ];
      for (const request of requests) {
        const { headers } = await sendVarying({ target: '/here', ...request });
        expect(headers.vary, JSON.stringify(request)).toBe('Origin');
      }
    },
  );

  it.each(['disable', 'disabled', 'DISABLED', undefined])(
    'is not on preflights with resp_vary %s',
    async spelling => {
      await putQingstorCors(sendVarying, {
        ...(spelling && { resp_vary: spelling }),
        cors_rules: DOCUMENTED_RULES,
      });
      const options = { method: 'OPTIONS', target: '/here', headers: PREFLIGHT };
      const preflighted = await sendVarying(options);
      expect([granted(preflighted), preflighted.headers.vary]).toEqual([GRANTED, undefined]);
      // No rule is for this method, whatever the origin.
      expect((await sendVarying({ method: 'HEAD', target: '/here' })).headers.vary).toBeUndefined();
      // Whether this may be read depends on the origin, and a cache that does not know gives wrong answers.
      expect((await sendVarying({ target: '/here' })).headers.vary).toBe('Origin');
    },
  );
});

describe('every answer', () => {
  it.each([
    { name: 'a preflight', request: { method: 'OPTIONS', headers: PREFLIGHT } },
    { name: 'a refused preflight', request: { method: 'OPTIONS', headers: { ...PREFLIGHT, Origin: 'x' } } },
    { name: 'an incomplete preflight', request: { method: 'OPTIONS' } },
    { name: 'an object', request: { target: '/here' } },
    { name: 'HEAD of nothing', request: { method: 'HEAD', target: '/nothing' } },
    { name: 'an error', request: { target: '/nothing' } },
    { name: 'a deletion', request: { method: 'DELETE', target: '/nothing' } },
    { name: 'a listing', request: {} },
    { name: 'an unknown method', request: { method: 'PATCH', target: '/here' } },
  ])('is from QingStor, dated, and has an id: $name', async ({ request }) => {
    const { headers } = await send(request);
    const { server: program, date = '' } = headers;
    expect(program).toBe('QingStor');
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(5_000);
    expect(headers['x-qs-request-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has an id of its own', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await send()).headers['x-qs-request-id']),
    );
    expect(new Set(ids).size).toBe(20);
  });
});
