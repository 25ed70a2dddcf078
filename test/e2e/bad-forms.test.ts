/** Form uploads to both services: those that hold to their policy, and those that do not, of which nothing is kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosHost, createBucket, type SendToBucket } from '../support/cos-http.ts';
import { FORM_TYPE, formBody } from '../support/form-data.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { createQingstorBucket, type SendToQingstorBucket } from '../support/qingstor-http.ts';
import { openConnection, parseResponses, type RawResponse, sendRawRequest } from '../support/raw-http.ts';
import { type CosKey, LOCAL_KEY, signedCosPolicyFields } from '../support/sign-cos.ts';
import { QINGSTOR_KEY, signedPolicyFields } from '../support/sign-qingstor.ts';

const COS_BUCKET = 'forms-1250000000';
const QINGSTOR_BUCKET = 'forms-bucket';

let server: LocalServer;
let cos: SendToBucket;
let qingstor: SendToQingstorBucket;

beforeAll(async () => {
  server = await startLocalServer();
  cos = await createBucket(server.cos, COS_BUCKET);
  qingstor = await createQingstorBucket(server.qingstor, QINGSTOR_BUCKET);
});

afterAll(() => server.stop());

/** What a form does in one service, and how it is refused there. */
interface FormService {
  readonly name: string;
  readonly bucket: string;
  readonly address: () => string;
  /** Of a request that posts a form. */
  readonly head: () => readonly string[];
  readonly sign: (policy: string, key: CosKey) => Record<string, string>;
  readonly key: CosKey;
  readonly read: (key: string) => Promise<{ readonly status: number; readonly text: string }>;
  /** Every key, as it stands in the listing. */
  readonly listing: () => Promise<string>;
  readonly stored: number;
  readonly codes: Readonly<
    Record<
      | 'violated'
      | 'expired'
      | 'forged'
      | 'unknownKey'
      | 'anonymous'
      | 'malformed'
      | 'keyLength'
      | 'tooLarge'
      | 'tooSmall',
      readonly [status: number, code: string]
    >
  >;
}

const SERVICES: readonly FormService[] = [
  {
    name: 'COS',
    bucket: COS_BUCKET,
    address: () => server.cos,
    head: () => ['POST / HTTP/1.1', `Host: ${cosHost(COS_BUCKET)}`],
    sign: (policy, key) => signedCosPolicyFields(policy, { key }),
    key: LOCAL_KEY,
    read: key => cos({ target: `/${key}` }),
    listing: async () => (await cos({ target: '/' })).text,
    stored: 204,
    codes: {
      violated: [403, 'AccessDenied'],
      expired: [403, 'AccessDenied'],
      forged: [403, 'SignatureDoesNotMatch'],
      unknownKey: [403, 'InvalidAccessKeyId'],
      anonymous: [403, 'AccessDenied'],
      malformed: [400, 'MalformedPOSTRequest'],
      keyLength: [400, 'KeyTooLong'],
      tooLarge: [400, 'EntityTooLarge'],
      tooSmall: [400, 'EntityTooSmall'],
    },
  },
  {
    name: 'QingStor',
    bucket: QINGSTOR_BUCKET,
    address: () => server.qingstor,
    head: () => [`POST /${QINGSTOR_BUCKET} HTTP/1.1`, `Host: ${server.qingstor}`],
    sign: signedPolicyFields,
    key: QINGSTOR_KEY,
    read: key => qingstor({ target: `/${key}` }),
    listing: async () => (await qingstor()).text,
    stored: 201,
    codes: {
      violated: [400, 'form_policy_violated'],
      expired: [400, 'form_policy_violated'],
      forged: [401, 'signature_not_matched'],
      unknownKey: [401, 'invalid_access_key_id'],
      anonymous: [403, 'permission_denied'],
      malformed: [400, 'invalid_request'],
      keyLength: [400, 'invalid_object_name'],
      tooLarge: [400, 'entity_too_large'],
      tooSmall: [400, 'entity_too_small'],
    },
  },
];

const HOUR_MS = 3_600_000;
const FILE = { name: 'photo 中.png', type: 'image/png', content: 'the file' };

function policy(conditions: readonly unknown[], expiration = new Date(Date.now() + HOUR_MS)): string {
  return JSON.stringify({ expiration: expiration.toISOString(), conditions });
}

interface Form {
  readonly fields?: Readonly<Record<string, string>>;
  /** By default one that lets everything be. */
  readonly policy?: string | undefined;
  readonly key?: CosKey;
  readonly content?: string | Uint8Array;
}

function bodyOf(service: FormService, form: Form): Buffer {
  const { fields = {}, content = FILE.content, key = service.key } = form;
  const signed =
    'policy' in form && form.policy === undefined ? {} : service.sign(form.policy ?? policy([]), key);
  return formBody({ key: 'posted', ...signed, ...fields }, { ...FILE, content });
}

function request(service: FormService, body: Uint8Array, type = FORM_TYPE): Buffer {
  const lines = [...service.head(), `Content-Type: ${type}`, `Content-Length: ${body.length}`];
  return Buffer.concat([Buffer.from([...lines, 'Connection: close', '', ''].join('\r\n')), body]);
}

function post(service: FormService, form: Form): Promise<RawResponse> {
  return sendRawRequest(service.address(), request(service, bodyOf(service, form)));
}

describe.each(SERVICES)('a form to $name', service => {
  const { codes } = service;

  it('is stored with what its fields say', async () => {
    const conditions = [
      { bucket: service.bucket },
      ['starts-with', '$key', 'up/'],
      ['eq', '$Content-Type', 'text/x-own'],
      ['content-length-range', 1, 100],
    ];
    const fields = { key: 'up/a', 'Content-Type': 'text/x-own' };
    const response = await post(service, { policy: policy(conditions), fields });
    expect([response.status, response.body]).toEqual([service.stored, '']);
    expect(response.headers.get('etag')).toBe('"9144da26b6b58c823799dd4a8a884f26"');
    const { status, text } = await service.read('up/a');
    expect([status, text]).toEqual([200, 'the file']);
  });

  it('names its object after the file where it asks for that', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write it so
    const response = await post(service, { fields: { key: 'named/${filename}' } });
    expect(response.status).toBe(service.stored);
    expect((await service.read('named/photo%20%E4%B8%AD.png')).text).toBe('the file');
  });

  it('may have an empty file, and one with what looks like a boundary', async () => {
    expect((await post(service, { fields: { key: 'empty' }, content: '' })).status).toBe(service.stored);
    expect((await service.read('empty')).text).toBe('');
    const content = '\r\n--\r\n------CrossgateTestBoundar\r\n\r\n--';
    expect((await post(service, { fields: { key: 'tricky' }, content })).status).toBe(service.stored);
    expect((await service.read('tricky')).text).toBe(content);
  });

  const REFUSED: readonly (Form & { readonly name: string; readonly as: keyof FormService['codes'] })[] = [
    { name: 'another key', policy: policy([['eq', '$key', 'other']]), as: 'violated' },
    { name: 'a key outside', policy: policy([['starts-with', '$key', 'user/']]), as: 'violated' },
    { name: 'another bucket', policy: policy([{ bucket: 'another' }]), as: 'violated' },
    {
      name: 'a bucket that the form claims',
      policy: policy([{ bucket: 'another' }]),
      fields: { bucket: 'another' },
      as: 'violated',
    },
    { name: 'a field that is missing', policy: policy([{ 'x-own': 'a' }]), as: 'violated' },
    { name: 'another type', policy: policy([['starts-with', '$Content-Type', 'video/']]), as: 'violated' },
    { name: 'a condition nobody knows', policy: policy([['matches', '$key', '.*']]), as: 'violated' },
    { name: 'a condition that is none', policy: policy(['key']), as: 'violated' },
    { name: 'a condition that is null', policy: policy([null]), as: 'violated' },
    { name: 'no conditions', policy: '{"expiration":"2099-01-01T00:00:00Z"}', as: 'violated' },
    { name: 'no expiration', policy: '{"conditions":[]}', as: 'violated' },
    { name: 'an expiration that is no time', policy: '{"expiration":"x","conditions":[]}', as: 'violated' },
    { name: 'a policy that is no JSON', policy: 'policy', as: 'violated' },
    { name: 'a policy that is null', policy: 'null', as: 'violated' },
    { name: 'an empty policy', policy: '', as: 'violated' },
    { name: 'a policy of yesterday', policy: policy([], new Date(Date.now() - HOUR_MS)), as: 'expired' },
    { name: 'another secret', key: { ...service.key, secret: 'x' }, as: 'forged' },
    { name: 'a key id nobody knows', key: { id: 'UNKNOWN', secret: 'x' }, as: 'unknownKey' },
    { name: 'no policy at all', policy: undefined, as: 'anonymous' },
    { name: 'an empty key', fields: { key: '' }, as: 'keyLength' },
    { name: 'a key that is too long', fields: { key: 'k'.repeat(1024) }, as: 'keyLength' },
    {
      name: 'more than the policy allows',
      policy: policy([['content-length-range', 0, 7]]),
      as: 'tooLarge',
    },
    {
      name: 'much more than the policy allows',
      policy: policy([['content-length-range', 0, 7]]),
      content: Buffer.alloc(2_000_000, 'x'),
      as: 'tooLarge',
    },
    {
      name: 'less than the policy asks for',
      policy: policy([['content-length-range', 9, 99]]),
      as: 'tooSmall',
    },
    { name: 'a line break in a header', fields: { 'Content-Type': 'a\r\nX-Injected: b' }, as: 'malformed' },
    { name: 'a field that is too long', fields: { note: 'n'.repeat(70_000) }, as: 'malformed' },
    {
      name: 'too many fields',
      fields: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-field-${i}`, ''])),
      as: 'malformed',
    },
  ];

  it.each(REFUSED)('is refused as $as with $name, and nothing is kept', async ({ as, name: _, ...form }) => {
    const before = await service.listing();
    const response = await post(service, form);
    expect([response.status, response.code]).toEqual(codes[as]);
    expect(await service.listing()).toBe(before);
  });

  it.each([
    { name: 'forged', form: { key: { ...service.key, secret: 'x' } }, as: 'forged' },
    { name: 'too large', form: { policy: policy([['content-length-range', 0, 7]]) }, as: 'tooLarge' },
    { name: 'without a key', form: { fields: { key: '' } }, as: 'keyLength' },
  ] as const)('is refused soon, large as it is, and its connection goes on: $name', async ({ form, as }) => {
    const body = bodyOf(service, { ...form, content: Buffer.alloc(3_000_000, 'f') });
    const lines = [...service.head(), `Content-Type: ${FORM_TYPE}`, `Content-Length: ${body.length}`];
    const [, host = ''] = service.head();
    const started = performance.now();
    const connection = await openConnection(service.address());
    connection.write([...lines, '', ''].join('\r\n'));
    connection.write(body);
    connection.write(`GET /${service.bucket}/nothing HTTP/1.1\r\n${host}\r\n\r\n`);
    const responses = await connection.untilResponses(2);
    expect(responses.map(({ status }) => status)).toEqual([codes[as][0], 403]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('has a policy that cannot be changed on the way', async () => {
    const wide = Buffer.from(policy([['starts-with', '$key', '']])).toString('base64');
    const response = await post(service, { policy: policy([{ key: 'other' }]), fields: { policy: wide } });
    expect([response.status, response.code]).toEqual(codes.forged);
  });

  it.each([
    { name: 'no type', type: '' },
    { name: 'another type', type: 'application/x-www-form-urlencoded' },
    { name: 'no boundary', type: 'multipart/form-data' },
    { name: 'another boundary', type: 'multipart/form-data; boundary=other' },
    { name: 'an empty boundary', type: 'multipart/form-data; boundary=' },
  ])('is refused when its Content-Type says $name', async ({ type }) => {
    const before = await service.listing();
    const response = await sendRawRequest(service.address(), request(service, bodyOf(service, {}), type));
    expect([response.status, response.code]).toEqual(codes.malformed);
    expect(await service.listing()).toBe(before);
  });

  it.each([
    { name: 'nothing', body: '' },
    { name: 'no form', body: '{"key":"posted"}' },
    { name: 'no file', body: formBody({ key: 'posted' }).toString() },
    {
      name: 'a part without a name',
      body: '------CrossgateTestBoundary\r\n\r\nx\r\n------CrossgateTestBoundary--\r\n',
    },
  ])('is refused when its body has $name', async ({ body }) => {
    const response = await sendRawRequest(service.address(), request(service, Buffer.from(body)));
    expect([response.status, response.code]).toEqual(codes.malformed);
  });

  it('is refused when it ends too early, wherever that is', async () => {
    const before = await service.listing();
    const body = bodyOf(service, { content: 'f'.repeat(200) });
    const closing = Buffer.byteLength('\r\n------CrossgateTestBoundary--\r\n');
    for (let length = 40; length <= body.length - 3; length += 23) {
      const response = await sendRawRequest(service.address(), request(service, body.subarray(0, length)));
      expect([response.status, response.code], `${length} of ${body.length}`).toEqual(codes.malformed);
    }
    const open = body.subarray(0, body.length - closing);
    const response = await sendRawRequest(service.address(), request(service, open));
    expect([response.status, response.code]).toEqual(codes.malformed);
    expect(await service.listing()).toBe(before);
  });

  it('is forgotten when its client goes away', async () => {
    const before = await service.listing();
    const whole = request(service, bodyOf(service, { content: Buffer.alloc(300_000, 'f') }));
    for (const length of [whole.length - 1, whole.length - 40, whole.length - 200_000, 400]) {
      const connection = await openConnection(service.address());
      connection.write(whole.subarray(0, length));
      connection.endWriting();
      const responses = parseResponses(await connection.untilClosed());
      for (const { status } of responses) expect(status).toBe(400);
    }
    expect(await service.listing()).toBe(before);
  });
});

it('a form with a redirect sends the browser on, and not to a script', async () => {
  const [cosForms, qingstorForms] = SERVICES;
  if (!cosForms || !qingstorForms) throw new Error('there are two services');
  const page = 'https://page.example/done?a=1';
  const fromCos = await post(cosForms, { fields: { key: 'r', success_action_redirect: page } });
  expect(fromCos.status).toBe(303);
  expect(fromCos.headers.get('location')).toBe(
    `${page}&bucket=${COS_BUCKET}&key=r&etag=%229144da26b6b58c823799dd4a8a884f26%22`,
  );
  const fromQingstor = await post(qingstorForms, { fields: { key: 'r', redirect: page } });
  expect(fromQingstor.status).toBe(302);
  expect(fromQingstor.headers.get('location')).toMatch(
    /^https:\/\/page\.example\/done\?a=1&status=201&code=created&message=Object\+created&request_id=[0-9a-f]{32}$/,
  );
  for (const odd of ['javascript:alert(1)', '//page.example', 'no url']) {
    const cosAnswer = await post(cosForms, { fields: { key: 'r', success_action_redirect: odd } });
    expect([cosAnswer.status, cosAnswer.headers.get('location')]).not.toContain(odd);
    const answer = await post(qingstorForms, { fields: { key: 'r', redirect: odd } });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, undefined]);
  }
});

it.each([
  { asked: '200', status: 200 },
  { asked: '201', status: 201 },
  { asked: '204', status: 204 },
  { asked: '999', status: 204 },
])('a form to COS is answered $status when it asks for $asked', async ({ asked, status }) => {
  const [service] = SERVICES;
  if (!service) throw new Error('there are services');
  const response = await post(service, { fields: { key: 's/&<', success_action_status: asked } });
  expect(response.status).toBe(status);
  expect(response.headers.get('location')).toBe(`http://${cosHost(COS_BUCKET)}/s/%26%3C`);
  expect(response.body.includes('<Key>s/&amp;&lt;</Key>')).toBe(status === 201);
});
