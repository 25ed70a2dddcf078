/** Multipart uploads and copies that are not right, of both services: nothing is made of them, and nothing is lost. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cosHost, createBucket, type SendToBucket, signedLines } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import {
  createQingstorBucket,
  type SendToQingstorBucket,
  signedQingstorLines,
} from '../support/qingstor-http.ts';
import { openConnection, parseResponses } from '../support/raw-http.ts';

const COS_BUCKET = 'uploads-1250000000';
const QINGSTOR_BUCKET = 'uploads-bucket';
const KEY = '/dir/key';

let server: LocalServer;
let cos: SendToBucket;
let qingstor: SendToQingstorBucket;

beforeAll(async () => {
  server = await startLocalServer();
  cos = await createBucket(server.cos, COS_BUCKET);
  qingstor = await createQingstorBucket(server.qingstor, QINGSTOR_BUCKET);
});

afterAll(() => server.stop());

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

interface NamedPart {
  readonly number: unknown;
  readonly etag?: string;
}

/** How one service is driven, and what its errors are called. */
interface UploadService {
  readonly name: string;
  readonly send: (request: {
    readonly method?: string;
    readonly target: string;
    readonly body?: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  }) => Promise<Answer>;
  readonly address: () => string;
  /** Of a request, with its signature. */
  readonly head: (method: string, target: string) => readonly string[];
  readonly partTarget: (id: string, number: string) => string;
  readonly uploadTarget: (id: string) => string;
  readonly completion: (parts: readonly NamedPart[]) => string;
  readonly copySource: (key: string) => string;
  readonly headers: {
    readonly source: string;
    readonly range: string;
    readonly condition: string;
    readonly directive: string;
  };
  readonly firstNumber: number;
  readonly lastNumber: number;
  readonly smallestPart: number;
  readonly codes: {
    readonly noUpload: readonly [number, string];
    readonly badNumber: readonly [number, string];
    readonly malformed: readonly [number, string];
    readonly misshapen: readonly [number, string];
    readonly noPart: readonly [number, string];
    readonly order: readonly [number, string];
    readonly tooSmall: readonly [number, string];
    readonly digest: readonly [number, string];
    readonly range: readonly [number, string];
    readonly badSource: readonly [number, string];
    readonly noObject: readonly [number, string];
    readonly noBucket: readonly [number, string];
    readonly condition: readonly [number, string];
    readonly directive: readonly [number, string];
  };
}

const SERVICES: readonly UploadService[] = [
  {
    name: 'COS',
    send: request => cos(request),
    address: () => server.cos,
    head: (method, target) => signedLines(cosHost(COS_BUCKET), { method, target }),
    partTarget: (id, number) => `${KEY}?partNumber=${number}&uploadId=${id}`,
    uploadTarget: id => `${KEY}?uploadId=${id}`,
    completion: parts => {
      const elements = parts.map(
        ({ number, etag = '' }) =>
          `<Part><PartNumber>${String(number)}</PartNumber><ETag>${etag}</ETag></Part>`,
      );
      return `<CompleteMultipartUpload>${elements.join('')}</CompleteMultipartUpload>`;
    },
    copySource: key => `${cosHost(COS_BUCKET)}/${key}`,
    headers: {
      source: 'x-cos-copy-source',
      range: 'x-cos-copy-source-range',
      condition: 'x-cos-copy-source-If-Match',
      directive: 'x-cos-metadata-directive',
    },
    firstNumber: 1,
    lastNumber: 10_000,
    smallestPart: 1024 ** 2,
    codes: {
      noUpload: [404, 'NoSuchUpload'],
      badNumber: [400, 'InvalidArgument'],
      malformed: [400, 'MalformedXML'],
      misshapen: [400, 'MalformedXML'],
      noPart: [400, 'InvalidPart'],
      order: [400, 'InvalidPartOrder'],
      tooSmall: [400, 'EntityTooSmall'],
      digest: [400, 'BadDigest'],
      range: [416, 'InvalidRange'],
      badSource: [400, 'InvalidArgument'],
      noObject: [404, 'NoSuchKey'],
      noBucket: [404, 'NoSuchBucket'],
      condition: [412, 'PreconditionFailed'],
      directive: [400, 'InvalidArgument'],
    },
  },
  {
    name: 'QingStor',
    send: request => qingstor(request),
    address: () => server.qingstor,
    head: (method, target) =>
      signedQingstorLines(server.qingstor, { method, target: `/${QINGSTOR_BUCKET}${target}` }),
    partTarget: (id, number) => `${KEY}?part_number=${number}&upload_id=${id}`,
    uploadTarget: id => `${KEY}?upload_id=${id}`,
    completion: parts =>
      JSON.stringify({ object_parts: parts.map(({ number, etag }) => ({ part_number: number, etag })) }),
    copySource: key => `/${QINGSTOR_BUCKET}/${key}`,
    headers: {
      source: 'x-qs-copy-source',
      range: 'x-qs-copy-range',
      condition: 'x-qs-copy-source-if-match',
      directive: 'x-qs-metadata-directive',
    },
    firstNumber: 0,
    lastNumber: 9_999,
    smallestPart: 4 * 1024 ** 2,
    codes: {
      noUpload: [400, 'upload_not_exists'],
      badNumber: [400, 'invalid_argument'],
      malformed: [400, 'invalid_json'],
      misshapen: [400, 'invalid_request'],
      noPart: [400, 'invalid_argument'],
      order: [400, 'invalid_argument'],
      tooSmall: [400, 'entity_too_small'],
      digest: [400, 'bad_digest'],
      range: [416, 'invalid_range'],
      badSource: [400, 'invalid_argument'],
      noObject: [404, 'object_not_exists'],
      noBucket: [404, 'bucket_not_exists'],
      condition: [412, 'precondition_failed'],
      directive: [400, 'invalid_argument'],
    },
  },
];

const outcome = ({ status, code }: Answer): readonly unknown[] => [status, code];
const md5 = (body: string | Uint8Array): string => createHash('md5').update(body).digest('hex');

describe.each(SERVICES)('an upload to $name', service => {
  const { send, codes, partTarget, uploadTarget, completion, firstNumber, lastNumber } = service;
  let id: string;

  beforeEach(async () => {
    const { text } = await send({ method: 'POST', target: `${KEY}?uploads`, body: '' });
    id = /(?:<UploadId>|"upload_id":")([^<"]+)/.exec(text)?.[1] ?? '';
    expect(id).not.toBe('');
    await send({ method: 'DELETE', target: KEY });
  });

  const put = (number: unknown, body: string | Uint8Array, headers = {}): Promise<Answer> =>
    send({ method: 'PUT', target: partTarget(id, String(number)), body, headers });
  const complete = (body: string): Promise<Answer> =>
    send({ method: 'POST', target: uploadTarget(id), body });
  const parts = async (): Promise<string> => (await send({ target: uploadTarget(id) })).text;

  /** The upload is as before, and can still be completed. */
  async function expectIntact(): Promise<void> {
    expect(outcome(await send({ target: KEY }))).toEqual(codes.noObject);
    const { headers } = await put(firstNumber, 'the part');
    expect(headers.etag).toBe(`"${md5('the part')}"`);
    const done = await complete(completion([{ number: firstNumber, etag: `"${md5('the part')}"` }]));
    expect(Math.floor(done.status / 100)).toBe(2);
    expect((await send({ target: KEY })).text).toBe('the part');
  }

  it.each([
    '-1',
    '',
    'x',
    '1.5',
    '1e3',
    '0x1',
    '10001',
    '99999999999',
    '%20',
    '١',
    lastNumber + 1,
    firstNumber - 1,
  ])('has no part number %j', async number => {
    const before = await parts();
    const target = partTarget(id, encodeURI(String(number)).replace('%2520', '%20'));
    expect(outcome(await send({ method: 'PUT', target, body: 'x' }))).toEqual(codes.badNumber);
    expect(await parts()).toBe(before);
  });

  it('has parts of the first and the last number', async () => {
    const last = service.smallestPart;
    for (const number of [lastNumber, firstNumber]) {
      expect((await put(number, Buffer.alloc(last, String(number)))).status).toBeLessThan(300);
    }
    const named = [firstNumber, lastNumber].map(number => ({
      number,
      etag: md5(Buffer.alloc(last, String(number))),
    }));
    expect((await complete(completion(named))).status).toBeLessThan(300);
  });

  it.each(['', 'x', '../../etc', '%00', '0'.repeat(5000), 'é'])('is not found by the id %j', async other => {
    const encoded = encodeURI(other).replace('%2500', '%00');
    for (const [method, target] of [
      ['PUT', partTarget(encoded, String(firstNumber))],
      ['GET', uploadTarget(encoded)],
      ['POST', uploadTarget(encoded)],
      ['DELETE', uploadTarget(encoded)],
    ] as const) {
      const body =
        method === 'PUT' || method === 'POST' ? { body: completion([{ number: 1, etag: 'x' }]) } : {};
      expect(outcome(await send({ method, target, ...body })), method).toEqual(codes.noUpload);
    }
    await expectIntact();
  });

  it('belongs to its key alone', async () => {
    const target = uploadTarget(id).replace(KEY, '/other');
    expect(outcome(await send({ target }))).toEqual(codes.noUpload);
    expect(outcome(await send({ method: 'DELETE', target }))).toEqual(codes.noUpload);
    await expectIntact();
  });

  it.each([
    { name: 'nothing', body: '', as: 'malformed' },
    { name: 'text', body: 'complete please', as: 'malformed' },
    { name: 'bytes that are no UTF-8', body: Buffer.from([0xff, 0xfe]), as: 'malformed' },
    { name: 'too much', body: ' '.repeat(4 * 1024 ** 2 + 1), as: 'tooLarge' },
    {
      name: 'another document',
      body: service.name === 'COS' ? '<Delete><Part/></Delete>' : '{"parts":[]}',
      as: 'misshapen',
    },
    { name: 'a part without a number', body: completion([{ number: '' }]), as: 'misshapen' },
    { name: 'a part of an odd number', body: completion([{ number: 'one', etag: 'x' }]), as: 'misshapen' },
    {
      name: 'a part of too high a number',
      body: completion([{ number: lastNumber + 1, etag: 'x' }]),
      as: 'misshapen',
    },
    { name: 'half a part', body: completion([{ number: 1.5, etag: 'x' }]), as: 'misshapen' },
    { name: 'no part', body: completion([]), as: 'noPart' },
    { name: 'a part that was not uploaded', body: completion([{ number: 7, etag: md5('a') }]), as: 'noPart' },
    { name: 'another ETag', body: completion([{ number: firstNumber, etag: md5('other') }]), as: 'noPart' },
    { name: 'an ETag that is none', body: completion([{ number: firstNumber, etag: 'x' }]), as: 'noPart' },
    {
      name: 'ten thousand parts, the last of which is missing',
      body: completion(
        Array.from({ length: 10_000 }, (_, i) => ({ number: i + firstNumber, etag: md5('the part') })),
      ),
      as: 'noPart',
    },
    {
      name: 'one part twice',
      body: completion([firstNumber, firstNumber].map(number => ({ number, etag: md5('the part') }))),
      as: 'order',
    },
    {
      name: 'parts in the wrong order',
      body: completion([firstNumber + 1, firstNumber].map(number => ({ number, etag: md5('the part') }))),
      as: 'order',
    },
    {
      name: 'a part that is too small, and not the last',
      body: completion([firstNumber, firstNumber + 1].map(number => ({ number, etag: md5('the part') }))),
      as: 'tooSmall',
    },
  ] as const)('is not completed by $name', async ({ body, as }) => {
    await put(firstNumber, 'the part');
    await put(firstNumber + 1, 'the part');
    const response = await send({ method: 'POST', target: uploadTarget(id), body });
    if (as === 'tooLarge') expect(response.status).toBe(400);
    else expect(outcome(response)).toEqual(codes[as]);
    await expectIntact();
  });

  it('says where its completion is malformed', async () => {
    const whole = completion([{ number: 1, etag: 'x' }]);
    expect((await complete(`\n\n ${whole.slice(0, -3)}`)).text).toMatch(/line 3, column \d+/);
  });

  it('is completed once, and then is no more', async () => {
    await put(firstNumber, 'the part');
    const body = completion([{ number: firstNumber, etag: md5('the part') }]);
    const answers = await Promise.all([complete(body), complete(body), complete(body)]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    for (const answer of answers) if (answer.status >= 300) expect(outcome(answer)).toEqual(codes.noUpload);
    expect((await send({ target: KEY })).text).toBe('the part');
  });

  it('takes a part as a whole, or not at all', async () => {
    const before = await parts();
    const number = String(firstNumber);
    const target = partTarget(id, number);
    const path = service.name === 'COS' ? target : `/${QINGSTOR_BUCKET}${target}`;
    const lines = [
      `PUT ${path} HTTP/1.1`,
      ...service.head('PUT', target),
      'Content-Length: 100',
      '',
      'short',
    ];
    const connection = await openConnection(service.address());
    connection.write(lines.join('\r\n'));
    connection.endWriting();
    expect(parseResponses(await connection.untilClosed()).map(({ status }) => status)).toEqual([400]);
    const digest = { 'Content-MD5': createHash('md5').update('other').digest('base64') };
    expect(outcome(await put(number, 'x', digest))).toEqual(codes.digest);
    expect(await parts()).toBe(before);
    await expectIntact();
  });

  it.each([
    { name: 'beyond the end', range: 'bytes=0-10', as: 'range' },
    { name: 'backwards', range: 'bytes=5-2', as: 'range' },
    { name: 'open', range: 'bytes=5-', as: 'range' },
    { name: 'of lines', range: 'lines=0-1', as: 'range' },
    { name: 'of text', range: 'x', as: 'range' },
  ] as const)('copies no part from a range $name', async ({ range, as }) => {
    await send({ method: 'PUT', target: '/source', body: '0123456789' });
    const headers = {
      [service.headers.source]: service.copySource('source'),
      [service.headers.range]: range,
    };
    expect(outcome(await put(firstNumber, '', headers))).toEqual(codes[as]);
    await expectIntact();
  });

  it.each([
    { name: 'of nothing', source: service.copySource('nothing'), as: 'noObject' },
    { name: 'without a key', source: service.copySource(''), as: 'badSource' },
    { name: 'that is empty', source: '', as: 'badSource' },
    { name: 'that is text', source: 'source', as: 'badSource' },
    { name: 'that is not percent-encoded', source: service.copySource('%zz'), as: 'badSource' },
    {
      name: 'of a bucket that is not there',
      source: service.copySource('source').replace('uploads', 'missing'),
      as: 'noBucket',
    },
  ] as const)('takes no copy from a source $name, nor does an object', async ({ source, as }) => {
    const headers = { [service.headers.source]: source };
    expect(outcome(await put(firstNumber, '', headers))).toEqual(codes[as]);
    expect(outcome(await send({ method: 'PUT', target: KEY, body: '', headers }))).toEqual(codes[as]);
    await expectIntact();
  });

  it('copies nothing when a condition does not hold, or it is told to do what it cannot', async () => {
    await send({ method: 'PUT', target: '/source', body: '0123456789' });
    const from = { [service.headers.source]: service.copySource('source') };
    const condition = { ...from, [service.headers.condition]: '"x"' };
    expect(outcome(await put(firstNumber, '', condition))).toEqual(codes.condition);
    expect(outcome(await send({ method: 'PUT', target: KEY, body: '', headers: condition }))).toEqual(
      codes.condition,
    );
    const directive = { ...from, [service.headers.directive]: 'x' };
    expect(outcome(await send({ method: 'PUT', target: KEY, body: '', headers: directive }))).toEqual(
      codes.directive,
    );
    await expectIntact();
  });

  it('copies an object onto itself, and an empty one', async () => {
    for (const body of ['0123456789', '']) {
      await send({ method: 'PUT', target: '/source', body });
      const headers = { [service.headers.source]: service.copySource('source') };
      for (const target of ['/source', '/copy']) {
        const copied = await send({ method: 'PUT', target, body: '', headers });
        expect(copied.status).toBeLessThan(300);
        expect((await send({ target })).text).toBe(body);
      }
    }
  });
});
