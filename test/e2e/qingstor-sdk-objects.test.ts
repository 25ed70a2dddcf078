/** The SDK of QingStor for Node.js against the server: objects, multipart uploads and presigned URLs. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { failedCall, openQingstorSdk, type SdkBucket } from '../support/qingstor-sdk.ts';

const BUCKET = 'sdk-objects';
const PART = 4 * 1024 * 1024;

let server: LocalServer;
let bucket: SdkBucket;
/** The same, whose bodies are bytes. */
let binary: SdkBucket;

beforeAll(async () => {
  server = await startLocalServer();
  bucket = openQingstorSdk(server.qingstor).Bucket(BUCKET, '');
  const bytes = { getAxiosConfig: () => ({ responseType: 'arraybuffer' }) };
  binary = openQingstorSdk(server.qingstor, bytes).Bucket(BUCKET, '');
  await bucket.put();
});

afterAll(() => server.stop());

function quotedMd5(bytes: string | Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

async function textOf(key: string): Promise<unknown> {
  return (await bucket.getObject(key)).data;
}

async function keysUnder(prefix: string): Promise<string[]> {
  const { data } = await bucket.listObjects({ prefix });
  return (data as { readonly keys: readonly { readonly key: string }[] }).keys.map(({ key }) => key);
}

describe('an object', () => {
  it('comes back byte for byte, with what its upload said of it', async () => {
    const body = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255));
    const request = bucket.putObjectRequest('docs/read me.bin', {
      body,
      'Content-Type': 'image/x-own',
      'Cache-Control': 'max-age=60',
    });
    // The SDK has no parameter for metadata that the service keeps.
    request.operation.headers['x-qs-meta-author'] = 'somebody';
    const put = await request.send();
    expect([put.status, put.headers.etag]).toEqual([201, quotedMd5(body)]);
    const get = await binary.getObject('docs/read me.bin');
    expect(body.equals(get.data as Buffer)).toBe(true);
    const told = {
      etag: quotedMd5(body),
      'content-type': 'image/x-own',
      'content-length': '70000',
      'cache-control': 'max-age=60',
      'x-qs-meta-author': 'somebody',
      'x-qs-storage-class': 'STANDARD',
      'last-modified': expect.stringMatching(/GMT$/),
    };
    expect(get.headers).toMatchObject(told);
    const head = await bucket.headObject('docs/read me.bin');
    expect(head.headers).toMatchObject(told);
  });

  it('has the type for bytes when nobody says another, and may be empty', async () => {
    await bucket.putObject('untyped', { body: '' });
    const { headers, data } = await bucket.getObject('untyped');
    expect(headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-length': '0' });
    expect(data).toBe('');
  });

  it('is read in part, and on conditions', async () => {
    await bucket.putObject('digits', { body: 'x0123456789' });
    const part = await bucket.getObject('digits', { Range: 'bytes=2-4' });
    expect([part.status, part.headers['content-range'], part.data]).toEqual([206, 'bytes 2-4/11', 123]);
    const beyond = await failedCall(bucket.getObject('digits', { Range: 'bytes=90-' }));
    expect(beyond).toMatchObject({ status: 416, data: { code: 'invalid_range' } });
    // The SDK would escape quotes.
    const etag = quotedMd5('x0123456789').replaceAll('"', '');
    const unchanged = bucket.getObject('digits', { 'If-None-Match': etag });
    expect((await failedCall(unchanged)).status).toBe(304);
    const changed = await failedCall(bucket.getObject('digits', { 'If-Match': 'other' }));
    expect(changed).toMatchObject({ status: 412, data: { code: 'precondition_failed' } });
  });

  it('is deleted, also when it is not there', async () => {
    await bucket.putObject('doomed', { body: 'x' });
    expect((await bucket.deleteObject('doomed')).status).toBe(204);
    expect((await bucket.deleteObject('doomed')).status).toBe(204);
    expect((await failedCall(bucket.headObject('doomed'))).status).toBe(404);
  });
});

describe('listObjects', () => {
  const KEYS = ['list/a/1', 'list/a/2', 'list/b', 'list/c+ d', 'list/中'];
  beforeAll(async () => {
    for (const key of KEYS) await bucket.putObject(key, { body: key });
  });

  it('tells of each object', async () => {
    const { data } = await bucket.listObjects({ prefix: 'list/中' });
    expect(data).toMatchObject({
      name: BUCKET,
      prefix: 'list/中',
      delimiter: '',
      limit: 100,
      marker: '',
      next_marker: '',
      has_more: false,
      common_prefixes: [],
      keys: [
        {
          key: 'list/中',
          size: 8,
          etag: quotedMd5('list/中'),
          mime_type: 'application/octet-stream',
          storage_class: 'STANDARD',
          encrypted: false,
        },
      ],
    });
  });

  it('rolls up by prefix and delimiter', async () => {
    const { data } = await bucket.listObjects({ prefix: 'list/', delimiter: '/' });
    expect(data).toMatchObject({ common_prefixes: ['list/a/'] });
    expect((data as { keys: { key: string }[] }).keys.map(({ key }) => key)).toEqual(KEYS.slice(2));
  });

  it('goes page by page to the same end', async () => {
    const found: string[] = [];
    let marker: string | undefined;
    for (let pages = 0; pages < KEYS.length; pages++) {
      const { data } = await bucket.listObjects({ prefix: 'list/', limit: 2, ...(marker && { marker }) });
      const page = data as { keys: { key: string }[]; has_more: boolean; next_marker: string };
      found.push(...page.keys.map(({ key }) => key));
      marker = page.next_marker;
      if (!page.has_more) break;
    }
    expect(found).toEqual(KEYS);
  });
});

describe('copy and move', () => {
  /** As users of the SDK write it: the SDK escapes it. */
  const source = `/${BUCKET}/from/原 件+1`;

  it('copy an object with what belongs to it', async () => {
    await bucket.putObject('from/原 件+1', { body: 'the original', 'Content-Type': 'text/x-own' });
    const copied = await bucket.putObject('to/copy', { 'X-QS-Copy-Source': source });
    expect([copied.status, copied.headers.etag]).toEqual([201, quotedMd5('the original')]);
    const { data, headers } = await bucket.getObject('to/copy');
    expect([data, headers['content-type']]).toEqual(['the original', 'text/x-own']);
    expect(await textOf('from/原 件+1')).toBe('the original');
  });

  it.each(['REPLACE', 'full'])('give it what the request says, when it says %s', async directive => {
    const copied = await bucket.putObject('to/copy', {
      'X-QS-Copy-Source': source,
      'X-QS-Metadata-Directive': directive,
      'Content-Type': 'text/x-other',
    });
    expect(copied.status).toBe(201);
    expect((await bucket.headObject('to/copy')).headers['content-type']).toBe('text/x-other');
  });

  it('copy on conditions', async () => {
    const call = bucket.putObject('to/none', {
      'X-QS-Copy-Source': source,
      'X-QS-Copy-Source-If-Match': 'other',
    });
    expect(await failedCall(call)).toMatchObject({ status: 412, data: { code: 'precondition_failed' } });
    expect((await failedCall(bucket.headObject('to/none'))).status).toBe(404);
  });

  it('copy nothing that is not there', async () => {
    const missing = bucket.putObject('to/none', { 'X-QS-Copy-Source': `/${BUCKET}/nothing` });
    expect(await failedCall(missing)).toMatchObject({ status: 404, data: { code: 'object_not_exists' } });
    const elsewhere = bucket.putObject('to/none', { 'X-QS-Copy-Source': '/missing/nothing' });
    expect(await failedCall(elsewhere)).toMatchObject({ status: 404, data: { code: 'bucket_not_exists' } });
  });

  it('move an object away', async () => {
    const moved = await bucket.putObject('to/moved', { 'X-QS-Move-Source': source });
    expect(moved.status).toBe(201);
    expect(await textOf('to/moved')).toBe('the original');
    expect((await failedCall(bucket.headObject('from/原 件+1'))).status).toBe(404);
    const again = bucket.putObject('to/moved', { 'X-QS-Move-Source': source });
    expect((await failedCall(again)).status).toBe(404);
    expect(await textOf('to/moved')).toBe('the original');
  });

  it('leave an object that is moved onto itself', async () => {
    await bucket.putObject('to/moved', { 'X-QS-Move-Source': `/${BUCKET}/to/moved` });
    expect(await textOf('to/moved')).toBe('the original');
  });
});

describe('deleteMultipleObjects', () => {
  it('deletes those that are there, and those that are not', async () => {
    const keys = ['many/a', 'many/中 +%', 'many/not there'];
    for (const key of keys.slice(0, 2)) await bucket.putObject(key, { body: key });
    await bucket.putObject('many/kept', { body: 'kept' });
    const { status, data } = await bucket.deleteMultipleObjects({ objects: keys.map(key => ({ key })) });
    expect([status, data]).toEqual([200, { deleted: keys.map(key => ({ key })), errors: [] }]);
    expect(await keysUnder('many/')).toEqual(['many/kept']);
  });

  it('says nothing of those that are deleted when it is to be quiet', async () => {
    const { data } = await bucket.deleteMultipleObjects({ quiet: true, objects: [{ key: 'many/kept' }] });
    expect(data).toMatchObject({ errors: [] });
    expect(await keysUnder('many/')).toEqual([]);
  });
});

describe('a multipart upload', () => {
  const BODIES = [Buffer.alloc(PART, 'a'), Buffer.alloc(PART, 'b'), Buffer.from('the end')];
  const key = 'parts/大 文件';

  async function initiate(options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { status, data } = await bucket.initiateMultipartUpload(key, options);
    expect([status, data]).toEqual([200, { bucket: BUCKET, key, upload_id: expect.stringMatching(/./) }]);
    return (data as { readonly upload_id: string }).upload_id;
  }

  it('makes an object of its parts, numbered from 0', async () => {
    const upload_id = await initiate({ 'Content-Type': 'video/x-own' });
    for (const [index, body] of [...BODIES.entries()].toReversed()) {
      // The SDK takes the number 0 for none.
      const part = await bucket.uploadMultipart(key, { upload_id, part_number: String(index), body });
      expect([part.status, part.headers.etag]).toEqual([201, quotedMd5(body)]);
    }
    const listed = await bucket.listMultipart(key, { upload_id });
    expect(listed.data).toMatchObject({
      count: 3,
      object_parts: BODIES.map((body, part_number) => ({
        part_number,
        size: body.length,
        etag: quotedMd5(body),
      })),
    });
    expect((await bucket.listMultipartUploads()).data).toMatchObject({ uploads: [{ key, upload_id }] });
    expect(await keysUnder('parts/')).toEqual([]);
    const completed = await bucket.completeMultipartUpload(key, {
      upload_id,
      object_parts: BODIES.map((_, part_number) => ({ part_number })),
    });
    expect(completed.status).toBe(201);
    const { data, headers } = await binary.getObject(key);
    expect(Buffer.concat(BODIES).equals(data as Buffer)).toBe(true);
    expect(headers).toMatchObject({ 'content-type': 'video/x-own', etag: expect.stringMatching(/-3"$/) });
    expect(await keysUnder('parts/')).toEqual([key]);
    expect((await bucket.listMultipartUploads()).data).toMatchObject({ uploads: [] });
    const gone = await failedCall(bucket.listMultipart(key, { upload_id }));
    expect(gone).toMatchObject({ status: 400, data: { code: 'upload_not_exists' } });
  });

  it('takes what an object has for a part', async () => {
    await bucket.putObject('parts/source', { body: '0123456789' });
    const upload_id = await initiate();
    const part = await bucket.uploadMultipart(key, {
      upload_id,
      part_number: 1,
      'X-QS-Copy-Source': `/${BUCKET}/parts/source`,
      'X-QS-Copy-Range': 'bytes=2-5',
    });
    expect([part.status, part.headers.etag]).toEqual([201, quotedMd5('2345')]);
    await bucket.completeMultipartUpload(key, { upload_id, object_parts: [{ part_number: 1 }] });
    expect((await binary.getObject(key)).data).toEqual(Buffer.from('2345'));
  });

  it('is given up', async () => {
    const upload_id = await initiate();
    await bucket.uploadMultipart(key, { upload_id, part_number: 1, body: 'x' });
    expect((await bucket.abortMultipartUpload(key, { upload_id })).status).toBe(204);
    const late = await failedCall(bucket.uploadMultipart(key, { upload_id, part_number: 2, body: 'x' }));
    expect(late).toMatchObject({ status: 400, data: { code: 'upload_not_exists' } });
    const again = await failedCall(bucket.abortMultipartUpload(key, { upload_id }));
    expect(again).toMatchObject({ status: 400, data: { code: 'upload_not_exists' } });
  });
});

describe('a presigned URL', () => {
  it('is good for whoever has it, until its end', async () => {
    await bucket.putObject('signed/中 +', { body: 'for you' });
    const options = { 'response-content-type': 'text/plain; charset=utf-8' };
    const { operation } = await bucket.getObjectRequest('signed/中 +', options).signQuery(60);
    const response = await fetch(operation.uri);
    expect([response.status, await response.text()]).toEqual([200, 'for you']);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const { operation: late } = await bucket.getObjectRequest('signed/中 +').signQuery(-2);
    const expired = await fetch(late.uri);
    expect([expired.status, await expired.json()]).toMatchObject([403, { code: 'request_expired' }]);
  });

  it('is for what it names alone', async () => {
    const { operation } = await bucket.getObjectRequest('signed/中 +').signQuery(60);
    const other = await fetch(operation.uri.replace('signed', 'other'));
    expect([other.status, await other.json()]).toMatchObject([401, { code: 'signature_not_matched' }]);
    const write = await fetch(operation.uri, { method: 'PUT', body: 'new' });
    expect(write.status).toBe(401);
    expect(await textOf('signed/中 +')).toBe('for you');
  });

  it('uploads', async () => {
    const { operation } = await bucket.putObjectRequest('signed/up').signQuery(60);
    const response = await fetch(operation.uri, { method: 'PUT', body: Buffer.from('sent up') });
    expect(response.status).toBe(201);
    expect(await textOf('signed/up')).toBe('sent up');
  });
});
