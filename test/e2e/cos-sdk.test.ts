/** The SDK of Tencent for Node.js against the server: CORS, addressing, and its error objects. */
import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Addressing, of, openCosSdk, sdkError } from '../support/cos-sdk.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { LOCAL_KEY } from '../support/sign-cos.ts';

const BUCKET = 'sdk-cors-1250000000';
const MISSING = 'missing-1250000000';

let server: LocalServer;
let cos: COS;

beforeAll(async () => {
  server = await startLocalServer();
  cos = openCosSdk(server.cos);
  await cos.putBucket(of(BUCKET));
});

afterAll(() => server.stop());

/** The rules of the SDK's own test "BucketCors", and what its Go sibling sends. */
const RULES = [
  {
    AllowedOrigin: ['*'],
    AllowedMethod: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD'],
    AllowedHeader: ['*', 'test-header-1', 'test-header-2', 'x-cos-meta-author'],
    ExposeHeader: ['ETag', 'Date', 'Content-Length', 'x-cos-acl', 'x-cos-version-id', 'x-cos-acl'],
    MaxAgeSeconds: '5',
  },
  {
    ID: '1234',
    AllowedOrigin: ['http://www.qq.com', 'https://*.example.com:8443'],
    AllowedMethod: ['PUT'],
    AllowedHeader: ['x-cos-meta-test'],
    ExposeHeader: ['x-cos-meta-test1'],
    MaxAgeSeconds: '500',
  },
] as const;

function rulesToPut(): COS.CORSRule[] {
  return RULES.map(rule => ({
    ...rule,
    AllowedOrigin: [...rule.AllowedOrigin],
    AllowedMethod: [...rule.AllowedMethod],
    AllowedHeader: [...rule.AllowedHeader],
    ExposeHeader: [...rule.ExposeHeader],
    MaxAgeSeconds: Number(rule.MaxAgeSeconds),
  }));
}

/** As the SDK reads them: lists in the plural. */
const RULES_READ = RULES.map(({ AllowedOrigin, AllowedMethod, AllowedHeader, ExposeHeader, ...rest }) => ({
  ...rest,
  AllowedOrigins: AllowedOrigin,
  AllowedMethods: AllowedMethod,
  AllowedHeaders: AllowedHeader,
  ExposeHeaders: ExposeHeader,
}));

describe.each<Addressing>(['host', 'path', 'proxy'])('the CORS calls, the bucket in the %s', addressing => {
  let client: COS;

  beforeEach(async () => {
    client = openCosSdk(server.cos, addressing);
    await client.deleteBucketCors(of(BUCKET));
  });

  it('give back what was put, in order, with repetitions', async () => {
    const put = await client.putBucketCors({ ...of(BUCKET), CORSRules: rulesToPut() });
    expect(put.statusCode).toBe(200);
    const read = await client.getBucketCors(of(BUCKET));
    expect(read).toMatchObject({ statusCode: 200, CORSRules: RULES_READ });
    expect(read.ResponseVary).toBeUndefined();
  });

  it('replace the configuration as a whole', async () => {
    const [first, second] = rulesToPut();
    if (!first || !second) throw new Error('there are two rules');
    await client.putBucketCors({ ...of(BUCKET), CORSRules: [first, second], ResponseVary: 'true' });
    await client.putBucketCors({ ...of(BUCKET), CORSRules: [second] });
    const read = await client.getBucketCors(of(BUCKET));
    expect(read.CORSRules).toEqual([RULES_READ[1]]);
    expect(read.ResponseVary).toBeUndefined();
  });

  it.each(['true', 'false'] as const)('keep ResponseVary %s', async ResponseVary => {
    await client.putBucketCors({ ...of(BUCKET), CORSRules: rulesToPut(), ResponseVary });
    expect((await client.getBucketCors(of(BUCKET))).ResponseVary).toBe(ResponseVary);
  });

  it('delete twice without an error, and then find none', async () => {
    await client.putBucketCors({ ...of(BUCKET), CORSRules: rulesToPut() });
    expect((await client.deleteBucketCors(of(BUCKET))).statusCode).toBe(204);
    expect((await client.deleteBucketCors(of(BUCKET))).statusCode).toBe(204);
    const read = await client.getBucketCors(of(BUCKET));
    expect(read).toMatchObject({ statusCode: 404, CORSRules: [] });
  });

  it('fail for a bucket that does not exist', async () => {
    const noBucket = {
      code: 'NoSuchBucket',
      statusCode: 404,
      message: 'The specified bucket does not exist.',
    };
    for (const call of [
      client.putBucketCors({ ...of(MISSING), CORSRules: rulesToPut() }),
      client.getBucketCors(of(MISSING)),
      client.deleteBucketCors(of(MISSING)),
    ]) {
      expect(await sdkError(call)).toMatchObject(noBucket);
    }
  });

  it('say what is wrong with a configuration, and keep the former', async () => {
    await client.putBucketCors({ ...of(BUCKET), CORSRules: rulesToPut() });
    const CORSRules = [{ AllowedOrigin: ['https://*.a.*'], AllowedMethod: ['PATCH'] }];
    const error = await sdkError(client.putBucketCors({ ...of(BUCKET), CORSRules }));
    expect(error).toMatchObject({ code: 'MalformedXML', statusCode: 400 });
    expect(error.message).toContain('https://*.a.*');
    expect(error.message).toContain('PATCH');
    expect((await client.getBucketCors(of(BUCKET))).CORSRules).toEqual(RULES_READ);
  });
});

describe('optionsObject', () => {
  const PREFLIGHT = {
    ...of(BUCKET),
    Key: '中文/no such object',
    AccessControlRequestMethod: 'PUT',
    AccessControlRequestHeaders: 'Authorization,x-cos-meta-test',
  } as const;

  beforeEach(() => cos.putBucketCors({ ...of(BUCKET), CORSRules: rulesToPut() }));

  it('tells what is allowed', async () => {
    const result = await cos.optionsObject({ ...PREFLIGHT, Origin: 'https://www.qq.com' });
    expect(result).toMatchObject({
      statusCode: 200,
      AccessControlAllowOrigin: '*',
      AccessControlAllowMethods: 'GET,POST,PUT,DELETE,HEAD',
      AccessControlAllowHeaders: 'Authorization,x-cos-meta-test',
      AccessControlExposeHeaders: 'ETag,Date,Content-Length,x-cos-acl,x-cos-version-id,x-cos-acl',
      AccessControlMaxAge: '5',
    });
    expect(result).not.toHaveProperty('OptionsForbidden');
  });

  it('says that it is forbidden', async () => {
    await cos.putBucketCors({ ...of(BUCKET), CORSRules: rulesToPut().slice(1) });
    const result = await cos.optionsObject({ ...PREFLIGHT, Origin: 'https://other.com' });
    expect(result).toMatchObject({ OptionsForbidden: true, statusCode: 403 });
  });
});

describe('a call with bad credentials', () => {
  const CALL = { ...of(BUCKET), Key: 'a' };
  const WRONG: readonly { name: string; options: COS.COSOptions; error: object }[] = [
    {
      name: 'a wrong secret',
      options: { SecretKey: 'not-the-secret' },
      error: {
        code: 'SignatureDoesNotMatch',
        message: 'The Signature you specified is invalid.',
        statusCode: 403,
      },
    },
    {
      name: 'an unknown key',
      options: { SecretId: 'AKIDunknown' },
      error: {
        code: 'InvalidAccessKeyId',
        message: 'The Access Key Id you provided does not exist in our records',
        statusCode: 403,
      },
    },
    {
      name: 'a clock that is a day behind',
      options: { SystemClockOffset: -24 * 3600 * 1000, CorrectClockSkew: false },
      error: { code: 'AccessDenied', message: 'Request has expired', statusCode: 403 },
    },
    {
      name: 'a clock that is a day ahead',
      options: { SystemClockOffset: 24 * 3600 * 1000, CorrectClockSkew: false },
      error: { code: 'RequestTimeTooSkewed', statusCode: 403 },
    },
  ];

  it.each(WRONG)('fails with the error of the service: $name', async ({ options, error }) => {
    const found = await sdkError(openCosSdk(server.cos, 'host', options).getObject(CALL));
    expect(found).toMatchObject(error);
    expect(found.RequestId).toBeTruthy();
  });

  it('fails so in the middle of a large upload as well', async () => {
    const client = openCosSdk(server.cos, 'host', { SecretId: 'AKIDunknown' });
    const Body = Buffer.alloc(20 * 1024 * 1024, 'a');
    const error = await sdkError(client.putObject({ ...CALL, Body }));
    expect(error).toMatchObject({ code: 'InvalidAccessKeyId', statusCode: 403 });
  });

  it('succeeds all the same when the SDK corrects its clock by the answer', async () => {
    const complaint = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const client = openCosSdk(server.cos, 'host', {
      SystemClockOffset: -24 * 3600 * 1000,
      CorrectClockSkew: true,
    });
    const put = await client.putObject({ ...CALL, Body: 'a' });
    expect(put.statusCode).toBe(200);
    expect(complaint).toHaveBeenCalledWith('error: Local time is too skewed.');
    complaint.mockRestore();
  });
});

describe('a temporary key', () => {
  const credential = { id: 'AKIDtemporary', secret: 'temporary-secret', token: 'token/+= of an hour' };
  const key = { SecretId: credential.id, SecretKey: credential.secret };
  let guarded: LocalServer;

  beforeAll(async () => {
    guarded = await startLocalServer({}, { cos: { credentials: [credential] } });
  });
  afterAll(() => guarded.stop());

  it('is good together with its token', async () => {
    const client = openCosSdk(guarded.cos, 'host', { ...key, SecurityToken: credential.token });
    expect((await client.getService()).Buckets).toEqual([]);
    expect((await client.putBucket(of(BUCKET))).statusCode).toBe(200);
  });

  it.each([
    ['without a token', {}],
    ['with another token', { SecurityToken: 'another' }],
  ])('is refused %s', async (_name, options) => {
    const client = openCosSdk(guarded.cos, 'host', { ...key, ...options });
    expect(await sdkError(client.getService())).toMatchObject({ code: 'ExpiredToken', statusCode: 400 });
  });

  it('takes the place of the local key', async () => {
    const client = openCosSdk(guarded.cos);
    expect(LOCAL_KEY.id).not.toBe(credential.id);
    expect(await sdkError(client.getService())).toMatchObject({ code: 'InvalidAccessKeyId' });
  });
});
