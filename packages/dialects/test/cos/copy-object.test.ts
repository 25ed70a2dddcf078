import { describe, expect, it } from 'vitest';
import { cosDialect } from '../../src/cos/dialect.ts';
import { type Answer, type DataService, md5, newDataService } from '../data-service.ts';

const BUCKET = 'examplebucket-1250000000';
const SOURCE_HOST = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`;
const CRC64 = 'x-cos-hash-crc64ecma';

async function serviceWith(...keys: readonly string[]): Promise<DataService> {
  const service = await newDataService(cosDialect);
  await service.createBucket(BUCKET);
  for (const key of keys) await service.put(BUCKET, key);
  return service;
}

function copy(
  { send }: DataService,
  key: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return send({ method: 'PUT', target: `/${BUCKET}/${encodeURIComponent(key)}`, headers });
}

interface SourceCase {
  readonly name: string;
  readonly source: string;
  readonly outcome: string;
}

const sources: readonly SourceCase[] = [
  { name: 'a bucket in the host', source: `${SOURCE_HOST}/a`, outcome: '200' },
  { name: 'a bucket in the host, behind a slash', source: `/${SOURCE_HOST}/a`, outcome: '200' },
  { name: 'a bucket in the path', source: `127.0.0.1:4001/${BUCKET}/a`, outcome: '200' },
  { name: 'an encoded key', source: `${SOURCE_HOST}/%61`, outcome: '200' },
  { name: 'an object that is not there', source: `${SOURCE_HOST}/gone`, outcome: '404 NoSuchKey' },
  {
    name: 'a bucket that is not there',
    source: 'other-1250000000.cos.ap-guangzhou.myqcloud.com/a',
    outcome: '404 NoSuchBucket',
  },
  { name: 'a version', source: `${SOURCE_HOST}/a?versionId=1`, outcome: '501 NotImplemented' },
  { name: 'a host alone', source: SOURCE_HOST, outcome: '400 InvalidArgument' },
  { name: 'nothing', source: '', outcome: '400 InvalidArgument' },
  { name: 'what is not percent-encoded UTF-8', source: `${SOURCE_HOST}/%ff`, outcome: '400 InvalidArgument' },
];

describe('PUT Object - Copy', () => {
  it.each(sources)('takes $name for $outcome', async ({ source, outcome }) => {
    const service = await serviceWith('a');
    const { status, code } = await copy(service, 'b', { 'x-cos-copy-source': source });
    expect(code === undefined ? String(status) : `${status} ${code}`).toBe(outcome);
    expect(service.keys(BUCKET)).toEqual(outcome === '200' ? ['a', 'b'] : ['a']);
  });

  it.each(['中 b', 'a+b', 'a%2Fb', 'a/../b', '//', '\u{1f600}', '"\'&?#'])(
    'takes the source %j',
    async key => {
      const service = await serviceWith(key);
      const source = `${SOURCE_HOST}/${encodeURIComponent(key)}`;
      expect(await copy(service, 'b', { 'x-cos-copy-source': source })).toMatchObject({ status: 200 });
      expect(await service.content(BUCKET, 'b')).toBe(key);
    },
  );

  it('has the bytes, the checksum and the headers of its source, and answers with its ETag', async () => {
    const service = await serviceWith();
    const headers = { 'Content-Type': 'text/css', 'x-cos-meta-author': 'me' };
    const put = await service.send({ method: 'PUT', target: `/${BUCKET}/a`, headers, body: '123456789' });
    const answer = await copy(service, 'b', {
      'x-cos-copy-source': `${SOURCE_HOST}/a`,
      'x-cos-meta-author': 'you',
    });
    expect(answer.text).toContain(`<ETag>&quot;${md5('123456789')}&quot;</ETag>`);
    expect(answer.headers.get(CRC64)).toBe('11051210869376104954');
    expect(put.headers.get(CRC64)).toBe('11051210869376104954');
    const object = await service.send({ target: `/${BUCKET}/b` });
    expect(object.text).toBe('123456789');
    expect(Object.fromEntries(object.headers)).toMatchObject({
      'content-type': 'text/css',
      'x-cos-meta-author': 'me',
      [CRC64]: '11051210869376104954',
    });
  });

  it('has the headers of the request when they are to replace, and keeps the checksum', async () => {
    const service = await serviceWith();
    await service.send({
      method: 'PUT',
      target: `/${BUCKET}/a`,
      headers: { 'x-cos-meta-a': '1' },
      body: '123456789',
    });
    const headers = {
      'x-cos-copy-source': `${SOURCE_HOST}/a`,
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-meta-b': '2',
    };
    await copy(service, 'a', headers);
    const object = await service.send({ target: `/${BUCKET}/a` });
    expect(object.headers.get('x-cos-meta-a')).toBeUndefined();
    expect(object.headers.get('x-cos-meta-b')).toBe('2');
    expect(object.headers.get(CRC64)).toBe('11051210869376104954');
  });

  it.each([
    { condition: 'If-Match', value: `"${md5('a')}"`, holds: true },
    { condition: 'If-Match', value: '"x"', holds: false },
    { condition: 'If-None-Match', value: `"${md5('a')}"`, holds: false },
    { condition: 'If-Unmodified-Since', value: 'Sat, 01 Jan 2000 00:00:00 GMT', holds: false },
    { condition: 'If-Modified-Since', value: 'Sat, 01 Jan 2000 00:00:00 GMT', holds: true },
  ])('holds to $condition of $value', async ({ condition, value, holds }) => {
    const service = await serviceWith('a');
    const headers = { 'x-cos-copy-source': `${SOURCE_HOST}/a`, [`x-cos-copy-source-${condition}`]: value };
    const answer = await copy(service, 'b', headers);
    expect(answer).toMatchObject(holds ? { status: 200 } : { status: 412, code: 'PreconditionFailed' });
    expect(service.keys(BUCKET)).toEqual(holds ? ['a', 'b'] : ['a']);
  });

  it('is not for one who may not read the source, nor for one who may not write', async () => {
    const service = await serviceWith('a');
    await service.createBucket('open-1250000000', 'public-read-write');
    const headers = { 'x-cos-copy-source': `${SOURCE_HOST}/a` };
    const sent = { method: 'PUT', headers, as: 'anonymous' } as const;
    expect(await service.send({ ...sent, target: '/open-1250000000/b' })).toMatchObject({
      code: 'AccessDenied',
    });
    expect(await service.send({ ...sent, target: `/${BUCKET}/b` })).toMatchObject({ code: 'AccessDenied' });
    expect([service.keys('open-1250000000'), service.keys(BUCKET)]).toEqual([[], ['a']]);
  });

  it('refuses a directive that it does not know', async () => {
    const service = await serviceWith('a');
    const headers = { 'x-cos-copy-source': `${SOURCE_HOST}/a`, 'x-cos-metadata-directive': 'x' };
    expect(await copy(service, 'b', headers)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});
