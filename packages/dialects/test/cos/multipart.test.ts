import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cosDialect } from '../../src/cos/dialect.ts';
import { formatCrc64, newCrc64, updateCrc64 } from '../../src/objects/crc64.ts';
import { type Answer, type DataService, md5, newDataService, type Sent } from '../data-service.ts';

const BUCKET = 'examplebucket-1250000000';
const SOURCE_HOST = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`;
const CRC64 = 'x-cos-hash-crc64ecma';
const SMALLEST = Buffer.alloc(1024 * 1024, 'a');

interface Uploading extends DataService {
  readonly on: (parameters: string, sent: Omit<Sent, 'target'>) => Promise<Answer>;
  readonly part: (number: number | string, body: string | Uint8Array) => Promise<Answer>;
  readonly complete: (...parts: readonly string[]) => Promise<Answer>;
}

/** A service with an upload of the object `k`. */
async function uploading(headers: Readonly<Record<string, string>> = {}): Promise<Uploading> {
  const service = await newDataService(cosDialect);
  await service.createBucket(BUCKET);
  const { text } = await service.send({ method: 'POST', target: `/${BUCKET}/k?uploads`, headers });
  const id = /<UploadId>(.*)<\/UploadId>/.exec(text)?.[1] ?? '';
  const on: Uploading['on'] = (parameters, sent) =>
    service.send({ ...sent, target: `/${BUCKET}/k?uploadId=${id}${parameters}` });
  return {
    ...service,
    on,
    part: (number, body) => on(`&partNumber=${number}`, { method: 'PUT', body }),
    complete: (...parts) =>
      on('', {
        method: 'POST',
        body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
      }),
  };
}

function named(number: number | string, content: string | Uint8Array): string {
  return `<Part><PartNumber>${number}</PartNumber><ETag>"${md5(content)}"</ETag></Part>`;
}

function crc64Of(content: Uint8Array): string {
  const crc = newCrc64();
  updateCrc64(crc, content);
  return formatCrc64(crc);
}

describe('Upload Part', () => {
  it.each([1, 10_000])('takes the number %i', async number => {
    const { part } = await uploading();
    const { status, headers } = await part(number, '123456789');
    expect([status, headers.get('etag')]).toEqual([200, `"${md5('123456789')}"`]);
    expect(headers.get(CRC64)).toBe('11051210869376104954');
  });

  it.each(['0', '10001', '-1', '1.5', '', 'x'])('refuses the number "%s"', async number => {
    const { part } = await uploading();
    expect(await part(number, 'x')).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('Upload Part - Copy', () => {
  it.each([
    { name: 'an object', range: undefined, content: 'hello' },
    { name: 'bytes of an object', range: 'bytes=1-3', content: 'ell' },
  ])('takes $name', async ({ range, content }) => {
    const service = await uploading();
    await service.put(BUCKET, 'a', 'hello');
    const headers = {
      'x-cos-copy-source': `${SOURCE_HOST}/a`,
      ...(range && { 'x-cos-copy-source-range': range }),
    };
    const { status, text } = await service.on('&partNumber=1', { method: 'PUT', headers });
    expect([status, text.includes(`&quot;${md5(content)}&quot;`)]).toEqual([200, true]);
    await service.complete(named(1, content));
    expect(await service.content(BUCKET, 'k')).toBe(content);
  });

  it.each(['bytes=3-5', 'bytes=2-1', 'bytes=1-', 'bytes=-1', 'x'])('refuses the range %s', async range => {
    const service = await uploading();
    await service.put(BUCKET, 'a', 'hello');
    const headers = { 'x-cos-copy-source': `${SOURCE_HOST}/a`, 'x-cos-copy-source-range': range };
    expect(await service.on('&partNumber=1', { method: 'PUT', headers })).toMatchObject({
      code: 'InvalidRange',
    });
  });
});

describe('List Parts', () => {
  it('goes through the parts page by page', async () => {
    const { part, on } = await uploading();
    for (const number of [3, 1, 2]) await part(number, 'x');
    const first = await on('&max-parts=2', {});
    expect(first.text.match(/<PartNumber>\d+/g)).toEqual(['<PartNumber>1', '<PartNumber>2']);
    expect(first.text).toContain('<NextPartNumberMarker>2</NextPartNumberMarker>');
    const second = await on('&max-parts=2&part-number-marker=2', {});
    expect(second.text.match(/<PartNumber>\d+/g)).toEqual(['<PartNumber>3']);
    expect(second.text).toContain('<IsTruncated>false</IsTruncated>');
  });
});

describe('Complete Multipart Upload', () => {
  it('makes the object of the named parts, with its checksum', async () => {
    const { part, complete, send } = await uploading({ 'x-cos-meta-a': '1' });
    await part(7, 'end');
    await part(1, SMALLEST);
    await part(2, 'left out');
    const { status, text, headers } = await complete(named(1, SMALLEST), named(7, 'end'));
    const digests = Buffer.concat([SMALLEST, 'end'].map(body => createHash('md5').update(body).digest()));
    const whole = Buffer.concat([SMALLEST, Buffer.from('end')]);
    expect([status, headers.get(CRC64)]).toEqual([200, crc64Of(whole)]);
    expect(text).toContain(`<ETag>&quot;${md5(digests)}-2&quot;</ETag>`);
    const object = await send({ target: `/${BUCKET}/k` });
    expect(object.bytes.equals(whole)).toBe(true);
    expect(Object.fromEntries(object.headers)).toMatchObject({
      'x-cos-meta-a': '1',
      [CRC64]: crc64Of(whole),
    });
  });

  it('ends the upload: what comes after finds none', async () => {
    const { part, complete, on } = await uploading();
    await part(1, 'x');
    await complete(named(1, 'x'));
    for (const answer of [
      await complete(named(1, 'x')),
      await part(1, 'y'),
      await on('', { method: 'DELETE' }),
    ]) {
      expect(answer).toMatchObject({ status: 404, code: 'NoSuchUpload' });
    }
  });

  it.each([
    { name: 'no part', parts: [], code: 'InvalidPart' },
    { name: 'a part that is missing', parts: [named(1, 'a'), named(3, 'c')], code: 'InvalidPart' },
    { name: 'a part with another ETag', parts: [named(1, 'b')], code: 'InvalidPart' },
    { name: 'parts in another order', parts: [named(2, 'b'), named(1, 'a')], code: 'InvalidPartOrder' },
    { name: 'a part twice', parts: [named(1, 'a'), named(1, 'a')], code: 'InvalidPartOrder' },
    { name: 'a part that is too small', parts: [named(1, 'a'), named(2, 'b')], code: 'EntityTooSmall' },
    { name: 'a part of the number 0', parts: [named(0, 'a')], code: 'MalformedXML' },
    {
      name: 'a part without an ETag',
      parts: ['<Part><PartNumber>1</PartNumber></Part>'],
      code: 'MalformedXML',
    },
    { name: 'another element', parts: ['<Piece/>'], code: 'MalformedXML' },
    { name: 'XML cut short', parts: ['<Part>'], code: 'MalformedXML' },
  ])('refuses $name, and leaves the upload as it was', async ({ parts, code }) => {
    const { part, complete, keys } = await uploading();
    await part(1, 'a');
    await part(2, 'b');
    expect(await complete(...parts)).toMatchObject({ status: 400, code });
    expect(keys(BUCKET)).toEqual([]);
    expect(await complete(named(2, 'b'))).toMatchObject({ status: 200 });
  });
});

describe('Abort Multipart Upload', () => {
  it('gives the upload up', async () => {
    const { on, part, send } = await uploading();
    await part(1, 'x');
    expect(await on('', { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await on('', { method: 'DELETE' })).toMatchObject({ status: 404, code: 'NoSuchUpload' });
    expect(await send({ method: 'DELETE', target: `/${BUCKET}` })).toMatchObject({ status: 204 });
  });
});
