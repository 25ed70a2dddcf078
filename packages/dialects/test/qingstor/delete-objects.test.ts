import { describe, expect, it } from 'vitest';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { type Answer, base64Md5, type DataService, newDataService } from '../data-service.ts';

const BUCKET = 'mybucket';

async function serviceWith(...keys: readonly string[]): Promise<DataService> {
  const service = await newDataService(qingstorDialect);
  await service.createBucket(BUCKET);
  for (const key of keys) await service.put(BUCKET, key);
  return service;
}

function post(
  { send }: DataService,
  body: string,
  digest: string | undefined = base64Md5(body),
): Promise<Answer> {
  const headers = digest === '' ? {} : { 'Content-MD5': digest };
  return send({ method: 'POST', target: `/${BUCKET}?delete`, headers, body });
}

function deletion(keys: readonly string[], quiet?: boolean): string {
  return JSON.stringify({ ...(quiet !== undefined && { quiet }), objects: keys.map(key => ({ key })) });
}

interface RefusedCase {
  readonly name: string;
  readonly body: string;
  readonly digest?: string;
  readonly code: string;
  readonly message: RegExp;
}

const refused: readonly RefusedCase[] = [
  {
    name: 'no digest',
    body: deletion(['a']),
    digest: '',
    code: 'invalid_request',
    message: /needs the Content-MD5/,
  },
  {
    name: 'a digest of something else',
    body: deletion(['a']),
    digest: base64Md5(''),
    code: 'bad_digest',
    message: /Content-MD5/,
  },
  {
    name: 'what is no digest',
    body: deletion(['a']),
    digest: 'x',
    code: 'invalid_argument',
    message: /24 characters/,
  },
  { name: 'what is not JSON', body: '{"objects":\n[', code: 'invalid_json', message: /^line 2, column 2: / },
  {
    name: 'a name twice',
    body: '{"objects":[{"key":"a","key":"b"}]}',
    code: 'invalid_json',
    message: /`key` stands here more than once/,
  },
  { name: 'no objects', body: '{}', code: 'invalid_request', message: /`objects` must be a list/ },
  { name: 'null', body: 'null', code: 'invalid_request', message: /`objects` must be a list/ },
  {
    name: 'objects that are no list',
    body: '{"objects":{"key":"a"}}',
    code: 'invalid_request',
    message: /`objects` must be a list/,
  },
  {
    name: 'keys instead of objects',
    body: '{"objects":[{"key":"a"},\n"b"]}',
    code: 'invalid_request',
    message: /^line 2, column 1: an object needs a `key`/,
  },
  {
    name: 'a key that is no string',
    body: '{"objects":[{"key":"a"},{"key":5}]}',
    code: 'invalid_request',
    message: /^line 1, column 25: /,
  },
  {
    name: '1001 objects',
    body: deletion(Array.from({ length: 1001 }, (_, i) => `k${i}`)),
    code: 'too_many_objects',
    message: /1001 objects, 1000 is the limit/,
  },
  {
    name: 'more than 8 MB',
    body: ' '.repeat(8 * 1024 * 1024 + 1),
    code: 'entity_too_large',
    message: /larger/,
  },
];

describe('DELETE Multiple Objects', () => {
  it('deletes objects, whether they are there or not, and no others', async () => {
    const service = await serviceWith('a', 'b', '中 c');
    const { status, text, headers } = await post(service, deletion(['a', '中 c', 'gone']));
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(text).toBe('{"deleted":[{"key":"a"},{"key":"中 c"},{"key":"gone"}],"errors":[]}');
    expect(service.keys(BUCKET)).toEqual(['b']);
  });

  it('tells only what failed when it is to be quiet', async () => {
    const service = await serviceWith('a', 'b');
    const long = 'x'.repeat(1024);
    const { text } = await post(service, deletion(['a', long], true));
    expect(JSON.parse(text)).toEqual({
      deleted: [],
      errors: [
        { key: long, code: 'invalid_object_name', message: 'An object name has 1 to 1023 bytes of UTF-8.' },
      ],
    });
    expect(service.keys(BUCKET)).toEqual(['b']);
  });

  it.each(['', '\ud800', 'a\udc00', '中'.repeat(342)])(
    'fails for the key %j, and for no other',
    async key => {
      const service = await serviceWith('a', 'b');
      const { status, text } = await post(service, deletion([key, 'b']));
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({
        deleted: [{ key: 'b' }],
        errors: [{ key, code: 'invalid_object_name' }],
      });
      expect(service.keys(BUCKET)).toEqual(['a']);
    },
  );

  it('takes 1000 objects, and none', async () => {
    const service = await serviceWith('k0', 'k999', 'k1000');
    expect(await post(service, deletion(Array.from({ length: 1000 }, (_, i) => `k${i}`)))).toMatchObject({
      status: 200,
    });
    expect(service.keys(BUCKET)).toEqual(['k1000']);
    expect(await post(service, deletion([]))).toMatchObject({
      status: 200,
      text: '{"deleted":[],"errors":[]}',
    });
  });

  it.each(refused)('refuses $name and deletes nothing', async ({ body, digest, code, message }) => {
    const service = await serviceWith('a', 'k0');
    const answer = await post(service, body, digest);
    expect(answer.code).toBe(code);
    expect((JSON.parse(answer.text) as { message: string }).message).toMatch(message);
    expect(service.keys(BUCKET)).toEqual(['a', 'k0']);
  });
});
