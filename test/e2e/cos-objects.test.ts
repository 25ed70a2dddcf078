/** Objects over plain HTTP, signed by a client of the test's own: what the SDKs do not show. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cosHost, createBucket, objectTarget, type SendToBucket, signedLines } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { openFilesUnder } from '../support/open-files.ts';
import { openConnection, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import { presignCosTarget } from '../support/sign-cos.ts';

const BUCKET = 'objects-1250000000';
const PUBLIC = 'public-1250000000';
const HOST = cosHost(BUCKET);
const BODY = '0123456789';
const ETAG = `"${md5(BODY)}"`;
const FUTURE = 'Fri, 01 Jan 2100 00:00:00 GMT';
const PAST = 'Sat, 01 Jan 2000 00:00:00 GMT';

let server: LocalServer;
let send: SendToBucket;
let sendPublic: SendToBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createBucket(server.cos, BUCKET);
  sendPublic = await createBucket(server.cos, PUBLIC, { 'x-cos-acl': 'public-read' });
  for (const to of [send, sendPublic]) await to({ method: 'PUT', target: '/digits', body: BODY });
});

afterAll(() => server.stop());

function md5(body: string | Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash('md5').update(body).digest(encoding);
}

/** A header that has UTF-8 in it. */
function utf8(header: string | undefined): string {
  return Buffer.from(header ?? '', 'latin1').toString('utf8');
}

function openObjects(): readonly string[] {
  return openFilesUnder(join(server.dataDirectory, 'objects', 'cos', 'objects'));
}

describe('a ranged download', () => {
  const WHOLE = { status: 200, text: BODY, range: undefined };
  const UNSATISFIABLE = { status: 416, range: 'bytes */10' };
  it.each([
    { range: 'bytes=0-0', expected: { status: 206, text: '0', range: 'bytes 0-0/10' } },
    { range: 'bytes=2-4', expected: { status: 206, text: '234', range: 'bytes 2-4/10' } },
    { range: 'bytes=7-', expected: { status: 206, text: '789', range: 'bytes 7-9/10' } },
    { range: 'bytes=-3', expected: { status: 206, text: '789', range: 'bytes 7-9/10' } },
    { range: 'bytes=-99', expected: { status: 206, text: BODY, range: 'bytes 0-9/10' } },
    { range: 'bytes=8-99999999999999999999', expected: { status: 206, text: '89', range: 'bytes 8-9/10' } },
    { range: 'bytes=10-', expected: UNSATISFIABLE },
    { range: 'bytes=99999999999999999999-', expected: UNSATISFIABLE },
    { range: 'bytes=-0', expected: UNSATISFIABLE },
    { range: 'bytes=4-2', expected: WHOLE },
    { range: 'bytes=a-b', expected: WHOLE },
    { range: 'bytes=0-1,3-4', expected: WHOLE },
    { range: 'lines=0-1', expected: WHOLE },
  ])('answers $range', async ({ range, expected }) => {
    const response = await send({ target: '/digits', headers: { Range: range } });
    expect(response.status).toBe(expected.status);
    expect(response.headers['content-range']).toBe(expected.range);
    if ('text' in expected) {
      expect(response.text).toBe(expected.text);
      expect(response.headers['content-length']).toBe(String(expected.text.length));
      expect(response.headers).toMatchObject({ 'accept-ranges': 'bytes', etag: ETAG });
    } else {
      expect(response.code).toBe('InvalidRange');
    }
  });

  it('does not take long over a range that is mostly blanks', async () => {
    const started = performance.now();
    const Range = `bytes=${' '.repeat(60_000)}x`;
    expect((await send({ target: '/digits', headers: { Range } })).text).toBe(BODY);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('counts If-Range', async () => {
    const headers = { Range: 'bytes=0-1', 'If-Range': ETAG };
    expect((await send({ target: '/digits', headers })).text).toBe('01');
    expect((await send({ target: '/digits', headers: { ...headers, 'If-Range': '"x"' } })).text).toBe(BODY);
  });
});

describe('a conditional download', () => {
  const CASES = [
    { headers: { 'If-None-Match': ETAG }, status: 304 },
    { headers: { 'If-None-Match': ETAG.slice(1, -1) }, status: 304 },
    { headers: { 'If-None-Match': '*' }, status: 304 },
    { headers: { 'If-None-Match': '"x"' }, status: 200 },
    { headers: { 'If-Match': ETAG }, status: 200 },
    { headers: { 'If-Match': '"x"' }, status: 412 },
    { headers: { 'If-Modified-Since': FUTURE }, status: 304 },
    { headers: { 'If-Modified-Since': PAST }, status: 200 },
    { headers: { 'If-Unmodified-Since': PAST }, status: 412 },
    { headers: { 'If-Unmodified-Since': FUTURE }, status: 200 },
    { headers: { 'If-None-Match': '"x"', 'If-Modified-Since': FUTURE }, status: 200 },
    { headers: { 'If-Modified-Since': 'not a date' }, status: 200 },
  ];

  it.each(CASES)('with $headers is answered $status', async ({ headers, status }) => {
    const get = await send({ target: '/digits', headers });
    expect(get.status).toBe(status);
    expect(get.text).toBe(status === 200 ? BODY : status === 304 ? '' : get.text);
    if (status === 304) expect(get.headers.etag).toBe(ETAG);
    if (status === 412) expect(get.code).toBe('PreconditionFailed');
    const head = await send({ method: 'HEAD', target: '/digits', headers });
    expect([head.status, head.text]).toEqual([status, '']);
  });
});

describe('response-* parameters', () => {
  it('name the download in UTF-8', async () => {
    const disposition = 'attachment; filename="报告.pdf"';
    const target = `/digits?response-content-disposition=${encodeURIComponent(disposition)}&response-expires=0`;
    const { headers } = await send({ target });
    expect(utf8(headers['content-disposition'])).toBe(disposition);
    expect(headers.expires).toBe('0');
  });

  it('are not needed for a name that came with the upload', async () => {
    const disposition = 'attachment; filename="报告.pdf"';
    const headers = { 'Content-Disposition': Buffer.from(disposition).toString('latin1') };
    await send({ method: 'PUT', target: '/named', body: 'x', headers });
    for (const method of ['GET', 'HEAD']) {
      const response = await send({ method, target: '/named' });
      expect(utf8(response.headers['content-disposition'])).toBe(disposition);
    }
  });

  it.each(['%0D%0AX-Injected:%20yes', '%0AX-Injected:%20yes', '%00', '%7F'])(
    'cannot add a header with %s',
    async characters => {
      const response = await send({ target: `/digits?response-content-type=text/plain${characters}` });
      expect([response.status, response.code]).toEqual([400, 'InvalidArgument']);
      expect(response.headers).not.toHaveProperty('x-injected');
    },
  );
});

describe('an upload', () => {
  it.each([
    { name: 'the right Content-MD5', digest: md5('new', 'base64'), outcome: [200, undefined] },
    { name: 'a wrong Content-MD5', digest: md5('old', 'base64'), outcome: [400, 'BadDigest'] },
    { name: 'a hexadecimal Content-MD5', digest: md5('new'), outcome: [400, 'InvalidDigest'] },
    { name: 'a Content-MD5 that is no Base64', digest: '*'.repeat(22), outcome: [400, 'InvalidDigest'] },
  ])('with $name is $outcome', async ({ digest, outcome }) => {
    await send({ method: 'PUT', target: '/digest', body: 'former' });
    const headers = { 'Content-MD5': digest };
    const { status, code } = await send({ method: 'PUT', target: '/digest', body: 'new', headers });
    expect([status, code]).toEqual(outcome);
    expect((await send({ target: '/digest' })).text).toBe(status === 200 ? 'new' : 'former');
  });

  it('in chunks is an upload like any other', async () => {
    const put = await send({ method: 'PUT', target: '/chunked', body: 'in many chunks', chunked: true });
    expect(put).toMatchObject({ status: 200, headers: { etag: `"${md5('in many chunks')}"` } });
    const get = await send({ target: '/chunked' });
    expect(get).toMatchObject({ text: 'in many chunks', headers: { 'content-length': '14' } });
  });

  it('of nothing makes an empty object', async () => {
    expect(await send({ method: 'PUT', target: '/empty', body: '' })).toMatchObject({
      status: 200,
      headers: { etag: '"d41d8cd98f00b204e9800998ecf8427e"', 'x-cos-hash-crc64ecma': '0' },
    });
    const get = await send({ target: '/empty' });
    expect(get).toMatchObject({ status: 200, text: '', headers: { 'content-length': '0' } });
  });

  it('without Content-Length and not in chunks is refused', async () => {
    const lines = signedLines(HOST, { method: 'PUT', target: '/unmeasured' });
    const response = await sendRawRequest(server.cos, rawRequest('PUT /unmeasured HTTP/1.1', lines));
    expect([response.status, response.code]).toEqual([411, 'MissingContentLength']);
    expect((await send({ target: '/unmeasured' })).status).toBe(404);
  });

  it.each([
    { name: 'with Content-Length', length: 'Content-Length: 1000', body: 'half' },
    { name: 'in chunks', length: 'Transfer-Encoding: chunked', body: '4\r\nhalf\r\n' },
  ])('that ends too soon, $name, leaves what was there', async ({ length, body }) => {
    const staging = join(server.dataDirectory, 'objects', 'cos', 'staging');
    for (const [target, former] of [
      ['/digits', BODY],
      ['/never', undefined],
    ] as const) {
      const lines = signedLines(HOST, { method: 'PUT', target });
      const connection = await openConnection(server.cos);
      connection.write([`PUT ${target} HTTP/1.1`, ...lines, length, '', body].join('\r\n'));
      await vi.waitFor(() => expect(readdirSync(staging)).not.toEqual([]));
      connection.destroy();
      await vi.waitFor(() => expect(readdirSync(staging)).toEqual([]));
      const get = await send({ target });
      expect([get.status, get.status === 200 ? get.text : undefined]).toEqual([former ? 200 : 404, former]);
    }
  });

  it('that the client only half closes is told of it', async () => {
    const lines = signedLines(HOST, { method: 'PUT', target: '/half' });
    const connection = await openConnection(server.cos);
    connection.write(['PUT /half HTTP/1.1', ...lines, 'Content-Length: 1000', '', 'half'].join('\r\n'));
    connection.endWriting();
    const received = await connection.untilClosed();
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect((await send({ target: '/half' })).status).toBe(404);
  });

  it.each([
    { bytes: 850, status: 200, code: undefined },
    { bytes: 851, status: 400, code: 'KeyTooLong' },
    { bytes: 5000, status: 400, code: 'KeyTooLong' },
  ])('under a key of $bytes bytes is answered $status', async ({ bytes, status, code }) => {
    const key = `${'文'.repeat(Math.floor(bytes / 3))}${'a'.repeat(bytes % 3)}`;
    expect(Buffer.byteLength(key)).toBe(bytes);
    for (const request of [{ method: 'PUT', body: 'x' }, {}, { method: 'DELETE' }]) {
      const response = await send({ ...request, target: objectTarget(key) });
      expect(response.code).toBe(code);
      expect(Math.floor(response.status / 100)).toBe(Math.floor(status / 100));
    }
  });
});

describe('access', () => {
  const ANONYMOUS = { key: 'anonymous' } as const;

  it('to a private object is for those who sign', async () => {
    const response = await send({ target: '/digits', ...ANONYMOUS });
    expect([response.status, response.code]).toEqual([403, 'AccessDenied']);
    expect(response.text).toContain('<Message>Access Denied.</Message>');
    expect(response.text).toMatch(/<ServerTime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/ServerTime>/);
  });

  it('to a private bucket does not tell which keys there are', async () => {
    expect((await send({ target: '/none', ...ANONYMOUS })).code).toBe('AccessDenied');
    expect((await sendPublic({ target: '/none', ...ANONYMOUS })).code).toBe('NoSuchKey');
  });

  it('to an object follows its own list before that of the bucket', async () => {
    await send({ method: 'PUT', target: '/shared', body: 'x', headers: { 'x-cos-acl': 'public-read' } });
    await sendPublic({ method: 'PUT', target: '/kept', body: 'x', headers: { 'x-cos-acl': 'private' } });
    expect((await send({ target: '/shared', ...ANONYMOUS })).status).toBe(200);
    expect((await sendPublic({ target: '/kept', ...ANONYMOUS })).status).toBe(403);
  });

  it('to a public-read bucket is reading only', async () => {
    const statuses = [];
    for (const request of [
      { target: '/digits' },
      { target: '/digits', headers: { Authorization: '' } },
      { target: '/' },
      { method: 'PUT', target: '/new', body: 'x' },
      { method: 'DELETE', target: '/digits' },
      { method: 'POST', target: '/?delete', body: '<Delete><Object><Key>digits</Key></Object></Delete>' },
      { method: 'DELETE', target: '/' },
      { target: '/?cors' },
      { method: 'PUT', target: '/?cors', body: '<CORSConfiguration/>' },
    ]) {
      statuses.push((await sendPublic({ ...request, ...ANONYMOUS })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 403, 403, 403, 403, 403, 403]);
  });

  it('by a presigned query is for as long as it says', async () => {
    const request = { method: 'GET', target: '/digits', headers: { host: HOST } };
    const now = Math.floor(Date.now() / 1000);
    const good = await send({ target: presignCosTarget(request), ...ANONYMOUS });
    expect(good.text).toBe(BODY);
    const old = presignCosTarget(request, { start: now - 100, end: now - 10 });
    expect((await send({ target: old, ...ANONYMOUS })).text).toContain('Request has expired');
    const forged = presignCosTarget(request, { key: { id: 'AKIDcrossgatelocal', secret: 'guessed' } });
    const refused = await send({ target: forged, ...ANONYMOUS });
    expect(refused.code).toBe('SignatureDoesNotMatch');
    expect(refused.text).toContain(`<FormatString>get\n/digits\n\nhost=${HOST}\n</FormatString>`);
  });

  it.each([
    ['Basic dXNlcjpwYXNz', 'AccessDenied'],
    ['q-sign-algorithm=sha1', 'AccessDenied'],
    [
      'q-sign-algorithm=md5&q-ak=a&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=',
      'AccessDenied',
    ],
    [
      'q-sign-algorithm=sha1&q-ak=a&q-sign-time=x&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=',
      'AccessDenied',
    ],
    ['&&&===', 'AccessDenied'],
  ])('with the malformed signature %j is denied', async (Authorization, code) => {
    const response = await sendPublic({ target: '/digits', headers: { Authorization } });
    expect([response.status, response.code]).toEqual([403, code]);
  });
});

describe('what is not implemented', () => {
  it.each([
    ['GET', '/?acl'],
    ['PUT', '/digits?acl'],
    ['GET', '/?lifecycle'],
    ['GET', '/?versioning'],
    ['GET', '/digits?versionId=x'],
    ['GET', '/digits?imageMogr2/thumbnail/!50p'],
    ['GET', '/digits?ci-process=snapshot'],
    ['PUT', '/?tagging='],
    ['POST', '/digits?append&position=0'],
  ])('says so: %s %s', async (method, target) => {
    const response = await send({ method, target, ...(method !== 'GET' && { body: '' }) });
    expect([response.status, response.code]).toEqual([501, 'NotImplemented']);
    expect((await send({ target: '/digits' })).text).toBe(BODY);
  });
});

describe('an upload that asks for more than is done', () => {
  it.each([
    ['x-cos-server-side-encryption-customer-algorithm', 'AES256'],
    ['x-cos-server-side-encryption-cos-kms-key-id', 'key'],
    ['x-cos-forbid-overwrite', 'true'],
    ['x-cos-grant-read', 'id="1"'],
  ])('is refused, and changes nothing: %s', async (name, value) => {
    const response = await send({
      method: 'PUT',
      target: '/digits',
      body: 'new',
      headers: { [name]: value },
    });
    expect([response.status, response.code]).toEqual([501, 'NotImplemented']);
    expect((await send({ target: '/digits' })).text).toBe(BODY);
  });
});

describe('deleting many', () => {
  it('tells which key cannot be, and deletes the others', async () => {
    await send({ method: 'PUT', target: '/doomed', body: 'x' });
    const tooLong = 'k'.repeat(1025);
    const keys = ['doomed', tooLong].map(key => `<Object><Key>${key}</Key></Object>`).join('');
    const response = await send({ method: 'POST', target: '/?delete', body: `<Delete>${keys}</Delete>` });
    expect(response.status).toBe(200);
    expect(response.text).toContain('<Deleted>\n\t\t<Key>doomed</Key>\n\t</Deleted>');
    expect(response.text).toContain(`<Error>\n\t\t<Key>${tooLong}</Key>\n\t\t<Code>KeyTooLong</Code>`);
    expect((await send({ target: '/doomed' })).status).toBe(404);
  });

  it('quietly answers with the documented 15 bytes', async () => {
    const body = '<Delete><Object><Key>none</Key></Object><Quiet>true</Quiet></Delete>';
    expect((await send({ method: 'POST', target: '/?delete', body })).text).toBe('<DeleteResult/>');
  });
});

describe.skipIf(!existsSync('/proc/self/fd'))('an answer that is not read', () => {
  it('keeps no file open, whatever the answer was', async () => {
    await send({ method: 'PUT', target: '/long', body: Buffer.alloc(4 * 1024 * 1024) });
    for (const headers of [{ Range: 'bytes=99999999-' }, { 'If-Match': '"x"' }, { 'If-None-Match': '*' }]) {
      await send({ target: '/long', headers });
    }
    await send({ target: '/long?response-expires=%0A' });
    await send({ method: 'HEAD', target: '/long' });
    await send({ target: '/long', key: 'anonymous' });
    const lines = signedLines(HOST, { target: '/long' });
    const connection = await openConnection(server.cos);
    connection.write(rawRequest('GET /long HTTP/1.1', lines));
    connection.destroy();
    await vi.waitFor(() => expect(openObjects()).toEqual([]));
  });

  it('is begun when the one before it is complete, however many are asked for at once', async () => {
    // More than the buffers of a connection take in.
    await send({ method: 'PUT', target: '/long', body: Buffer.alloc(32 * 1024 * 1024) });
    const lines = signedLines(HOST, { target: '/long' });
    const [host = '', port = ''] = server.cos.split(':');
    const connection = connect({ host, port: Number(port) }).pause();
    connection.write(['GET /long HTTP/1.1', ...lines, '', ''].join('\r\n').repeat(60));
    await vi.waitFor(() => expect(openObjects()).toHaveLength(1));
    expect((await send({ target: '/digits' })).text).toBe(BODY);
    await vi.waitFor(() => expect(openObjects()).toHaveLength(1));
    connection.destroy();
    await vi.waitFor(() => expect(openObjects()).toEqual([]));
  });
});

describe('listing', () => {
  it('finds what a naive listing finds, page by page', async () => {
    const bucket = await createBucket(server.cos, 'listing-1250000000', { 'x-cos-acl': 'public-read-write' });
    const list = { key: 'anonymous' } as const;
    const part = fc.constantFrom('a', 'b', '/', '文', '😀', '+', ' ', '&');
    const keys = fc.uniqueArray(
      fc.array(part, { minLength: 1, maxLength: 5 }).map(p => p.join('')),
      { maxLength: 8 },
    );
    const query = fc.record({
      prefix: fc.constantFrom('', 'a', 'a/', '文'),
      delimiter: fc.constantFrom('', '/', '😀'),
    });
    await fc.assert(
      fc.asyncProperty(
        keys,
        query,
        fc.integer({ min: 1, max: 4 }),
        async (all, { prefix, delimiter }, size) => {
          for (const key of all)
            await bucket({ method: 'PUT', target: objectTarget(key), body: key, ...list });
          const found: string[] = [];
          let marker = '';
          for (let page = 0; page <= all.length; page++) {
            const parameters = {
              prefix,
              delimiter,
              marker,
              'max-keys': String(size),
              'encoding-type': 'url',
            };
            const { text } = await bucket({ target: `/?${new URLSearchParams(parameters)}`, ...list });
            const entries = [...text.matchAll(/<(?:Key|CommonPrefixes>\s*<Prefix)>([^<]*)</g)];
            expect(entries.length).toBeLessThanOrEqual(size);
            found.push(...entries.map(([, entry = '']) => decodeURIComponent(entry)));
            marker = decodeURIComponent(/<NextMarker>([^<]*)</.exec(text)?.[1] ?? '');
            if (marker === '') break;
          }
          for (const key of all) await bucket({ method: 'DELETE', target: objectTarget(key), ...list });
          expect(found.toSorted()).toEqual([...naive(all, prefix, delimiter)].toSorted());
        },
      ),
      { numRuns: 25 },
    );
  });

  function naive(all: readonly string[], prefix: string, delimiter: string): Set<string> {
    const matching = all.filter(key => key.startsWith(prefix));
    if (delimiter === '') return new Set(matching);
    return new Set(
      matching.map(key => {
        const at = key.indexOf(delimiter, prefix.length);
        return at === -1 ? key : key.slice(0, at + delimiter.length);
      }),
    );
  }

  it.each(['max-keys=1001', 'max-keys=-1', 'max-keys=x', 'encoding-type=base64'])(
    'refuses %s',
    async query => {
      const response = await send({ target: `/?${query}` });
      expect([response.status, response.code]).toEqual([400, 'InvalidArgument']);
    },
  );

  it('takes a prefix and a marker that no key can have', async () => {
    for (const name of ['prefix', 'marker']) {
      const { status, text } = await send({ target: `/?${name}=${'z'.repeat(3000)}` });
      expect(status).toBe(200);
      expect(text).toContain('<IsTruncated>false</IsTruncated>');
      expect(text).not.toContain('<Contents>');
    }
  });
});
