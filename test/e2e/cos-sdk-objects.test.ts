/** The SDK of Tencent for Node.js against the server: buckets, objects and presigned URLs. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosHost, REGION, sendCos } from '../support/cos-http.ts';
import { type Addressing, of, openCosSdk, sdkError } from '../support/cos-sdk.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

const BUCKET = 'sdk-objects-1250000000';
const LISTED = 'sdk-listed-1250000000';

let server: LocalServer;
let cos: COS;

beforeAll(async () => {
  server = await startLocalServer();
  cos = openCosSdk(server.cos);
  await cos.putBucket(of(BUCKET));
});

afterAll(() => server.stop());

describe('the bucket calls', () => {
  it('make a bucket once, find it, list it, and delete it', async () => {
    const bucket = of('sdk-made-1250000000');
    expect(await cos.putBucket(bucket)).toMatchObject({ statusCode: 200 });
    expect(await sdkError(cos.putBucket(bucket))).toMatchObject({
      code: 'BucketAlreadyOwnedByYou',
      statusCode: 409,
    });
    const head = await cos.headBucket(bucket);
    expect(head.headers).toMatchObject({ 'x-cos-bucket-region': REGION });
    const { Buckets, Owner } = await cos.getService();
    expect(Buckets).toContainEqual(expect.objectContaining({ Name: bucket.Bucket, Location: REGION }));
    expect(Owner.ID).toBe('1250000000');
    await cos.putObject({ ...bucket, Key: 'a', Body: 'a' });
    expect(await sdkError(cos.deleteBucket(bucket))).toMatchObject({
      code: 'BucketNotEmpty',
      statusCode: 409,
    });
    await cos.deleteObject({ ...bucket, Key: 'a' });
    expect(await cos.deleteBucket(bucket)).toMatchObject({ statusCode: 204 });
    expect(await sdkError(cos.headBucket(bucket))).toMatchObject({ statusCode: 404 });
  });

  it.each([
    ['public-read', 200, 403],
    ['public-read-write', 200, 200],
    ['private', 403, 403],
  ] as const)('make a bucket that is %s', async (ACL, readable, writable) => {
    const Bucket = `s-${ACL}-1250000000`;
    await cos.putBucket({ ...of(Bucket), ACL });
    await cos.putObject({ ...of(Bucket), Key: 'a', Body: 'text' });
    const anonymous = { target: '/a', key: 'anonymous' } as const;
    const read = await sendCos(server.cos, cosHost(Bucket), anonymous);
    const write = await sendCos(server.cos, cosHost(Bucket), { ...anonymous, method: 'PUT', body: 'new' });
    expect([read.status, write.status]).toEqual([readable, writable]);
  });
});

describe('getBucket', () => {
  const KEYS = ['a/1', 'a/2', 'a/b/3', 'a b+c', 'b&<>"1', 'c', '中文/文件', '中文/😀'];

  beforeAll(async () => {
    await cos.putBucket(of(LISTED));
    for (const Key of KEYS) await cos.putObject({ ...of(LISTED), Key, Body: Key });
  });

  const byBytes = (keys: readonly string[]): string[] =>
    keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

  it('lists what there is, by the bytes of the keys', async () => {
    const listing = await cos.getBucket(of(LISTED));
    expect(listing).toMatchObject({ Name: LISTED, IsTruncated: 'false', MaxKeys: '1000' });
    expect(listing.Contents.map(({ Key }) => Key)).toEqual(byBytes(KEYS));
    const [first] = listing.Contents;
    const size = Buffer.byteLength('a b+c');
    const md5 = createHash('md5').update('a b+c').digest('hex');
    expect(first).toMatchObject({ Size: String(size), ETag: `"${md5}"`, StorageClass: 'STANDARD' });
  });

  it('rolls up by prefix and delimiter', async () => {
    const listing = await cos.getBucket({ ...of(LISTED), Prefix: 'a', Delimiter: '/' });
    expect(listing.Contents.map(({ Key }) => Key)).toEqual(['a b+c']);
    expect(listing.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
  });

  it.each([undefined, 'url'] as const)(
    'goes page by page to the same end, encoding %s',
    async EncodingType => {
      const found: string[] = [];
      let Marker: string | undefined;
      for (let pages = 0; pages <= KEYS.length; pages++) {
        const listing = await cos.getBucket({
          ...of(LISTED),
          MaxKeys: 3,
          ...(Marker !== undefined && { Marker }),
          ...(EncodingType && { EncodingType }),
        });
        const text = (key: string): string => (EncodingType ? decodeURIComponent(key) : key);
        found.push(...listing.Contents.map(({ Key }) => text(Key)));
        if (listing.IsTruncated === 'false') break;
        Marker = text(listing.NextMarker ?? '');
      }
      expect(found).toEqual(byBytes(KEYS));
    },
  );
});

describe('the object calls', () => {
  it('keep an object with its headers and metadata', async () => {
    const object = { ...of(BUCKET), Key: 'docs/read me.txt' };
    const body = Buffer.from('[Object Content]');
    const put = await cos.putObject({
      ...object,
      Body: body,
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="a.txt"',
      'x-cos-meta-author': 'somebody',
    });
    // The values of the documentation's own example, "PUT Object".
    expect(put.ETag).toBe('"ee8de918d05640145b18f70f4c3aa602"');
    expect(put.headers).toMatchObject({ 'x-cos-hash-crc64ecma': '16749565679157681890' });
    const get = await cos.getObject(object);
    expect(get.Body.equals(body)).toBe(true);
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'max-age=60',
      'content-disposition': 'attachment; filename="a.txt"',
      'x-cos-meta-author': 'somebody',
      'x-cos-hash-crc64ecma': '16749565679157681890',
      'content-length': '16',
    };
    expect(get.headers).toMatchObject(headers);
    const head = await cos.headObject(object);
    expect(head).toMatchObject({ statusCode: 200, ETag: put.ETag, headers });
  });

  const HARD_KEYS = [
    '中文 文件.txt',
    'a+b c%20d%25',
    `quotes ' " \` <&>`,
    "marks !'()*~;:@=,$?#[]",
    'a//b///c',
    './a/./b',
    'a/../b',
    'trailing/',
    '😀/𝒳',
    'é (composed)',
    'e\u0301 (decomposed)',
    '%2F',
  ];

  describe.each<Addressing>(['host', 'path', 'proxy'])('with the bucket in the %s', addressing => {
    it.each(HARD_KEYS)('find an object again under %j', async Key => {
      const client = openCosSdk(server.cos, addressing);
      const object = { ...of(BUCKET), Key };
      await client.putObject({ ...object, Body: `the body of ${Key}` });
      expect((await client.getObject(object)).Body.toString()).toBe(`the body of ${Key}`);
      const listing = await client.getBucket({ ...of(BUCKET), Prefix: Key });
      expect(listing.Contents.map(listed => listed.Key)).toContain(Key);
      expect(await client.deleteObject(object)).toMatchObject({ statusCode: 204 });
      expect(await sdkError(client.headObject(object))).toMatchObject({ statusCode: 404 });
    });
  });

  it('read ranges, and tell of one that is not there', async () => {
    const object = { ...of(BUCKET), Key: 'ranges' };
    await cos.putObject({ ...object, Body: '0123456789' });
    const part = await cos.getObject({ ...object, Range: 'bytes=2-4' });
    expect(part.Body.toString()).toBe('234');
    expect(part).toMatchObject({ statusCode: 206, headers: { 'content-range': 'bytes 2-4/10' } });
    expect(await sdkError(cos.getObject({ ...object, Range: 'bytes=10-' }))).toMatchObject({
      code: 'InvalidRange',
      statusCode: 416,
    });
  });

  it('upload a stream of unknown length', async () => {
    const object = { ...of(BUCKET), Key: 'streamed' };
    await cos.putObject({ ...object, Body: Readable.from(['ab', 'cd']) });
    expect((await cos.getObject(object)).Body.toString()).toBe('abcd');
  });

  it('are told of a body that is not what its digest says', async () => {
    const object = { ...of(BUCKET), Key: 'digest' };
    const digest = createHash('md5').update('text').digest('base64');
    await cos.putObject({ ...object, Body: 'text', Headers: { 'Content-MD5': digest } });
    const other = cos.putObject({ ...object, Body: 'Text', Headers: { 'Content-MD5': digest } });
    expect(await sdkError(other)).toMatchObject({ code: 'BadDigest', statusCode: 400 });
    expect((await cos.getObject(object)).Body.toString()).toBe('text');
  });

  it('delete many at once, those that are not there as well', async () => {
    const keys = ['many/1', 'many/2 中文 & <x>', ' many 3 '];
    for (const Key of keys) await cos.putObject({ ...of(BUCKET), Key, Body: '' });
    const Objects = [...keys, 'many/none'].map(Key => ({ Key }));
    const result = await cos.deleteMultipleObject({ ...of(BUCKET), Objects });
    expect(result.Deleted.map(({ Key }) => Key)).toEqual(Objects.map(({ Key }) => Key));
    expect(result.Error).toEqual([]);
    const left = await cos.getBucket(of(BUCKET));
    expect(left.Contents.filter(({ Key }) => keys.includes(Key))).toEqual([]);
  });

  it('upload and download a file by the call that chooses how', async () => {
    const object = { ...of(BUCKET), Key: 'chosen' };
    await cos.uploadFile({ ...object, FilePath: new URL(import.meta.url).pathname });
    const { Body } = await cos.getObject(object);
    expect(Body.toString()).toContain('upload and download a file');
  });

  it('fail for a key that is not there', async () => {
    const error = await sdkError(cos.getObject({ ...of(BUCKET), Key: 'none' }));
    expect(error).toMatchObject({
      code: 'NoSuchKey',
      message: 'The specified key does not exist.',
      statusCode: 404,
    });
  });
});

describe('presigned URLs', () => {
  const object = { ...of(BUCKET), Key: 'signed/中 文+1.txt' };

  /** What a browser would do with the URL if the name of its host led to the server. */
  async function follow(url: string, method = 'GET', body?: string): ReturnType<typeof sendCos> {
    const { host, pathname, search } = new URL(url);
    return await sendCos(server.cos, host, {
      method,
      target: `${pathname}${search}`,
      key: 'anonymous',
      ...(body !== undefined && { body }),
    });
  }

  beforeAll(() => cos.putObject({ ...object, Body: 'shared' }));

  it('give the object to whoever has them', async () => {
    const url = cos.getObjectUrl({ ...object, Sign: true, Protocol: 'http:' }, () => {});
    expect(await follow(url)).toMatchObject({ status: 200, text: 'shared' });
  });

  it('are of no use for another object, another method, or without the signature', async () => {
    const url = cos.getObjectUrl({ ...object, Sign: true, Protocol: 'http:' }, () => {});
    expect((await follow(url.replace('.txt', '.txT'))).code).toBe('SignatureDoesNotMatch');
    expect((await follow(url, 'DELETE')).code).toBe('SignatureDoesNotMatch');
    expect((await follow(url.slice(0, url.indexOf('?')))).code).toBe('AccessDenied');
  });

  it('override headers of the answer', async () => {
    const Query = {
      'response-content-type': 'text/html; charset=utf-8',
      'response-cache-control': 'no-store',
    };
    const url = cos.getObjectUrl({ ...object, Query, Sign: true, Protocol: 'http:' }, () => {});
    expect((await follow(url)).headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('take an upload', async () => {
    const url = cos.getObjectUrl(
      { ...object, Key: 'given', Method: 'PUT', Sign: true, Protocol: 'http:' },
      () => {},
    );
    expect((await follow(url, 'PUT', 'from outside')).status).toBe(200);
    expect((await cos.getObject({ ...object, Key: 'given' })).Body.toString()).toBe('from outside');
  });

  it('end', async () => {
    const url = cos.getObjectUrl({ ...object, Sign: true, Expires: -60, Protocol: 'http:' }, () => {});
    const response = await follow(url);
    expect(response).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(response.text).toContain('<Message>Request has expired</Message>');
  });

  it('in the path style, work with fetch as they are', async () => {
    const client = openCosSdk(server.cos, 'path');
    const url = client.getObjectUrl({ ...object, Sign: true, Protocol: 'http:' }, () => {});
    expect(await (await fetch(url)).text()).toBe('shared');
  });
});

describe('calls of later work', () => {
  const object = { ...of(BUCKET), Key: 'later' };
  const CALLS: readonly (readonly [name: string, call: () => Promise<unknown>])[] = [
    ['getObjectAcl', () => cos.getObjectAcl(object)],
    ['getBucketAcl', () => cos.getBucketAcl(of(BUCKET))],
    ['getBucketLifecycle', () => cos.getBucketLifecycle(of(BUCKET))],
    ['getBucketVersioning', () => cos.getBucketVersioning(of(BUCKET))],
    ['getBucketTagging', () => cos.getBucketTagging(of(BUCKET))],
    ['putBucket with a grant', () => cos.putBucket({ ...of('sdk-grant-1250000000'), GrantWrite: 'id="1"' })],
    ['putObject with a grant', () => cos.putObject({ ...object, Body: '', GrantRead: 'id="1"' })],
  ];

  it.each(CALLS)('are refused as not implemented: %s', async (_name, call) => {
    const error = await sdkError(call());
    expect(error).toMatchObject({ code: 'NotImplemented', statusCode: 501 });
    expect(error.message).toMatch(/not implemented/);
  });
});
