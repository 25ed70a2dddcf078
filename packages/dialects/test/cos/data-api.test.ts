import { describe, expect, it } from 'vitest';
import { cosDialect } from '../../src/cos/dialect.ts';
import { FORM_TYPE, formOf, newDataService, type Sent } from '../data-service.ts';

const BUCKET = 'examplebucket-1250000000';
const LONG = 'x'.repeat(851);
const SOURCE = { 'x-cos-copy-source': `${BUCKET}.cos.ap-guangzhou.myqcloud.com/a` };

/** An operation, and its status and code when the holder of the key, or nobody, calls it. */
interface OperationCase {
  readonly name: string;
  readonly sent: Sent;
  readonly signed: string;
  readonly anonymous: string;
  /** When there is no such bucket. */
  readonly unknown: string;
}

const DENIED = '403 AccessDenied';
const NO_BUCKET = '404 NoSuchBucket';
const NO_UPLOAD = '404 NoSuchUpload';
const at = (path: string): string => `/${BUCKET}${path}`;
const DELETION = '<Delete><Object><Key>a</Key></Object></Delete>';

const operations: readonly OperationCase[] = [
  { name: 'GET Service', sent: { target: '/' }, signed: '200', anonymous: DENIED, unknown: '200' },
  {
    name: 'PUT Bucket',
    sent: { method: 'PUT', target: at('') },
    signed: '409 BucketAlreadyOwnedByYou',
    anonymous: DENIED,
    unknown: '200',
  },
  {
    name: 'HEAD Bucket',
    sent: { method: 'HEAD', target: at('') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'DELETE Bucket',
    sent: { method: 'DELETE', target: at('') },
    signed: '409 BucketNotEmpty',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  { name: 'GET Bucket', sent: { target: at('') }, signed: '200', anonymous: DENIED, unknown: NO_BUCKET },
  {
    name: 'List Multipart Uploads',
    sent: { target: at('?uploads') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'DELETE Multiple Objects',
    sent: { method: 'POST', target: at('?delete'), body: DELETION },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'POST Object',
    sent: {
      method: 'POST',
      target: at(''),
      headers: { 'Content-Type': FORM_TYPE },
      body: formOf({ key: 'k' }, 'x'),
    },
    signed: '204',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'PUT Object',
    sent: { method: 'PUT', target: at('/b'), body: 'x' },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'PUT Object - Copy',
    sent: { method: 'PUT', target: at('/b'), headers: SOURCE },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  { name: 'GET Object', sent: { target: at('/a') }, signed: '200', anonymous: DENIED, unknown: NO_BUCKET },
  {
    name: 'GET Object that is not there',
    sent: { target: at('/b') },
    signed: '404 NoSuchKey',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'HEAD Object',
    sent: { method: 'HEAD', target: at('/a') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'DELETE Object',
    sent: { method: 'DELETE', target: at('/a') },
    signed: '204',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'DELETE Object that is not there',
    sent: { method: 'DELETE', target: at('/b') },
    signed: '204',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'Initiate Multipart Upload',
    sent: { method: 'POST', target: at('/b?uploads') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'Upload Part',
    sent: { method: 'PUT', target: at('/b?uploadId=u&partNumber=1'), body: 'x' },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'List Parts',
    sent: { target: at('/b?uploadId=u') },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'Complete Multipart Upload',
    sent: { method: 'POST', target: at('/b?uploadId=u'), body: '<a/>' },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'Abort Multipart Upload',
    sent: { method: 'DELETE', target: at('/b?uploadId=u') },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
];

interface RefusedCase {
  readonly name: string;
  readonly sent: Sent;
  readonly outcome: string;
}

const BAD_KEY = '400 KeyTooLong';

const refused: readonly RefusedCase[] = [
  {
    name: 'PUT Object of a long key',
    sent: { method: 'PUT', target: at(`/${LONG}`), body: 'x' },
    outcome: BAD_KEY,
  },
  { name: 'GET Object of a long key', sent: { target: at(`/${LONG}`) }, outcome: BAD_KEY },
  { name: 'HEAD Object of a long key', sent: { method: 'HEAD', target: at(`/${LONG}`) }, outcome: BAD_KEY },
  {
    name: 'DELETE Object of a long key',
    sent: { method: 'DELETE', target: at(`/${LONG}`) },
    outcome: BAD_KEY,
  },
  {
    name: 'a copy to a long key',
    sent: { method: 'PUT', target: at(`/${LONG}`), headers: SOURCE },
    outcome: BAD_KEY,
  },
  {
    name: 'a copy of a long key',
    sent: {
      method: 'PUT',
      target: at('/b'),
      headers: { 'x-cos-copy-source': `${BUCKET}.localhost/${LONG}` },
    },
    outcome: BAD_KEY,
  },
  {
    name: 'an upload of a long key',
    sent: { method: 'POST', target: at(`/${LONG}?uploads`) },
    outcome: BAD_KEY,
  },
  {
    name: 'PUT of a name that no bucket has',
    sent: { method: 'PUT', target: '/mybucket' },
    outcome: '400 InvalidBucketName',
  },
  { name: 'GET of a name that no bucket has', sent: { target: '/mybucket' }, outcome: NO_BUCKET },
  {
    name: 'PUT Object without a length',
    sent: { method: 'PUT', target: at('/b') },
    outcome: '411 MissingContentLength',
  },
  {
    name: 'PUT Object with what is no digest',
    sent: { method: 'PUT', target: at('/b'), body: 'x', headers: { 'Content-MD5': 'x' } },
    outcome: '400 InvalidDigest',
  },
  {
    name: 'PUT Object that may not replace',
    sent: { method: 'PUT', target: at('/b'), body: 'x', headers: { 'x-cos-forbid-overwrite': 'true' } },
    outcome: '501 NotImplemented',
  },
  {
    name: 'GET Object with a line break to answer',
    sent: { target: at('/a?response-content-type=a%0Ab') },
    outcome: '400 InvalidArgument',
  },
  {
    name: 'GET Object beyond its end',
    sent: { target: at('/a'), headers: { Range: 'bytes=1-' } },
    outcome: '416 InvalidRange',
  },
  { name: 'POST Service', sent: { method: 'POST', target: '/' }, outcome: '405 MethodNotAllowed' },
  {
    name: 'POST Object by its name',
    sent: { method: 'POST', target: at('/a') },
    outcome: '405 MethodNotAllowed',
  },
  { name: 'GET ?acl', sent: { target: at('?acl') }, outcome: '501 NotImplemented' },
];

async function outcomeOf(sent: Sent, hasBucket = true): Promise<string> {
  const service = await newDataService(cosDialect);
  if (hasBucket) {
    await service.createBucket(BUCKET);
    await service.put(BUCKET, 'a');
  }
  const { status, code } = await service.send(sent);
  return code === undefined ? String(status) : `${status} ${code}`;
}

describe('openCosDataApi', () => {
  it.each(operations)('answers $name', async ({ sent, signed, anonymous, unknown }) => {
    expect(await outcomeOf(sent)).toBe(signed);
    expect(await outcomeOf({ ...sent, as: 'anonymous' })).toBe(anonymous);
    expect(await outcomeOf(sent, false)).toBe(unknown);
  });

  it.each(refused)('refuses $name', async ({ sent, outcome }) => {
    expect(await outcomeOf(sent)).toBe(outcome);
  });
});
