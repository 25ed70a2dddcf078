import { describe, expect, it } from 'vitest';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { type Answer, type DataService, md5, newDataService } from '../data-service.ts';

const BUCKET = 'mybucket';
const OTHER = 'otherbucket';

async function serviceWith(...keys: readonly string[]): Promise<DataService> {
  const service = await newDataService(qingstorDialect);
  await service.createBucket(BUCKET);
  await service.createBucket(OTHER);
  for (const key of keys) await service.put(BUCKET, key);
  return service;
}

function put(
  { send }: DataService,
  key: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  return send({ method: 'PUT', target: `/${BUCKET}/${encodeURIComponent(key)}`, headers, body });
}

const get = ({ send }: DataService, key: string, headers = {}): Promise<Answer> =>
  send({ target: `/${BUCKET}/${encodeURIComponent(key)}`, headers });

const KEPT = {
  'content-type': 'text/css',
  'cache-control': 'no-store',
  'content-disposition': 'attachment',
  'x-qs-meta-author': 'me',
  'x-qs-storage-class': 'STANDARD_IA',
};

describe('PUT Object', () => {
  it('stores the body and what belongs to it', async () => {
    const service = await serviceWith();
    const { status, headers } = await put(service, 'a', KEPT, 'hello');
    expect([status, ...headers]).toEqual([201, ['content-length', '0'], ['etag', `"${md5('hello')}"`]]);
    const answer = await get(service, 'a');
    expect(answer).toMatchObject({ status: 200, text: 'hello' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...KEPT,
      etag: `"${md5('hello')}"`,
      'content-length': '5',
    });
  });

  it('stores without a type as a stream of bytes, in the standard class', async () => {
    const service = await serviceWith();
    await put(service, 'a', {}, 'x');
    const { headers } = await get(service, 'a');
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-qs-storage-class')).toBe('STANDARD');
  });
});

describe('GET Object', () => {
  it('gives a range, and tells the size beyond it', async () => {
    const service = await serviceWith();
    await put(service, 'a', {}, 'hello');
    const part = await get(service, 'a', { Range: 'bytes=1-2' });
    expect(part).toMatchObject({ status: 206, text: 'el' });
    expect(part.headers.get('content-range')).toBe('bytes 1-2/5');
    const beyond = await get(service, 'a', { Range: 'bytes=5-' });
    expect(beyond).toMatchObject({ status: 416, code: 'invalid_range' });
    expect(beyond.headers.get('content-range')).toBe('bytes */5');
  });

  it('answers with the headers that its parameters ask for', async () => {
    const service = await serviceWith('a');
    const { headers } = await service.send({
      target: `/${BUCKET}/a?response-content-type=text/css&response-expires=%E4%B8%AD`,
    });
    expect(headers.get('content-type')).toBe('text/css');
    expect(headers.get('expires')).toBe(Buffer.from('中').toString('latin1'));
  });

  it('says when nothing has changed', async () => {
    const service = await serviceWith('a');
    expect(await get(service, 'a', { 'If-None-Match': `"${md5('a')}"` })).toMatchObject({
      status: 304,
      text: '',
    });
  });
});

const KEYS = ['中 b', 'a+b', 'a%2Fb', 'a/../b', '//', '\u{1f600}', '"\'&?#', '\u202eabc', 'x'.repeat(1023)];

interface SourceCase {
  readonly name: string;
  readonly source: string;
  readonly code: string;
}

const sources: readonly SourceCase[] = [
  { name: 'an object that is not there', source: `/${BUCKET}/gone`, code: 'object_not_exists' },
  { name: 'a bucket that is not there', source: '/nobucket/a', code: 'bucket_not_exists' },
  { name: 'a name that no bucket has', source: '/B/a', code: 'invalid_argument' },
  { name: 'a bucket alone', source: `/${BUCKET}`, code: 'invalid_argument' },
  { name: 'a bucket and a slash', source: `/${BUCKET}/`, code: 'invalid_argument' },
  { name: 'nothing', source: '', code: 'invalid_argument' },
  { name: 'what is not percent-encoded UTF-8', source: `/${BUCKET}/%ff`, code: 'invalid_argument' },
];

describe.each([
  { operation: 'Copy', header: 'x-qs-copy-source' },
  { operation: 'Move', header: 'x-qs-move-source' },
])('PUT Object - $operation', ({ operation, header }) => {
  const gone = operation === 'Move';

  it('makes an object with the bytes and headers of its source', async () => {
    const service = await serviceWith();
    await put(service, 'a', KEPT, 'hello');
    const { status, headers } = await service.send({
      method: 'PUT',
      target: `/${OTHER}/b`,
      headers: { [header]: `/${BUCKET}/a`, 'x-qs-meta-author': 'you' },
    });
    expect([status, headers.get('etag')]).toEqual([201, `"${md5('hello')}"`]);
    const copy = await service.send({ target: `/${OTHER}/b` });
    expect(copy.text).toBe('hello');
    expect(Object.fromEntries(copy.headers)).toMatchObject(KEPT);
    expect(await service.content(BUCKET, 'a')).toBe(gone ? undefined : 'hello');
  });

  it.each(KEYS)('takes the source %j', async key => {
    const service = await serviceWith(key);
    expect(await put(service, 'b', { [header]: `/${BUCKET}/${encodeURIComponent(key)}` })).toMatchObject({
      status: 201,
    });
    expect(await service.content(BUCKET, 'b')).toBe(key);
    expect(service.keys(BUCKET)).toEqual(gone ? ['b'] : [key, 'b'].sort());
  });

  it('takes the source wholly encoded, and without its first slash', async () => {
    const service = await serviceWith('a', 'c');
    for (const source of [encodeURIComponent(`/${BUCKET}/a`), `${BUCKET}/c`]) {
      expect(await put(service, 'b', { [header]: source })).toMatchObject({ status: 201 });
    }
  });

  it('keeps an object that is its own source', async () => {
    const service = await serviceWith('a');
    expect(await put(service, 'a', { [header]: `/${BUCKET}/a` })).toMatchObject({ status: 201 });
    expect(await service.content(BUCKET, 'a')).toBe('a');
  });

  it('takes a source of the same name in another bucket', async () => {
    const service = await serviceWith('a');
    const headers = { [header]: `/${BUCKET}/a` };
    expect(await service.send({ method: 'PUT', target: `/${OTHER}/a`, headers })).toMatchObject({
      status: 201,
    });
    expect(await service.content(OTHER, 'a')).toBe('a');
    expect(service.keys(BUCKET)).toEqual(gone ? [] : ['a']);
  });

  it.each(sources)('refuses $name as its source', async ({ source, code }) => {
    const service = await serviceWith('a', 'b');
    expect(await put(service, 'b', { [header]: source })).toMatchObject({ code });
    expect(service.keys(BUCKET)).toEqual(['a', 'b']);
  });

  it.each([
    { condition: 'if-match', value: `"${md5('a')}"`, holds: true },
    { condition: 'if-match', value: '"x"', holds: false },
    { condition: 'if-none-match', value: '"x"', holds: true },
    { condition: 'if-none-match', value: `"${md5('a')}"`, holds: false },
    { condition: 'if-unmodified-since', value: 'Sat, 01 Jan 2000 00:00:00 GMT', holds: false },
    { condition: 'if-modified-since', value: 'Sat, 01 Jan 2000 00:00:00 GMT', holds: true },
  ])('holds to $condition of $value', async ({ condition, value, holds }) => {
    const service = await serviceWith('a');
    const answer = await put(service, 'b', { [header]: `/${BUCKET}/a`, [`${header}-${condition}`]: value });
    expect(answer).toMatchObject(holds ? { status: 201 } : { status: 412, code: 'precondition_failed' });
    expect(service.keys(BUCKET)).toEqual(holds ? (gone ? ['b'] : ['a', 'b']) : ['a']);
  });

  it('is not for one who may not read the source', async () => {
    const service = await serviceWith('a');
    await service.createBucket('openbucket', 'public-read-write');
    const sent = {
      method: 'PUT',
      target: '/openbucket/b',
      headers: { [header]: `/${BUCKET}/a` },
      as: 'anonymous',
    } as const;
    expect(await service.send(sent)).toMatchObject({ code: 'permission_denied' });
    expect([service.keys('openbucket'), service.keys(BUCKET)]).toEqual([[], ['a']]);
  });
});

describe('PUT Object - Copy', () => {
  it.each(['full', 'FULL', 'REPLACE'])(
    'has the headers of the request with the directive %s',
    async directive => {
      const service = await serviceWith();
      await put(service, 'a', KEPT, 'x');
      const headers = {
        'x-qs-copy-source': `/${BUCKET}/a`,
        'x-qs-metadata-directive': directive,
        'x-qs-meta-new': '1',
      };
      expect(await put(service, 'a', headers)).toMatchObject({ status: 201 });
      const answer = await get(service, 'a');
      expect(answer.headers.get('x-qs-meta-new')).toBe('1');
      expect(answer.headers.get('x-qs-meta-author')).toBeUndefined();
      expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    },
  );

  it('refuses another directive, and a move at the same time', async () => {
    const service = await serviceWith('a');
    const source = { 'x-qs-copy-source': `/${BUCKET}/a` };
    for (const headers of [{ 'x-qs-metadata-directive': 'x' }, { 'x-qs-move-source': `/${BUCKET}/a` }]) {
      expect(await put(service, 'b', { ...source, ...headers })).toMatchObject({ code: 'invalid_argument' });
    }
    expect(service.keys(BUCKET)).toEqual(['a']);
  });
});
