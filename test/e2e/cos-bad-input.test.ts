/** What no SDK would send, on raw sockets. After each of these the server still answers. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { cosHost, createBucket, putCors, type SendToBucket, signedLines } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import {
  openConnection,
  parseResponses,
  type RawResponse,
  rawRequest,
  sendRaw,
  sendRawRequest,
} from '../support/raw-http.ts';

const BUCKET = 'bad-input-1250000000';
const HOST = cosHost(BUCKET);
const ORIGIN = 'https://page.example';
const ORIGIN_LINE = `Origin: ${ORIGIN}`;
const PUT_LINE = 'Access-Control-Request-Method: PUT';

let server: LocalServer;
let send: SendToBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createBucket(server.cos, BUCKET, { 'x-cos-acl': 'public-read' });
  await putCors(
    send,
    `<CORSRule><AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>
     <AllowedHeader>x-listed</AllowedHeader></CORSRule>
     <CORSRule><AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
     <AllowedHeader>*</AllowedHeader></CORSRule>
     <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>DELETE</AllowedMethod></CORSRule>`,
  );
  await send({ method: 'PUT', target: '/a', body: 'the object' });
});

afterEach(async () => {
  const { status, text } = await send({ target: '/a' });
  expect([status, text]).toEqual([200, 'the object']);
});

afterAll(() => server.stop());

/** An error in the format of the service, with all that such an answer has. */
function expectCosError(response: RawResponse, status: number, code: string): void {
  expect([response.status, response.code]).toEqual([status, code]);
  expect(response.headers.get('content-type')).toBe('application/xml');
  expect(response.headers.get('server')).toBe('tencent-cos');
  expect(response.headers.get('date')).toBeTruthy();
  const requestId = response.headers.get('x-cos-request-id');
  expect(response.body).toContain(`<RequestId>${requestId}</RequestId>`);
  expect(response.body).toContain(`<TraceId>${response.headers.get('x-cos-trace-id')}</TraceId>`);
}

function get(target: string, ...lines: readonly string[]): string {
  return rawRequest(`GET ${target} HTTP/1.1`, [`Host: ${HOST}`, ...lines]);
}

function preflight(...lines: readonly string[]): string {
  return rawRequest('OPTIONS /a HTTP/1.1', [`Host: ${HOST}`, ...lines]);
}

describe('a target that is odd', () => {
  it.each([
    { target: '//', status: 404, code: 'NoSuchKey' },
    { target: '/%2F', status: 404, code: 'NoSuchKey' },
    { target: '/./a', status: 404, code: 'NoSuchKey' },
    { target: '/x/../a', status: 404, code: 'NoSuchKey' },
    { target: '/a\\', status: 404, code: 'NoSuchKey' },
    { target: '/a?', status: 200, code: undefined },
    { target: '/a?%26=%3D&&=&a=b=c', status: 200, code: undefined },
    { target: '/%61', status: 200, code: undefined },
    { target: `http://${HOST}/a`, status: 200, code: undefined },
    { target: `HTTP://${HOST}:80/a`, status: 200, code: undefined },
    { target: `http://other.example/${BUCKET}/a`, status: 200, code: undefined },
    { target: `http://name:word@${HOST}/a`, status: 404, code: 'NoSuchBucket' },
    { target: `http://127.0.0.1//${BUCKET}/a`, status: 404, code: 'NoSuchBucket' },
    { target: 'http:///a', status: 404, code: 'NoSuchBucket' },
    { target: `http://${'h'.repeat(20_000)}/a`, status: 404, code: 'NoSuchBucket' },
    { target: '*', status: 404, code: 'NoSuchKey' },
    { target: '/%00', status: 400, code: 'InvalidURI' },
    { target: '/a%0d%0aX-Injected:%20yes', status: 400, code: 'InvalidURI' },
    { target: '/%zz', status: 400, code: 'InvalidURI' },
    { target: '/%', status: 400, code: 'InvalidURI' },
    { target: '/%ff', status: 400, code: 'InvalidURI' },
    { target: '/%ed%a0%80', status: 400, code: 'InvalidURI' },
    { target: '/a?x=%zz', status: 400, code: 'InvalidURI' },
    { target: 'a', status: 400, code: 'InvalidRequest' },
    { target: '?cors', status: 400, code: 'InvalidRequest' },
    { target: '/a b', status: 400, code: 'InvalidRequest' },
    { target: '/a\u0001', status: 400, code: 'InvalidRequest' },
    { target: `/${'k'.repeat(20_000)}`, status: 400, code: 'KeyTooLong' },
  ])('is answered $status: $target', async ({ target, status, code }) => {
    const response = await sendRawRequest(server.cos, get(target));
    if (code === undefined) expect([response.status, response.body]).toEqual([status, 'the object']);
    else expectCosError(response, status, code);
    expect(response.headers.get('x-injected')).toBeUndefined();
  });

  it.each(['/', '//', '/%00', '/%zz', '/?lifecycle', '/?x=%zz', `http://${HOST}/a`, '*'])(
    'does not matter to a preflight: %s',
    async target => {
      const request = rawRequest(`OPTIONS ${target} HTTP/1.1`, [`Host: ${HOST}`, ORIGIN_LINE, PUT_LINE]);
      expect((await sendRawRequest(server.cos, request)).status).toBe(200);
    },
  );
});

describe('a host that is odd', () => {
  it.each([
    { name: 'none', lines: [], outcome: [400, 'InvalidRequest'] },
    { name: 'two', lines: [`Host: ${HOST}`, `Host: ${HOST}`], outcome: [400, 'InvalidRequest'] },
    { name: 'with a blank', lines: ['Host: a b'], outcome: [400, 'InvalidRequest'] },
    { name: 'with a slash', lines: ['Host: a/b'], outcome: [400, 'InvalidRequest'] },
    { name: 'with other letters', lines: ['Host: bücket'], outcome: [400, 'InvalidRequest'] },
    { name: 'empty', lines: ['Host:'], outcome: [404, 'NoSuchBucket'] },
    { name: 'an IPv6 address', lines: ['Host: [::1]:24201'], outcome: [404, 'NoSuchBucket'] },
    { name: 'dots', lines: ['Host: ...cos.ap-guangzhou.myqcloud.com'], outcome: [404, 'NoSuchBucket'] },
    {
      name: 'of a bucket that cannot be',
      lines: ['Host: a_b.cos.ap-guangzhou.myqcloud.com'],
      outcome: [404, 'NoSuchBucket'],
    },
    { name: 'very long', lines: [`Host: ${'h.'.repeat(20_000)}`], outcome: [404, 'NoSuchBucket'] },
    { name: 'in capitals', lines: [`Host: ${HOST.toUpperCase()}`], outcome: [200, undefined] },
    { name: 'with a port', lines: [`Host: ${HOST}:24201`], outcome: [200, undefined] },
  ])('is answered $outcome: $name', async ({ lines, outcome }) => {
    const response = await sendRawRequest(server.cos, rawRequest('GET /a HTTP/1.1', lines));
    expect([response.status, response.code]).toEqual(outcome);
    const [status, code] = outcome;
    if (typeof code === 'string') expectCosError(response, Number(status), code);
  });

  it.each([
    { name: 'none', hosts: [] },
    { name: 'two', hosts: [`Host: ${HOST}`, `Host: ${HOST}`] },
  ])('does not get a preflight through: $name', async ({ hosts }) => {
    const request = rawRequest('OPTIONS /a HTTP/1.1', [...hosts, ORIGIN_LINE, PUT_LINE]);
    expectCosError(await sendRawRequest(server.cos, request), 400, 'InvalidRequest');
  });
});

describe('a hostile preflight', () => {
  const LISTED = 'x-listed,'.repeat(1_820).slice(0, 16 * 1024 - 1);
  const GET_LINE = 'Access-Control-Request-Method: GET';
  const ANY_LINE = 'Access-Control-Request-Method: DELETE';
  it.each([
    {
      name: 'two Origin lines, where any origin would do',
      lines: [ORIGIN_LINE, ORIGIN_LINE, ANY_LINE],
      status: 403,
    },
    { name: 'an origin with a blank, where any would do', lines: ['Origin: a b', ANY_LINE], status: 403 },
    { name: 'two Origin lines', lines: [ORIGIN_LINE, ORIGIN_LINE, PUT_LINE], status: 403 },
    {
      name: 'two Origin lines, one of which is refused',
      lines: ['Origin: https://x', ORIGIN_LINE, PUT_LINE],
      status: 403,
    },
    { name: 'a list of origins', lines: [`Origin: ${ORIGIN}, ${ORIGIN}`, PUT_LINE], status: 403 },
    {
      name: 'a list of origins in the old form',
      lines: [`Origin: ${ORIGIN} ${ORIGIN}`, PUT_LINE],
      status: 403,
    },
    {
      name: 'an encoded line break in the origin',
      lines: [`Origin: ${ORIGIN}%0d%0aX: y`, PUT_LINE],
      status: 403,
    },
    { name: 'an origin of 16 KiB', lines: [`Origin: ${ORIGIN}${'x'.repeat(16_384)}`, PUT_LINE], status: 403 },
    { name: 'an origin of other bytes', lines: ['Origin: https://\xff\xfe', PUT_LINE], status: 403 },
    { name: 'no origin', lines: [PUT_LINE], status: 403 },
    { name: 'an empty origin', lines: ['Origin:', PUT_LINE], status: 403 },
    { name: 'no method', lines: [ORIGIN_LINE], status: 403 },
    {
      name: 'a method of 16 KiB',
      lines: [ORIGIN_LINE, `Access-Control-Request-Method: ${'P'.repeat(16_384)}`],
      status: 403,
    },
    { name: 'two methods', lines: [ORIGIN_LINE, PUT_LINE, PUT_LINE], status: 403 },
    {
      name: 'a method in lower case',
      lines: [ORIGIN_LINE, 'Access-Control-Request-Method: put'],
      status: 403,
    },
    {
      name: '16 KiB of one header that is listed',
      lines: [ORIGIN_LINE, PUT_LINE, `Access-Control-Request-Headers: ${LISTED}`],
      status: 200,
    },
    {
      name: '16 KiB of commas',
      lines: [ORIGIN_LINE, PUT_LINE, `Access-Control-Request-Headers: ${','.repeat(16_384)}`],
      status: 200,
    },
    {
      name: 'one of 16 KiB that is not listed',
      lines: [ORIGIN_LINE, PUT_LINE, `Access-Control-Request-Headers: ${LISTED},x`],
      status: 403,
    },
    {
      name: 'names that are none',
      lines: [ORIGIN_LINE, GET_LINE, 'Access-Control-Request-Headers: a b, (c)'],
      status: 403,
    },
    {
      name: 'a name with other bytes',
      lines: [ORIGIN_LINE, GET_LINE, 'Access-Control-Request-Headers: x-\xe9'],
      status: 403,
    },
  ])('is answered $status: $name', async ({ lines, status }) => {
    const response = await sendRawRequest(server.cos, preflight(...lines));
    expect(response.status).toBe(status);
    const granted = response.headerLines.filter(line => line.startsWith('Access-Control-'));
    if (status === 200) expect(granted).toContain(`Access-Control-Allow-Origin: ${ORIGIN}`);
    else expect([response.code, granted]).toEqual(['AccessForbidden', []]);
  });

  it('gets 16 KiB of names back from a rule with `*`, and soon', async () => {
    const names = Array.from({ length: 2_700 }, (_, i) => i.toString(36).padStart(5, 'x')).join(',');
    const started = performance.now();
    const lines = [ORIGIN_LINE, GET_LINE, `Access-Control-Request-Headers: ${names}`];
    const response = await sendRawRequest(server.cos, preflight(...lines));
    expect(response.headers.get('access-control-allow-headers')).toBe(names);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('is refused with names in more than 64 KiB', async () => {
    const lines = [ORIGIN_LINE, PUT_LINE, `Access-Control-Request-Headers: ${'x-listed,'.repeat(8_000)}`];
    expectCosError(
      await sendRawRequest(server.cos, preflight(...lines)),
      400,
      'RequestHeaderSectionTooLarge',
    );
  });
});

describe('what is not HTTP, or hardly', () => {
  it.each([
    { name: 'text', bytes: 'garbage\r\n\r\n' },
    { name: 'a TLS greeting', bytes: Buffer.from('16030102000100fc0303', 'hex') },
    { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { name: 'HTTP/0.9', bytes: 'GET /a\r\n\r\n' },
    { name: 'a method nobody knows', bytes: rawRequest('BREW /a HTTP/1.1', [`Host: ${HOST}`]) },
    { name: 'CONNECT', bytes: `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n` },
    { name: 'a control character in a header', bytes: get('/a', 'Origin: a\u0001b') },
    { name: 'a NUL in a header', bytes: get('/a', 'Origin: a\0b') },
    { name: 'a carriage return in a header', bytes: get('/a', 'Origin: a\rX-Injected: b') },
    { name: 'a line feed in a header', bytes: get('/a', 'Origin: a\nX-Injected: b') },
    { name: 'a header that goes on in the next line', bytes: get('/a', 'Origin: a\r\n b') },
    { name: 'a header without a colon', bytes: get('/a', 'Origin') },
    { name: 'a blank before a colon', bytes: get('/a', 'Origin : a') },
    { name: 'two lengths', bytes: get('/a', 'Content-Length: 1', 'Content-Length: 2') },
    { name: 'a length that is none', bytes: get('/a', 'Content-Length: -1') },
    { name: 'a length beside chunks', bytes: get('/a', 'Content-Length: 5', 'Transfer-Encoding: chunked') },
    { name: 'a coding without chunks', bytes: get('/a', 'Transfer-Encoding: gzip') },
  ])('is refused: $name', async ({ bytes }) => {
    const [response, ...others] = await sendRaw(server.cos, bytes);
    expect(others).toEqual([]);
    if (!response) throw new Error('there is no answer');
    expectCosError(response, 400, 'InvalidRequest');
    expect(response.headers.get('connection')).toBe('close');
  });

  it.each([
    { name: 'a header of 70 KB', bytes: get('/a', `X: ${'x'.repeat(70_000)}`) },
    { name: 'a header of 3 MB', bytes: get('/a', `X: ${'x'.repeat(3_000_000)}`) },
    { name: 'a target of 70 KB', bytes: get(`/${'x'.repeat(70_000)}`) },
    {
      name: 'very many headers',
      bytes: get('/a', ...Array.from({ length: 9_000 }, (_, i) => `x-header-${i}: y`)),
    },
  ])('is refused as too large: $name', async ({ bytes }) => {
    expectCosError(await sendRawRequest(server.cos, bytes), 400, 'RequestHeaderSectionTooLarge');
  });

  it.each(['PATCH', 'TRACE', 'PROPFIND', 'M-SEARCH'])('is refused by its method: %s', async method => {
    const response = await sendRawRequest(server.cos, rawRequest(`${method} /a HTTP/1.1`, [`Host: ${HOST}`]));
    expectCosError(response, 405, 'MethodNotAllowed');
  });

  it.each(['Upgrade: websocket', 'Expect: miracles', 'Connection: Upgrade, HTTP2-Settings'])(
    'is answered all the same: %s',
    async line => {
      expect((await sendRawRequest(server.cos, get('/a', line))).body).toBe('the object');
    },
  );

  it('is refused when its body has a transfer coding that is not undone', async () => {
    const lines = [`Host: ${HOST}`, 'Transfer-Encoding: gzip, chunked'];
    const request = `${rawRequest('PUT /coded HTTP/1.1', lines)}5\r\nhello\r\n0\r\n\r\n`;
    expectCosError(await sendRawRequest(server.cos, request), 400, 'InvalidRequest');
  });

  it('takes a great many headers, and not long for them', async () => {
    const started = performance.now();
    const request = get('/a', ...Array.from({ length: 60_000 }, () => 'a:'));
    expect((await sendRawRequest(server.cos, request)).body).toBe('the object');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('counts a header behind a thousand others', async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `x-${i}: y`);
    const request = rawRequest('GET /a HTTP/1.1', [...many, `Host: ${HOST}`, 'If-Match: "x"']);
    expectCosError(await sendRawRequest(server.cos, request), 412, 'PreconditionFailed');
  });
});

describe('a connection', () => {
  it('has its answers in the order of its requests', async () => {
    const targets = ['/a', '/none', '/%zz', '/a', '/?acl', '/a'];
    const requests = targets.map(target => `GET ${target} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`).join('');
    const connection = await openConnection(server.cos);
    connection.write(requests);
    const responses = await connection.untilResponses(targets.length);
    expect(responses.map(({ status }) => status)).toEqual([200, 404, 400, 200, 501, 200]);
  });

  it('that goes astray behind a good request has both answers, whole and in order', async () => {
    const length = 4 * 1024 * 1024;
    await send({ method: 'PUT', target: '/long', body: Buffer.alloc(length, 'a') });
    const connection = await openConnection(server.cos);
    connection.write(`GET /long HTTP/1.1\r\nHost: ${HOST}\r\n\r\ngarbage\r\n\r\n`);
    const [first, second, ...others] = parseResponses(await connection.untilClosed());
    expect([first?.status, first?.body === 'a'.repeat(length)]).toEqual([200, true]);
    expect([second?.status, second?.code, others]).toEqual([400, 'InvalidRequest', []]);
  });

  it('that goes astray in the middle of an answer does not spoil it', async () => {
    const connection = await openConnection(server.cos);
    connection.write(`GET /long HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    await connection.untilReceived(1);
    connection.write('garbage\r\n\r\n');
    const [first, second] = parseResponses(await connection.untilClosed());
    expect([first?.status, first?.body.length, second?.status]).toEqual([200, 4 * 1024 * 1024, 400]);
  });

  it('that goes astray in a body has one answer, behind those before it', async () => {
    const put = `PUT /b HTTP/1.1\r\n${signedLines(HOST, { method: 'PUT', target: '/b' }).join('\r\n')}`;
    const connection = await openConnection(server.cos);
    connection.write(`GET /a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    connection.write(`${put}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`);
    const responses = parseResponses(await connection.untilClosed());
    expect(responses.map(({ status }) => status)).toEqual([200, 400]);
    expect((await send({ target: '/b' })).status).toBe(404);
  });

  it('goes on behind an upload that was refused', async () => {
    const body = 'x'.repeat(1024 * 1024);
    const lines = signedLines(HOST, { method: 'PUT', target: '/c' });
    const head = ['PUT /c HTTP/1.1', ...lines, 'Content-MD5: none', `Content-Length: ${body.length}`];
    const connection = await openConnection(server.cos);
    connection.write([...head, '', body].join('\r\n'));
    connection.write(`GET /a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    const responses = await connection.untilResponses(2);
    expect(responses.map(({ status, code }) => [status, code])).toEqual([
      [400, 'InvalidDigest'],
      [200, undefined],
    ]);
  });

  it.each(['', 'GET', 'GET /a HTTP/1.1', `GET /a HTTP/1.1\r\nHost: ${HOST}\r\n`])(
    'that is closed in the middle of a request is let go: %j',
    async bytes => {
      const connection = await openConnection(server.cos);
      connection.write(bytes);
      connection.endWriting();
      const responses = parseResponses(await connection.untilClosed());
      expect(responses.map(({ status }) => status)).toEqual(bytes === '' ? [] : [400]);
    },
  );

  it('that is reset at any time is let go', async () => {
    const request = get('/long');
    for (let sent = 0; sent <= request.length; sent += 7) {
      const connection = await openConnection(server.cos);
      connection.write(request.slice(0, sent));
      connection.destroy();
    }
    await vi.waitFor(async () => expect((await send({ target: '/a' })).status).toBe(200));
  });
});
