import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { type Answer, type DataService, md5, newDataService, type Sent } from '../data-service.ts';

const BUCKET = 'mybucket';
const SMALLEST = Buffer.alloc(4 * 1024 * 1024, 'a');

interface Uploading extends DataService {
  readonly id: string;
  /** Sends a request on with the upload, its parameters behind its id. */
  readonly on: (parameters: string, sent: Omit<Sent, 'target'>) => Promise<Answer>;
  readonly part: (number: number | string, body: string | Uint8Array) => Promise<Answer>;
  readonly complete: (...parts: readonly object[]) => Promise<Answer>;
}

/** A service with an upload of the object `k`. */
async function uploading(headers: Readonly<Record<string, string>> = {}): Promise<Uploading> {
  const service = await newDataService(qingstorDialect);
  await service.createBucket(BUCKET);
  const started = await service.send({ method: 'POST', target: `/${BUCKET}/k?uploads`, headers });
  const { upload_id: id } = JSON.parse(started.text) as { upload_id: string };
  const on: Uploading['on'] = (parameters, sent) =>
    service.send({ ...sent, target: `/${BUCKET}/k?upload_id=${id}${parameters}` });
  return {
    ...service,
    id,
    on,
    part: (number, body) => on(`&part_number=${number}`, { method: 'PUT', body }),
    complete: (...parts) => on('', { method: 'POST', body: JSON.stringify({ object_parts: parts }) }),
  };
}

const named = (number: number, content: string | Uint8Array): object => ({
  part_number: number,
  etag: `"${md5(content)}"`,
});

function messageOf({ text }: Answer): string {
  return (JSON.parse(text) as { message: string }).message;
}

describe('Initiate Multipart Upload', () => {
  it('tells the bucket, the key and the upload', async () => {
    const { send, createBucket } = await newDataService(qingstorDialect);
    await createBucket(BUCKET);
    const { status, headers, text } = await send({
      method: 'POST',
      target: `/${BUCKET}/a%2F%E4%B8%AD?uploads`,
    });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(JSON.parse(text)).toEqual({
      bucket: BUCKET,
      key: 'a/中',
      upload_id: expect.stringMatching(/^[0-9a-f]+$/) as string,
    });
  });
});

describe('Upload Part', () => {
  it.each([0, 1, 9999, '00007'])('takes the number %s', async number => {
    const { part } = await uploading();
    const { status, headers } = await part(number, 'x');
    expect([status, headers.get('etag')]).toEqual([201, `"${md5('x')}"`]);
  });

  it.each(['10000', '-1', '1.5', '', 'x', '1e3', '000000'])('refuses the number "%s"', async number => {
    const { part } = await uploading();
    expect(await part(number, 'x')).toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  it('refuses a part with another digest, without a length, or of another object', async () => {
    const { part, on, send, id } = await uploading();
    await part(0, 'x');
    const wrong = { method: 'PUT', body: 'y', headers: { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' } };
    expect(await on('&part_number=0', wrong)).toMatchObject({ code: 'bad_digest' });
    expect(await on('&part_number=0', { method: 'PUT' })).toMatchObject({ code: 'invalid_request' });
    expect(
      await send({ method: 'PUT', target: `/${BUCKET}/other?upload_id=${id}&part_number=0`, body: 'y' }),
    ).toMatchObject({ status: 400, code: 'upload_not_exists' });
    expect((await on('', {})).text).toContain(md5('x'));
  });
});

describe('Upload Part - Copy', () => {
  const SOURCE = { 'x-qs-copy-source': `/${BUCKET}/a` };

  it.each([
    { name: 'an object', headers: SOURCE, content: 'hello' },
    { name: 'bytes of an object', headers: { ...SOURCE, 'x-qs-copy-range': 'bytes=1-3' }, content: 'ell' },
  ])('takes $name', async ({ headers, content }) => {
    const service = await uploading();
    await service.put(BUCKET, 'a', 'hello');
    const answer = await service.on('&part_number=0', { method: 'PUT', headers });
    expect([answer.status, answer.headers.get('etag')]).toEqual([201, `"${md5(content)}"`]);
    await service.complete(named(0, content));
    expect(await service.content(BUCKET, 'k')).toBe(content);
  });

  it.each([
    { headers: { ...SOURCE, 'x-qs-copy-range': 'bytes=3-5' }, code: 'invalid_range' },
    { headers: { ...SOURCE, 'x-qs-copy-range': 'x' }, code: 'invalid_range' },
    { headers: { 'x-qs-copy-source': `/${BUCKET}/gone` }, code: 'object_not_exists' },
    { headers: { 'x-qs-copy-source': 'x' }, code: 'invalid_argument' },
    { headers: { ...SOURCE, 'x-qs-copy-source-if-match': '"x"' }, code: 'precondition_failed' },
  ])('refuses $headers as $code', async ({ headers, code }) => {
    const service = await uploading();
    await service.put(BUCKET, 'a', 'hello');
    expect(await service.on('&part_number=0', { method: 'PUT', headers })).toMatchObject({ code });
    expect((await service.on('', {})).text).toContain('"count":0');
  });
});

describe('List Multipart', () => {
  it('lists parts by their numbers, the last of a number counting', async () => {
    const { part, on } = await uploading();
    for (const [number, body] of [
      [9999, 'c'],
      [0, 'x'],
      [5, 'bb'],
      [0, 'a'],
    ] as const)
      await part(number, body);
    const { status, text } = await on('', {});
    const created = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        count: 3,
        object_parts: [
          { part_number: 0, size: 1, created, etag: `"${md5('a')}"` },
          { part_number: 5, size: 2, created, etag: `"${md5('bb')}"` },
          { part_number: 9999, size: 1, created, etag: `"${md5('c')}"` },
        ],
      },
    ]);
  });

  it.each([
    { parameters: '&limit=1', numbers: [0] },
    { parameters: '&part_number_marker=0', numbers: [1, 2] },
    { parameters: '&part_number_marker=0&limit=1', numbers: [1] },
    { parameters: '&part_number_marker=2', numbers: [] },
    { parameters: '&part_number_marker=', numbers: [0, 1, 2] },
  ])('lists a page: $parameters', async ({ parameters, numbers }) => {
    const { part, on } = await uploading();
    for (const number of [0, 1, 2]) await part(number, 'x');
    const { object_parts: parts } = JSON.parse((await on(parameters, {})).text) as {
      object_parts: { part_number: number }[];
    };
    expect(parts.map(each => each.part_number)).toEqual(numbers);
  });

  it.each(['&limit=0', '&part_number_marker=x', '&part_number_marker=10000'])(
    'refuses %s',
    async parameters => {
      const { on } = await uploading();
      expect(await on(parameters, {})).toMatchObject({ status: 400, code: 'invalid_argument' });
    },
  );
});

describe('Complete Multipart Upload', () => {
  it('makes the object of the named parts, with what the upload began with', async () => {
    const { part, complete, send, keys } = await uploading({
      'Content-Type': 'text/css',
      'x-qs-meta-a': '1',
    });
    await part(3, 'end');
    await part(0, SMALLEST);
    await part(1, 'left out');
    expect(keys(BUCKET)).toEqual([]);
    const { status, headers } = await complete(named(0, SMALLEST), { part_number: 3 });
    const digests = Buffer.concat([SMALLEST, 'end'].map(body => createHash('md5').update(body).digest()));
    expect([status, headers.get('etag')]).toEqual([201, `"${md5(digests)}-2"`]);
    const object = await send({ target: `/${BUCKET}/k` });
    expect(object.bytes.equals(Buffer.concat([SMALLEST, Buffer.from('end')]))).toBe(true);
    expect(Object.fromEntries(object.headers)).toMatchObject({
      'content-type': 'text/css',
      'x-qs-meta-a': '1',
    });
  });

  it.each(['"', ''])('takes ETags with quotes of %j', async quote => {
    const { part, complete } = await uploading();
    await part(0, 'x');
    expect(await complete({ part_number: 0, etag: `${quote}${md5('x')}${quote}` })).toMatchObject({
      status: 201,
    });
  });

  it('takes an empty ETag for none, and fields that SDKs send besides', async () => {
    const { part, complete } = await uploading();
    await part(0, 'x');
    expect(
      await complete({ part_number: 0, etag: '', size: 1, created: '2026-01-01T00:00:00Z' }),
    ).toMatchObject({ status: 201 });
  });

  it('ends the upload: what comes after finds none', async () => {
    const { part, complete, on } = await uploading();
    await part(0, 'x');
    await complete(named(0, 'x'));
    for (const answer of [
      await complete(named(0, 'x')),
      await part(1, 'y'),
      await on('', {}),
      await on('', { method: 'DELETE' }),
    ]) {
      expect(answer).toMatchObject({ status: 400, code: 'upload_not_exists' });
    }
  });

  it.each([
    { name: 'no part', parts: [], code: 'invalid_argument', message: /names no part/ },
    {
      name: 'a part that is missing',
      parts: [named(0, 'a'), named(2, 'c')],
      code: 'invalid_argument',
      message: /not uploaded/,
    },
    {
      name: 'a part with another ETag',
      parts: [named(0, 'b')],
      code: 'invalid_argument',
      message: /another ETag/,
    },
    {
      name: 'parts in another order',
      parts: [named(1, 'b'), named(0, 'a')],
      code: 'invalid_argument',
      message: /ascending order/,
    },
    {
      name: 'a part twice',
      parts: [named(0, 'a'), named(0, 'a')],
      code: 'invalid_argument',
      message: /ascending order/,
    },
    {
      name: 'a part that is too small',
      parts: [named(0, 'a'), named(1, 'b')],
      code: 'entity_too_small',
      message: /4 MB or more/,
    },
    {
      name: 'a part without a number',
      parts: [{ etag: 'x' }],
      code: 'invalid_request',
      message: /^line 1, column 18: a part needs a `part_number`/,
    },
    {
      name: 'a number that is a text',
      parts: [{ part_number: '0' }],
      code: 'invalid_request',
      message: /a part needs a `part_number`/,
    },
    {
      name: 'a number that is too large',
      parts: [{ part_number: 10_000 }],
      code: 'invalid_request',
      message: /from 0 to 9999/,
    },
    {
      name: 'a number that is none of a part',
      parts: [{ part_number: 0.5 }],
      code: 'invalid_request',
      message: /from 0 to 9999/,
    },
    {
      name: 'an ETag that is no text',
      parts: [{ part_number: 0, etag: 5 }],
      code: 'invalid_request',
      message: /`etag` is a string/,
    },
    { name: 'null', parts: [null], code: 'invalid_request', message: /a part needs/ },
    {
      name: '10001 parts',
      parts: Array.from({ length: 10_001 }, () => ({ part_number: 0 })),
      code: 'max_parts_exceeded',
      message: /at most 10000/,
    },
  ])('refuses $name, and leaves the upload as it was', async ({ parts, code, message }) => {
    const { part, complete, keys } = await uploading();
    await part(0, 'a');
    await part(1, 'b');
    const answer = await complete(...(parts as object[]));
    expect(answer).toMatchObject({ status: 400, code });
    expect(messageOf(answer)).toMatch(message);
    expect(keys(BUCKET)).toEqual([]);
    expect(await complete(named(1, 'b'))).toMatchObject({ status: 201 });
  });

  it.each([
    { body: '', code: 'invalid_json' },
    { body: '{"object_parts":[', code: 'invalid_json' },
    { body: '{}', code: 'invalid_request' },
    { body: '{"object_parts":{}}', code: 'invalid_request' },
    { body: ' '.repeat(4 * 1024 * 1024 + 1), code: 'entity_too_large' },
  ])('refuses a body of another shape as $code', async ({ body, code }) => {
    const { on } = await uploading();
    expect(await on('', { method: 'POST', body })).toMatchObject({ status: 400, code });
  });

  it('replaces the object there was, once it is complete', async () => {
    const { part, complete, put, content } = await uploading();
    await put(BUCKET, 'k', 'before');
    await part(0, 'after');
    expect(await content(BUCKET, 'k')).toBe('before');
    await complete(named(0, 'after'));
    expect(await content(BUCKET, 'k')).toBe('after');
  });
});

describe('Abort Multipart Upload', () => {
  it('gives the upload up, and the bucket can go', async () => {
    const { on, part, send } = await uploading();
    await part(0, 'x');
    expect(await send({ method: 'DELETE', target: `/${BUCKET}` })).toMatchObject({
      code: 'bucket_not_empty',
    });
    expect(await on('', { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expect(await on('', { method: 'DELETE' })).toMatchObject({ status: 400, code: 'upload_not_exists' });
    expect(await send({ method: 'DELETE', target: `/${BUCKET}` })).toMatchObject({ status: 204 });
  });

  it.each(['', 'x', '../../etc', `${'0'.repeat(44)}`, '中'])('finds no upload "%s"', async id => {
    const { send } = await uploading();
    const target = `/${BUCKET}/k?upload_id=${encodeURIComponent(id)}`;
    expect(await send({ method: 'DELETE', target })).toMatchObject({
      status: 400,
      code: 'upload_not_exists',
    });
  });
});

describe('List Multipart Uploads', () => {
  it('goes through the uploads page by page', async () => {
    const { send, id } = await uploading({ 'x-qs-storage-class': 'STANDARD_IA' });
    await send({ method: 'POST', target: `/${BUCKET}/a?uploads` });
    await send({ method: 'POST', target: `/${BUCKET}/z?uploads` });
    const page = async (query: string): Promise<Record<string, unknown>> =>
      JSON.parse((await send({ target: `/${BUCKET}?uploads&${query}` })).text) as Record<string, unknown>;
    expect(await page('limit=1&prefix=k')).toEqual({
      name: BUCKET,
      prefix: 'k',
      limit: 1,
      marker: '',
      has_more: false,
      next_key_marker: '',
      next_upload_id_marker: '',
      uploads: [
        {
          key: 'k',
          upload_id: id,
          created: expect.stringMatching(/^\d{4}-/) as string,
          storage_class: 'STANDARD_IA',
        },
      ],
    });
    expect(await page('limit=2')).toMatchObject({
      has_more: true,
      next_key_marker: 'k',
      next_upload_id_marker: id,
    });
    expect(await page(`key_marker=k&upload_id_marker=${id}`)).toMatchObject({
      marker: 'k',
      has_more: false,
      uploads: [{ key: 'z' }],
    });
  });
});
