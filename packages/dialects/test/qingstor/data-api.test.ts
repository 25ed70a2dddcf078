import { describe, expect, it } from 'vitest';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { base64Md5, FORM_TYPE, formOf, newDataService, type Sent } from '../data-service.ts';

const BUCKET = 'mybucket';
const LONG = 'x'.repeat(1024);
const DELETION = '{"objects":[{"key":"a"}]}';
const SOURCE = { 'x-qs-copy-source': `/${BUCKET}/a` };
const MOVED = { 'x-qs-move-source': `/${BUCKET}/a` };

/** An operation, and its status and code when the holder of the key, or nobody, calls it. */
interface OperationCase {
  readonly name: string;
  readonly sent: Sent;
  readonly signed: string;
  readonly anonymous: string;
  /** When there is no such bucket. */
  readonly unknown: string;
}

const DENIED = '403 permission_denied';
const NO_BUCKET = '404 bucket_not_exists';
const NO_UPLOAD = '400 upload_not_exists';
const at = (path: string): string => `/${BUCKET}${path}`;

const operations: readonly OperationCase[] = [
  { name: 'GET Service', sent: { target: '/' }, signed: '200', anonymous: DENIED, unknown: '200' },
  {
    name: 'PUT Bucket',
    sent: { method: 'PUT', target: at('') },
    signed: '409 bucket_already_exists',
    anonymous: DENIED,
    unknown: '201',
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
    signed: '409 bucket_not_empty',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  { name: 'GET Bucket', sent: { target: at('') }, signed: '200', anonymous: DENIED, unknown: NO_BUCKET },
  {
    name: 'GET Bucket with a slash',
    sent: { target: at('/?prefix=a&') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'GET Bucket Statistics',
    sent: { target: at('?stats') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'List Multipart Uploads',
    sent: { target: at('?uploads') },
    signed: '200',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'DELETE Multiple Objects',
    sent: {
      method: 'POST',
      target: at('?delete'),
      body: DELETION,
      headers: { 'Content-MD5': base64Md5(DELETION) },
    },
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
    signed: '201',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'PUT Object',
    sent: { method: 'PUT', target: at('/b'), body: 'x' },
    signed: '201',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'PUT Object - Copy',
    sent: { method: 'PUT', target: at('/b'), headers: SOURCE },
    signed: '201',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'PUT Object - Move',
    sent: { method: 'PUT', target: at('/b'), headers: MOVED },
    signed: '201',
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  { name: 'GET Object', sent: { target: at('/a') }, signed: '200', anonymous: DENIED, unknown: NO_BUCKET },
  {
    name: 'GET Object that is not there',
    sent: { target: at('/b') },
    signed: '404 object_not_exists',
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
    sent: { method: 'PUT', target: at('/b?upload_id=u&part_number=0'), body: 'x' },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'List Multipart',
    sent: { target: at('/b?upload_id=u') },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'Complete Multipart Upload',
    sent: { method: 'POST', target: at('/b?upload_id=u'), body: '{}' },
    signed: NO_UPLOAD,
    anonymous: DENIED,
    unknown: NO_BUCKET,
  },
  {
    name: 'Abort Multipart Upload',
    sent: { method: 'DELETE', target: at('/b?upload_id=u') },
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

const BAD_KEY = '400 invalid_object_name';
const NOT_ALLOWED = '405 method_not_allowed';

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
    sent: { method: 'PUT', target: at('/b'), headers: { 'x-qs-copy-source': at(`/${LONG}`) } },
    outcome: BAD_KEY,
  },
  {
    name: 'an upload of a long key',
    sent: { method: 'POST', target: at(`/${LONG}?uploads`) },
    outcome: BAD_KEY,
  },
  {
    name: 'a part of a long key',
    sent: { method: 'PUT', target: at(`/${LONG}?upload_id=u&part_number=0`), body: 'x' },
    outcome: BAD_KEY,
  },
  {
    name: 'PUT of a name that no bucket has',
    sent: { method: 'PUT', target: '/My_Bucket' },
    outcome: '400 invalid_bucket_name',
  },
  {
    name: 'PUT of a short name',
    sent: { method: 'PUT', target: '/abcde' },
    outcome: '400 invalid_bucket_name',
  },
  { name: 'GET of a name that no bucket has', sent: { target: '/My_Bucket' }, outcome: NO_BUCKET },
  { name: 'GET of an object under such a name', sent: { target: '/a%00b/c' }, outcome: NO_BUCKET },
  {
    name: 'PUT Object without a length',
    sent: { method: 'PUT', target: at('/b') },
    outcome: '400 invalid_request',
  },
  {
    name: 'PUT Object with another digest',
    sent: { method: 'PUT', target: at('/b'), body: 'x', headers: { 'Content-MD5': base64Md5('y') } },
    outcome: '400 bad_digest',
  },
  {
    name: 'PUT Object with what is no digest',
    sent: { method: 'PUT', target: at('/b'), body: 'x', headers: { 'Content-MD5': 'x' } },
    outcome: '400 invalid_argument',
  },
  {
    name: 'PUT Object of something to fetch',
    sent: { method: 'PUT', target: at('/b'), headers: { 'x-qs-fetch-source': 'http://a.com' } },
    outcome: '400 invalid_request',
  },
  {
    name: 'an upload under a key of its own',
    sent: { method: 'PUT', target: at('/b'), headers: { 'x-qs-encryption-customer-algorithm': 'AES256' } },
    outcome: '400 invalid_request',
  },
  {
    name: 'GET Object of another version',
    sent: { target: at('/a?version_id=1') },
    outcome: '400 invalid_request',
  },
  { name: 'GET Bucket ACL', sent: { target: at('?acl') }, outcome: '400 invalid_request' },
  {
    name: 'GET Object with a line break to answer',
    sent: { target: at('/a?response-content-type=a%0Ab') },
    outcome: '400 invalid_argument',
  },
  {
    name: 'GET Object if it is another',
    sent: { target: at('/a'), headers: { 'If-Match': '"x"' } },
    outcome: '412 precondition_failed',
  },
  {
    name: 'GET Object beyond its end',
    sent: { target: at('/a'), headers: { Range: 'bytes=1-' } },
    outcome: '416 invalid_range',
  },
  { name: 'GET Bucket with a limit of 0', sent: { target: at('?limit=0') }, outcome: '400 invalid_argument' },
  {
    name: 'GET Bucket with a limit that is none',
    sent: { target: at('?limit=x') },
    outcome: '400 invalid_argument',
  },
  {
    name: 'GET Service with an offset that is none',
    sent: { target: '/?offset=-1' },
    outcome: '400 invalid_argument',
  },
  { name: 'GET of a path without a bucket', sent: { target: '//a' }, outcome: NO_BUCKET },
  { name: 'POST Service', sent: { method: 'POST', target: '/' }, outcome: NOT_ALLOWED },
  { name: 'POST Object by its name', sent: { method: 'POST', target: at('/a') }, outcome: NOT_ALLOWED },
  { name: 'PATCH Object', sent: { method: 'PATCH', target: at('/a') }, outcome: NOT_ALLOWED },
  { name: 'PUT Bucket Statistics', sent: { method: 'PUT', target: at('?stats') }, outcome: NOT_ALLOWED },
  { name: 'GET ?delete', sent: { target: at('?delete') }, outcome: NOT_ALLOWED },
  {
    name: 'a method that objects inherit',
    sent: { method: 'toString', target: at('/a') },
    outcome: NOT_ALLOWED,
  },
];

async function outcomeOf(sent: Sent, hasBucket = true): Promise<string> {
  const service = await newDataService(qingstorDialect);
  if (hasBucket) {
    await service.createBucket(BUCKET);
    await service.put(BUCKET, 'a');
  }
  const { status, code } = await service.send(sent);
  return code === undefined ? String(status) : `${status} ${code}`;
}

describe('openQingstorDataApi', () => {
  it.each(operations)('answers $name', async ({ sent, signed, anonymous, unknown }) => {
    expect(await outcomeOf(sent)).toBe(signed);
    expect(await outcomeOf({ ...sent, as: 'anonymous' })).toBe(anonymous);
    expect(await outcomeOf(sent, false)).toBe(unknown);
  });

  it.each(refused)('refuses $name', async ({ sent, outcome }) => {
    expect(await outcomeOf(sent)).toBe(outcome);
  });

  it('tells the tenants there are', async () => {
    const { objects, createBucket } = await newDataService(qingstorDialect);
    await createBucket('bucket-b');
    await createBucket('bucket-a');
    const services = { objects, deletePolicy: async () => {} };
    const api = qingstorDialect.openDataApi?.(services);
    expect(api?.tenants()).toEqual(['bucket-a', 'bucket-b']);
    expect(api?.tenantExists('bucket-a')).toBe(true);
    expect(api?.tenantExists('bucket-c')).toBe(false);
  });
});
