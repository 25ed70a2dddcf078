/** The SDK of QingStor for Node.js against the server: CORS, buckets, and its error objects. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { DOCUMENTED_RULES } from '../support/qingstor-documented.ts';
import {
  failedCall,
  openQingstorSdk,
  optionsObject,
  type QingstorSdk,
  type SdkBucket,
  type SdkResponse,
} from '../support/qingstor-sdk.ts';

const BUCKET = 'sdk-cors';

let server: LocalServer;
let sdk: QingstorSdk;
let bucket: SdkBucket;

beforeAll(async () => {
  server = await startLocalServer();
  sdk = openQingstorSdk(server.qingstor);
  bucket = sdk.Bucket(BUCKET, '');
  await bucket.put();
});

afterAll(() => server.stop());

function granted({ headers }: SdkResponse): object {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
}

describe('the CORS calls', () => {
  beforeEach(() => bucket.deleteCORS());

  it('give back what was put, in order, with the case of its names', async () => {
    const put = await bucket.putCORS({ cors_rules: DOCUMENTED_RULES });
    expect([put.status, put.data]).toEqual([200, '']);
    const read = await bucket.getCORS();
    expect(read.status).toBe(200);
    // The Python SDK compares this as a whole.
    expect(read.headers).toMatchObject({ 'content-type': 'application/json', server: 'QingStor' });
    expect(read.data).toEqual({ cors_rules: DOCUMENTED_RULES });
  });

  it('keep resp_vary, which the SDK has no parameter for', async () => {
    const document = { resp_vary: 'enable', cors_rules: DOCUMENTED_RULES };
    await bucket.putCORS({ cors_rules: DOCUMENTED_RULES, body: document });
    expect((await bucket.getCORS()).data).toEqual(document);
  });

  it('replace the configuration as a whole', async () => {
    await bucket.putCORS({ cors_rules: DOCUMENTED_RULES });
    await bucket.putCORS({ cors_rules: DOCUMENTED_RULES.slice(1) });
    expect((await bucket.getCORS()).data).toEqual({ cors_rules: DOCUMENTED_RULES.slice(1) });
  });

  it('delete twice without an error, and then find none', async () => {
    await bucket.putCORS({ cors_rules: DOCUMENTED_RULES });
    expect((await bucket.deleteCORS()).status).toBe(204);
    expect((await bucket.deleteCORS()).status).toBe(204);
    expect(await failedCall(bucket.getCORS())).toMatchObject({
      status: 404,
      data: { code: 'cors_not_exists' },
    });
  });

  it('say what is wrong with a configuration, and keep the former', async () => {
    await bucket.putCORS({ cors_rules: DOCUMENTED_RULES });
    const wrong = [{ allowed_origin: 'https://*.a.*', allowed_methods: ['PATCH'] }];
    const { status, data } = await failedCall(bucket.putCORS({ cors_rules: wrong }));
    expect([status, data]).toEqual([400, expect.objectContaining({ code: 'invalid_argument' })]);
    expect(JSON.stringify(data)).toMatch(/https:\/\/\*\.a\.\*.*PATCH/);
    expect((await bucket.getCORS()).data).toEqual({ cors_rules: DOCUMENTED_RULES });
  });

  it('fail for a bucket that does not exist', async () => {
    const missing = sdk.Bucket('missing', '');
    for (const call of [
      missing.putCORS({ cors_rules: DOCUMENTED_RULES }),
      missing.getCORS(),
      missing.deleteCORS(),
    ]) {
      expect(await failedCall(call)).toMatchObject({ status: 404, data: { code: 'bucket_not_exists' } });
    }
  });
});

describe('optionsObject', () => {
  const KEY = 'your_file_test_options.zip';
  /** The example of "OPTIONS Object". */
  const SAMPLE = {
    'Access-Control-Request-Headers': 'content-length,content-type',
    'Access-Control-Request-Method': 'DELETE,GET,PUT,PATCH',
    Origin: 'http://*.qingcloud.com',
  };

  beforeEach(() => bucket.putCORS({ cors_rules: DOCUMENTED_RULES }));

  it('answers the documented example with nothing, for a header is not allowed', async () => {
    const response = await optionsObject(bucket, KEY, SAMPLE);
    expect([response.status, granted(response)]).toEqual([200, {}]);
  });

  it('answers it with what is left, once every header is allowed', async () => {
    const response = await optionsObject(bucket, KEY, {
      ...SAMPLE,
      'Access-Control-Request-Headers': 'content-md5,content-type',
    });
    expect([response.status, granted(response)]).toEqual([
      200,
      {
        'access-control-allow-origin': 'http://*.qingcloud.com',
        'access-control-allow-methods': 'DELETE,GET,PUT',
        'access-control-allow-headers': 'content-md5,content-type',
        'access-control-expose-headers': 'x-qs-date',
        'access-control-max-age': '200',
      },
    ]);
  });

  it('answers nothing where there is no configuration, as the SDKs test it', async () => {
    await bucket.deleteCORS();
    const response = await optionsObject(bucket, KEY, {
      'Access-Control-Request-Method': 'GET',
      Origin: 'qingcloud.com',
    });
    expect([response.status, granted(response)]).toEqual([200, {}]);
  });

  it('filters the headers where the server was told to', async () => {
    const filtering = await startLocalServer({ variant: ['qingstor=filter-headers'] });
    try {
      const filtered = openQingstorSdk(filtering.qingstor).Bucket(BUCKET, '');
      await filtered.put();
      await filtered.putCORS({ cors_rules: DOCUMENTED_RULES });
      const response = await optionsObject(filtered, KEY, SAMPLE);
      expect([response.status, granted(response)]).toEqual([
        200,
        {
          'access-control-allow-origin': 'http://*.qingcloud.com',
          'access-control-allow-methods': 'DELETE,GET,PUT',
          'access-control-allow-headers': 'content-type',
          'access-control-expose-headers': 'x-qs-date',
          'access-control-max-age': '200',
        },
      ]);
    } finally {
      await filtering.stop();
    }
  });
});

describe('the bucket calls', () => {
  // The SDK writes the zone into `Host`, and `undefined` when it has none.
  it.each([
    { name: 'no zone', zone: undefined },
    { name: 'an empty zone', zone: '' },
  ])('make, find and delete a bucket, with $name', async ({ zone }) => {
    const made = sdk.Bucket('sdk-made', zone);
    expect((await made.put()).status).toBe(201);
    expect(await failedCall(made.put())).toMatchObject({
      status: 409,
      data: { code: 'bucket_already_exists' },
    });
    expect((await made.head()).status).toBe(200);
    const { data } = await sdk.listBuckets();
    expect(data).toMatchObject({ count: 2, buckets: [{ name: BUCKET }, { name: 'sdk-made' }] });
    await made.putObject('a', { body: 'text' });
    expect(await failedCall(made.delete())).toMatchObject({
      status: 409,
      data: { code: 'bucket_not_empty' },
    });
    expect((await made.getStatistics()).data).toMatchObject({
      name: 'sdk-made',
      count: 1,
      size: 4,
      status: 'active',
      location: expect.any(String),
      url: expect.stringContaining('sdk-made'),
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    await made.deleteObject('a');
    expect((await made.delete()).status).toBe(204);
    expect((await failedCall(made.head())).status).toBe(404);
  });

  it('list buckets page by page, and of a zone', async () => {
    const names = ['list-a', 'list-b', 'list-c'];
    for (const name of names) await sdk.Bucket(name, '').put();
    const { data } = await sdk.listBuckets({ limit: 2, offset: 1 });
    expect(data).toMatchObject({ count: 4, buckets: [{ name: 'list-b' }, { name: 'list-c' }] });
    expect((await sdk.listBuckets({ Location: 'sh1a' })).data).toMatchObject({ count: 0, buckets: [] });
    for (const name of names) await sdk.Bucket(name, '').delete();
  });
});

describe('an error', () => {
  it('has the status, the document and the request id of the service', async () => {
    const { status, headers, data } = await failedCall(bucket.getObject('nothing'));
    expect(status).toBe(404);
    expect(headers).toMatchObject({ server: 'QingStor', 'content-type': 'application/json' });
    expect(headers['x-qs-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(data).toEqual({
      code: 'object_not_exists',
      message: expect.stringMatching(/./),
      request_id: headers['x-qs-request-id'],
      url: expect.stringMatching(/^http/),
    });
  });

  it('has its status alone when it answers HEAD', async () => {
    expect(await failedCall(bucket.headObject('nothing'))).toMatchObject({ status: 404, data: '' });
  });

  const WRONG: readonly {
    readonly name: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly status: number;
    readonly code: string;
  }[] = [
    {
      name: 'an unknown key',
      settings: { access_key_id: 'UNKNOWN' },
      status: 401,
      code: 'invalid_access_key_id',
    },
    {
      name: 'a wrong secret',
      settings: { secret_access_key: 'wrong' },
      status: 401,
      code: 'signature_not_matched',
    },
  ];
  it.each(WRONG)('tells of $name', async ({ settings, status, code }) => {
    const forger = openQingstorSdk(server.qingstor, settings);
    const calls = [
      forger.listBuckets(),
      forger.Bucket(BUCKET, '').getCORS(),
      forger.Bucket(BUCKET, '').putObject('a', { body: 'text' }),
    ];
    for (const call of calls) expect(await failedCall(call)).toMatchObject({ status, data: { code } });
    expect((await failedCall(bucket.headObject('a'))).status).toBe(404);
  });

  it('says that an operation is not implemented', async () => {
    const { status, data } = await failedCall(bucket.getACL());
    expect([status, data]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })]);
    expect(JSON.stringify(data)).toMatch(/acl is not implemented/);
  });
});
