/** Whatever comes on a socket: the server answers as the service would, or closes, and goes on. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosHost, createBucket, putCors, type SendToBucket, signedLines } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { openConnection } from '../support/raw-http.ts';

const BUCKET = 'any-input-1250000000';
const HOST = cosHost(BUCKET);
const ORIGIN = 'https://page.example';

let server: LocalServer;
let send: SendToBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createBucket(server.cos, BUCKET, { 'x-cos-acl': 'public-read-write' });
  await putCors(
    send,
    `<CORSRule><AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>
     <AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule>`,
  );
  await send({ method: 'PUT', target: '/kept-object', body: 'the object' });
});

afterAll(() => server.stop());

describe('any input', () => {
  const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];
  const LENGTHS = ['Content-Length', 'Transfer-Encoding'];
  const TARGETS = [
    '/',
    '/?cors',
    '/?delete',
    '/fuzzed',
    '//',
    '/%zz',
    '*',
    `/${BUCKET}/fuzzed`,
    `http://${HOST}/fuzzed`,
    '/?acl',
    '/?uploads',
    '/fuzzed?uploads',
    '/fuzzed?uploadId=x',
    '/fuzzed?uploadId=x&partNumber=1',
  ];
  const NAMES = [
    'Host',
    'Origin',
    'Access-Control-Request-Method',
    'Access-Control-Request-Headers',
    'Authorization',
    'Range',
    'If-Match',
    'If-Modified-Since',
    'Content-MD5',
    'x-cos-acl',
    'x-cos-copy-source',
    'Content-Type',
    'Expect',
    'Connection',
    ...LENGTHS,
    'x-cos-security-token',
    'If-Range',
    'Upgrade',
  ];
  const VALUES = [
    HOST,
    ORIGIN,
    'PUT',
    '*',
    '"x"',
    'bytes=0-',
    'chunked',
    '3',
    'q-sign-algorithm=sha1',
    'close',
    '100-continue',
    `${HOST}/kept-object`,
    'multipart/form-data; boundary=x',
  ];

  const character = (from: number, to: number): fc.Arbitrary<string> =>
    fc.integer({ min: from, max: to }).map(code => String.fromCharCode(code));
  const anyBytes = fc.string({ unit: character(0, 255) });
  /** What a header can hold. */
  const headerText = fc.string({ unit: fc.oneof(character(0x20, 0x7e), character(0x80, 0xff)) });
  const escaped = fc.array(fc.integer({ min: 0, max: 255 })).map(bytes => {
    const pairs = bytes.map(byte => `%${byte.toString(16).padStart(2, '0')}`);
    return `/${pairs.join('')}`;
  });
  /** Now and then bytes that HTTP does not allow at all: then there is only its parser to try. */
  const mostly = (usual: readonly string[], strange: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...usual) },
      { weight: 10, arbitrary: strange },
      { weight: 1, arbitrary: anyBytes },
    );
  const request = fc
    .record({
      method: mostly(METHODS, fc.constantFrom('PATCH', 'CONNECT', 'TRACE', 'get')),
      target: mostly(TARGETS, fc.oneof(escaped, fc.webPath(), fc.webUrl({ withQueryParameters: true }))),
      headers: fc.array(fc.tuple(mostly(NAMES, fc.webSegment()), mostly(VALUES, headerText)), {
        maxLength: 5,
      }),
      host: fc.oneof({ weight: 5, arbitrary: fc.constant([`Host: ${HOST}`]) }, fc.constant([])),
      signed: fc.boolean(),
      body: headerText,
    })
    .map(({ method, target, headers, host, signed, body }) => {
      const lines = headers.map(([name, value]) => `${name}: ${value}`);
      const own = signed ? signedLines(HOST, { method, target }) : host;
      const length = headers.some(([name]) => LENGTHS.includes(name))
        ? []
        : [`Content-Length: ${body.length}`];
      return [`${method} ${target} HTTP/1.1`, ...own, ...lines, ...length, '', body].join('\r\n');
    });

  it('is answered, or not at all, but never with an error of the server', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 30, arbitrary: request }, anyBytes), async bytes => {
        const connection = await openConnection(server.cos);
        connection.write(bytes);
        connection.endWriting();
        const received = await connection.untilClosed();
        const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
        for (const status of statuses)
          expect(status === 501 || status < 500, received.slice(0, 500)).toBe(true);
      }),
      { numRuns: 600 },
    );
    const { status, text } = await send({ target: '/kept-object' });
    expect([status, text]).toEqual([200, 'the object']);
  });
});
