/** The SDK of Tencent for Node.js against the server: multipart uploads and copies. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosHost } from '../support/cos-http.ts';
import { type Addressing, of, openCosSdk, sdkError } from '../support/cos-sdk.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

const BUCKET = 'sdk-uploads-1250000000';
const MEBIBYTE = 1024 ** 2;
const ADDRESSINGS: readonly Addressing[] = ['host', 'path'];

let server: LocalServer;
let directory: string;
let cos: COS;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-sdk-uploads-'));
  server = await startLocalServer();
  cos = openCosSdk(server.cos);
  await cos.putBucket(of(BUCKET));
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Of five parts and a half, no two of which are the same. */
const BYTES = Buffer.concat(
  Array.from({ length: 6 }, (_, i) => Buffer.alloc(i < 5 ? MEBIBYTE : 5000, `part ${i} `)),
);

async function bytesOf(Key: string): Promise<Buffer> {
  return (await cos.getObject({ ...of(BUCKET), Key })).Body;
}

function multipartEtag(bytes: Buffer): string {
  const hash = createHash('md5');
  let parts = 0;
  for (let at = 0; at < bytes.length; at += MEBIBYTE) {
    hash.update(
      createHash('md5')
        .update(bytes.subarray(at, at + MEBIBYTE))
        .digest(),
    );
    parts += 1;
  }
  return `"${hash.digest('hex')}-${parts}"`;
}

describe.each(ADDRESSINGS)('an upload in slices, the bucket in the %s', addressing => {
  const Key = `${addressing}/大 文件+%.bin`;
  let client: COS;
  beforeAll(() => {
    client = openCosSdk(server.cos, addressing);
  });

  it('is one object in the end, and leaves nothing behind', async () => {
    const FilePath = join(directory, 'file.bin');
    writeFileSync(FilePath, BYTES);
    const upload = await client.sliceUploadFile({
      ...of(BUCKET),
      Key,
      FilePath,
      SliceSize: MEBIBYTE,
      ChunkSize: MEBIBYTE,
    });
    expect(upload).toMatchObject({ statusCode: 200, ETag: multipartEtag(BYTES) });
    expect(BYTES.equals(await bytesOf(Key))).toBe(true);
    const uploads: unknown = await client.multipartList({ ...of(BUCKET), Prefix: '', Delimiter: '' });
    expect(uploads).toMatchObject({ Upload: [] });
  });

  it('copies an object whole, and in slices', async () => {
    await client.putObject({
      ...of(BUCKET),
      Key: `${addressing}/one +`,
      Body: 'one',
      ContentType: 'text/x-own',
    });
    const CopySource = (key: string): string =>
      `${cosHost(BUCKET)}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const copied = await client.putObjectCopy({
      ...of(BUCKET),
      Key: `${addressing}/two`,
      CopySource: CopySource(`${addressing}/one +`),
    });
    expect(copied).toMatchObject({ statusCode: 200, ETag: '"f97c5d29941bfb1b2fdab0874906ab82"' });
    const { Body, headers } = await client.getObject({ ...of(BUCKET), Key: `${addressing}/two` });
    expect([String(Body), headers?.['content-type']]).toEqual(['one', 'text/x-own']);
    const sliced = await client.sliceCopyFile({
      ...of(BUCKET),
      Key: `${addressing}/sliced`,
      CopySource: CopySource(Key),
      CopySliceSize: MEBIBYTE,
      CopyChunkSize: 2 * MEBIBYTE,
    });
    expect(sliced).toMatchObject({ statusCode: 200 });
    expect(BYTES.equals(await bytesOf(`${addressing}/sliced`))).toBe(true);
  });
});

describe('an upload part by part', () => {
  const Key = 'parts';

  it('is listed until it is completed', async () => {
    const { UploadId } = await cos.multipartInit({ ...of(BUCKET), Key });
    const parts = [];
    for (const [PartNumber, Body] of [
      [2, 'second'],
      [1, Buffer.alloc(MEBIBYTE, '1')],
    ] as const) {
      const { ETag } = await cos.multipartUpload({ ...of(BUCKET), Key, UploadId, PartNumber, Body });
      parts.unshift({ PartNumber, ETag });
    }
    const { Part } = await cos.multipartListPart({ ...of(BUCKET), Key, UploadId });
    expect(Part).toMatchObject([
      { PartNumber: '1', Size: String(MEBIBYTE) },
      { PartNumber: '2', Size: '6' },
    ]);
    const listed: unknown = await cos.multipartList({ ...of(BUCKET), Prefix: 'par', Delimiter: '' });
    expect(listed).toMatchObject({ Upload: [{ Key, UploadId }] });
    expect(await sdkError(cos.headObject({ ...of(BUCKET), Key }))).toMatchObject({ statusCode: 404 });
    const busy = await sdkError(cos.deleteBucket(of(BUCKET)));
    expect(busy).toMatchObject({ code: 'BucketNotEmpty' });
    const done = await cos.multipartComplete({ ...of(BUCKET), Key, UploadId, Parts: parts });
    expect(done).toMatchObject({ statusCode: 200, ETag: expect.stringMatching(/-2"$/) });
    expect((await bytesOf(Key)).length).toBe(MEBIBYTE + 6);
  });

  it('is given up', async () => {
    const { UploadId } = await cos.multipartInit({ ...of(BUCKET), Key: 'given up' });
    await cos.multipartUpload({ ...of(BUCKET), Key: 'given up', UploadId, PartNumber: 1, Body: 'x' });
    expect(await cos.abortUploadTask({ ...of(BUCKET), Key: 'given up', Level: 'file' })).toMatchObject({
      successList: [expect.objectContaining({ UploadId })],
      errorList: [],
    });
    const late = cos.multipartUpload({ ...of(BUCKET), Key: 'given up', UploadId, PartNumber: 1, Body: 'x' });
    expect(await sdkError(late)).toMatchObject({ code: 'NoSuchUpload', statusCode: 404 });
  });
});
