/** The four examples of "OPTIONS Object" of the API reference, byte for byte where they are bytes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedRules } from '../support/cos-documented.ts';
import { cosBucket, createBucket, putCors } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type RawResponse, sendRawRequest } from '../support/raw-http.ts';

const BUCKET = 'examplebucket-1250000000';
const HOST = `${BUCKET}.cos.ap-beijing.myqcloud.com`;

let server: LocalServer;

beforeAll(async () => {
  server = await startLocalServer();
  await createBucket(server.cos, BUCKET);
});

afterAll(() => server.stop());

/** The header lines of an answer, without those that no two answers have in common. */
function comparableLines({ headerLines }: RawResponse): readonly string[] {
  return headerLines.filter(line => !/^(?:Date|x-cos-request-id|x-cos-trace-id):/.test(line)).toSorted();
}

function sample(target: string, ...headerLines: readonly string[]): string {
  const head = [`OPTIONS ${target} HTTP/1.1`, `Host: ${HOST}`, 'Date: Thu, 09 Jul 2020 14:49:22 GMT'];
  return [...head, ...headerLines, 'Connection: close', '', ''].join('\r\n');
}

describe('the documented preflights', () => {
  const ALLOWED = [
    {
      name: 'example 1: PUT Object from an origin of the second rule',
      request: sample(
        '/exampleobject',
        'Origin: https://example.com',
        'Access-Control-Request-Method: PUT',
        'Access-Control-Request-Headers: content-md5,content-type,x-cos-meta-author',
      ),
      lines: [
        'Content-Length: 0',
        'Connection: close',
        'Access-Control-Allow-Credentials: true',
        'Access-Control-Allow-Headers: content-md5,content-type,x-cos-meta-author',
        'Access-Control-Allow-Methods: PUT,GET,POST,DELETE,HEAD',
        'Access-Control-Allow-Origin: https://example.com',
        'Access-Control-Expose-Headers: Content-Length,ETag,x-cos-meta-author',
        'Access-Control-Max-Age: 600',
        'Server: tencent-cos',
      ],
    },
    {
      name: 'example 2: GET Object with Range, which the first rule allows to any origin',
      request: sample(
        '/exampleobject',
        'Origin: https://example.com',
        'Access-Control-Request-Method: GET',
        'Access-Control-Request-Headers: range',
      ),
      lines: [
        'Content-Length: 0',
        'Connection: close',
        'Access-Control-Allow-Headers: range,x-cos-server-side-encryption-customer-algorithm,x-cos-server-side-encryption-customer-key,x-cos-server-side-encryption-customer-key-md5',
        'Access-Control-Allow-Methods: GET,HEAD',
        'Access-Control-Allow-Origin: *',
        'Access-Control-Expose-Headers: Content-Length,ETag,x-cos-meta-author',
        'Access-Control-Max-Age: 600',
        'Server: tencent-cos',
      ],
    },
    {
      name: 'example 3: PUT Bucket lifecycle',
      request: sample(
        '/?lifecycle',
        'Origin: https://bar.com',
        'Access-Control-Request-Method: PUT',
        'Access-Control-Request-Headers: content-md5,content-type',
      ),
      lines: [
        'Content-Length: 0',
        'Connection: close',
        'Access-Control-Allow-Credentials: true',
        'Access-Control-Allow-Headers: content-md5,content-type',
        'Access-Control-Allow-Methods: PUT,GET,POST,DELETE,HEAD',
        'Access-Control-Allow-Origin: https://bar.com',
        'Access-Control-Expose-Headers: Content-Length,ETag,x-cos-meta-author',
        'Access-Control-Max-Age: 600',
        'Server: tencent-cos',
      ],
    },
  ];

  beforeAll(async () => {
    await putCors(cosBucket(server.cos, BUCKET), documentedRules('https://bar.com'));
  });

  it.each(ALLOWED)('are answered as documented: $name', async ({ request, lines }) => {
    const response = await sendRawRequest(server.cos, request);
    expect(response.status).toBe(200);
    expect(comparableLines(response)).toEqual(lines.toSorted());
    expect(response.body).toBe('');
    expect(Date.parse(response.headers.get('date') ?? '')).not.toBeNaN();
    expect(decoded(response, 'x-cos-request-id')).toMatch(REQUEST_ID);
  });

  it('name their headers in the documented order', async () => {
    const [first] = ALLOWED;
    const response = await sendRawRequest(server.cos, first?.request ?? '');
    const names = response.headerLines.map(line => line.slice(0, line.indexOf(':')));
    expect(names.filter(name => name.startsWith('Access-Control-'))).toEqual([
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Headers',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Origin',
      'Access-Control-Expose-Headers',
      'Access-Control-Max-Age',
    ]);
  });
});

describe('example 4: a preflight that nothing allows', () => {
  const REQUEST = sample(
    '/exampleobject',
    'Origin: https://example.com',
    'Access-Control-Request-Method: PUT',
  );
  const CONFIGURATIONS = [
    { name: 'the bucket has no configuration', rules: undefined },
    {
      name: 'the configuration does not match',
      rules:
        '<CORSRule><AllowedOrigin>https://other.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule>',
    },
  ];

  it.each(CONFIGURATIONS)('is refused with the documented error when $name', async ({ rules }) => {
    const send = cosBucket(server.cos, BUCKET);
    await send({ method: 'DELETE', target: '/?cors' });
    if (rules !== undefined) await putCors(send, rules);
    const response = await sendRawRequest(server.cos, REQUEST);
    expect(response.status).toBe(403);
    expect(comparableLines(response)).toEqual(
      [
        'Content-Type: application/xml',
        'Content-Length: 687',
        'Connection: close',
        'Server: tencent-cos',
      ].toSorted(),
    );
    const requestId = response.headers.get('x-cos-request-id') ?? '';
    const traceId = response.headers.get('x-cos-trace-id') ?? '';
    expect(decoded(response, 'x-cos-request-id')).toMatch(REQUEST_ID);
    expect(decoded(response, 'x-cos-trace-id')).toMatch(/^[0-9a-f]{128}$/);
    expect(response.body).toHaveLength(687);
    expect(response.body).toBe(documentedError(requestId, traceId));
  });
});

const REQUEST_ID = /^[0-9a-f]{8}_[0-9a-f]{8}_[0-9a-f]+_[0-9a-f]+$/;

function decoded(response: RawResponse, name: string): string {
  return Buffer.from(response.headers.get(name) ?? '', 'base64').toString();
}

/** The document of example 4, with its own typing mistakes. */
function documentedError(requestId: string, traceId: string): string {
  return [
    "<?xml version='1.0' encoding='utf-8' ?>",
    '<Error>',
    '\t<Code>AccessForbidden</Code>',
    '\t<Message>CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource&apos;s CORS spec</Message>',
    `\t<Resource>${HOST}/exampleobject</Resource>`,
    `\t<RequestId>${requestId}</RequestId>`,
    `\t<TraceId>${traceId}</TraceId>`,
    '</Error>',
  ].join('\n');
}
