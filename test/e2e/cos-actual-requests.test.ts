/** What CORS adds to answers that are not preflights, successes and errors alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CosRequest, cosBucket, createBucket, putCors, type SendToBucket } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

const ORIGIN = 'https://page.example';
const RULE = `<CORSRule>
  <AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedOrigin>https://*.example</AllowedOrigin>
  <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod><AllowedMethod>PUT</AllowedMethod>
  <AllowedMethod>POST</AllowedMethod>
  <AllowedHeader>*</AllowedHeader>
  <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader>
  <MaxAgeSeconds>60</MaxAgeSeconds>
</CORSRule>`;
const ANY_RULE = '<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>';

const GRANTED = {
  'access-control-allow-origin': ORIGIN,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'ETag,x-cos-request-id',
};

let server: LocalServer;
let send: SendToBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createBucket(server.cos, 'actual-1250000000');
  await send({ method: 'PUT', target: '/a', body: '0123456789' });
});

afterAll(() => server.stop());

/** The headers of CORS in an answer. */
async function corsHeaders(request: CosRequest): Promise<Record<string, unknown>> {
  const { headers } = await send(request);
  const entries = Object.entries(headers).filter(([name]) => /^(?:access-control-|vary$)/.test(name));
  return Object.fromEntries(entries);
}

describe('an actual request from an allowed origin', () => {
  beforeAll(() => putCors(send, RULE));

  const ANSWERS: readonly (CosRequest & { readonly status: number })[] = [
    { status: 200, target: '/a' },
    { status: 200, target: '/' },
    { status: 200, method: 'HEAD', target: '/a' },
    { status: 200, method: 'PUT', target: '/b', body: 'b' },
    { status: 200, target: '/?cors' },
    { status: 206, target: '/a', headers: { Range: 'bytes=0-1' } },
    { status: 304, target: '/a', headers: { 'If-None-Match': '*' } },
    { status: 400, method: 'PUT', target: '/?cors', body: '<not-xml' },
    { status: 400, target: '/%zz' },
    { status: 400, target: '/?max-keys=x' },
    { status: 403, target: '/a', key: 'anonymous' },
    { status: 403, target: '/a', key: { id: 'AKIDcrossgatelocal', secret: 'wrong' } },
    { status: 404, target: '/none' },
    { status: 404, method: 'HEAD', target: '/none' },
    { status: 405, method: 'POST', target: '/?cors', body: '' },
    { status: 412, target: '/a', headers: { 'If-Match': '"x"' } },
    { status: 416, target: '/a', headers: { Range: 'bytes=10-' } },
    { status: 501, target: '/a?acl' },
  ];

  it.each(ANSWERS)('can be read by the page: $status of $method $target', async ({ status, ...request }) => {
    const response = await send({ ...request, headers: { ...request.headers, Origin: ORIGIN } });
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject({ ...GRANTED, vary: 'Origin' });
    expect(response.headers).not.toHaveProperty('access-control-allow-methods');
    expect(response.headers['x-cos-request-id']).toBeTruthy();
  });

  it.each(['ETag', 'Access-Control-Allow-Origin', 'Vary', 'x-cos-request-id', 'Server', 'Date'])(
    'has %s once',
    async name => {
      const { headerNames } = await send({ target: '/a', headers: { Origin: ORIGIN } });
      expect(headerNames.filter(found => found === name)).toEqual([name]);
    },
  );
});

describe('an actual request that no rule allows', () => {
  beforeAll(() => putCors(send, RULE));

  it.each<CosRequest & { readonly name: string }>([
    { name: 'another origin', headers: { Origin: 'https://other.test' } },
    { name: 'an origin in another case', headers: { Origin: ORIGIN.toUpperCase() } },
    { name: 'an origin with a path', headers: { Origin: `${ORIGIN}/` } },
    { name: 'the null origin', headers: { Origin: 'null' } },
    { name: 'no origin', headers: {} },
  ])('is answered normally, without the headers: $name', async ({ headers }) => {
    const response = await send({ target: '/a', ...(headers && { headers }) });
    expect([response.status, response.text]).toEqual([200, '0123456789']);
    expect(await corsHeaders({ target: '/a', ...(headers && { headers }) })).toEqual({ vary: 'Origin' });
  });

  it('is answered normally when it is the method that is not allowed', async () => {
    const request = { method: 'DELETE', target: '/none', headers: { Origin: ORIGIN } };
    expect((await send(request)).status).toBe(204);
    expect(await corsHeaders(request)).toEqual({});
  });
});

describe('Vary', () => {
  it.each([
    { name: 'without rules', rules: undefined, origin: ORIGIN, expected: {} },
    {
      name: 'for an allowed origin of a rule with `*`',
      rules: ANY_RULE,
      origin: ORIGIN,
      expected: { 'access-control-allow-origin': '*', vary: 'Origin' },
    },
    {
      name: 'without an origin, of a rule with `*`',
      rules: ANY_RULE,
      origin: undefined,
      expected: { vary: 'Origin' },
    },
    {
      name: 'for a method that no rule allows, by ResponseVary',
      rules: `${ANY_RULE.replace('GET', 'PUT')}<ResponseVary>true</ResponseVary>`,
      origin: undefined,
      expected: { vary: 'Origin' },
    },
    {
      name: 'for a method that no rule allows, without ResponseVary',
      rules: `${ANY_RULE.replace('GET', 'PUT')}<ResponseVary>false</ResponseVary>`,
      origin: ORIGIN,
      expected: {},
    },
  ])('$name', async ({ rules, origin, expected }) => {
    await send({ method: 'DELETE', target: '/?cors' });
    if (rules !== undefined) await putCors(send, rules);
    const headers = origin === undefined ? {} : { Origin: origin };
    expect(await corsHeaders({ target: '/a', headers })).toEqual(expected);
  });

  it.each([
    { vary: 'true', expected: 'Origin' },
    { vary: 'false', expected: undefined },
  ])('is $expected on preflights with ResponseVary $vary', async ({ vary, expected }) => {
    await putCors(send, `${RULE}<ResponseVary>${vary}</ResponseVary>`);
    const headers = { Origin: ORIGIN, 'Access-Control-Request-Method': 'PUT' };
    const response = await send({ method: 'OPTIONS', target: '/a', headers, key: 'anonymous' });
    expect([response.status, response.headers.vary]).toEqual([200, expected]);
  });
});

describe('a HEAD that fails', () => {
  it.each<CosRequest & { readonly status: number }>([
    { status: 404, target: '/none' },
    { status: 403, target: '/a', key: 'anonymous' },
    { status: 412, target: '/a', headers: { 'If-Match': '"x"' } },
    { status: 400, target: '/%00' },
    { status: 405, target: '/?cors' },
  ])('has headers and no body: $status', async ({ status, ...request }) => {
    const response = await send({ ...request, method: 'HEAD' });
    expect([response.status, response.text]).toEqual([status, '']);
    expect(response.headers).toMatchObject({ 'content-length': '0', 'content-type': 'application/xml' });
    expect(response.headers['x-cos-trace-id']).toBeTruthy();
  });
});

describe('a bucket that is deleted', () => {
  it('takes its configuration with it', async () => {
    const bucket = 'short-lived-1250000000';
    const sendTo = await createBucket(server.cos, bucket);
    await putCors(sendTo, RULE);
    expect((await sendTo({ method: 'DELETE' })).status).toBe(204);
    const preflight = { Origin: ORIGIN, 'Access-Control-Request-Method': 'PUT' };
    const gone = await sendTo({ method: 'OPTIONS', target: '/a', headers: preflight, key: 'anonymous' });
    expect([gone.status, gone.code]).toEqual([404, 'NoSuchBucket']);
    await createBucket(server.cos, bucket);
    expect((await cosBucket(server.cos, bucket)({ target: '/?cors' })).code).toBe('NoSuchCORSConfiguration');
  });
});
