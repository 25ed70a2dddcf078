import type { QingstorSignedParts } from '../../src/qingstor/signature.ts';
import type { SentRequest } from './qingstor-exchange.ts';

/** A signature that is published with its secret, or that a published algorithm gives. */
export interface SignatureVector {
  readonly name: string;
  readonly secret: string;
  readonly parts: QingstorSignedParts;
  readonly stringToSign: string;
  readonly signature: string;
  /** The request it belongs to, without its signature; the time it is sent stands in it. */
  readonly sent: SentRequest;
}

const GO_SECRET = 'ENV_SECRET_ACCESS_KEY';
const SECRET = 'SECRET_ACCESS_KEY';
const UPLOAD = 'upload_id=fde133b5f6d932cd9c79bac3c7318da1';
const GO_DATE = 'Mon, 01 Jan 0001 00:00:00 GMT';
/** The engine takes a year so long ago for 2001. */
const GO_TIME = Date.parse(GO_DATE) / 1000;
const DATE = 'Wed, 10 Dec 2014 17:20:31 GMT';
const TIME = Date.parse(DATE) / 1000;
const JS_DATE = 'Fri, 01 Nov 2019 07:40:08 GMT';
const CHINESE = '%E4%B8%AD%E6%96%87';

const goHeaders = [
  ['x-qs-test-1', 'Test 1'],
  ['x-qs-test-2', 'Test 2'],
] as const;
const goResource = `/?acl&part_number=0&${UPLOAD}`;

const pythonHeaders = [
  ['x-qs-copy-source', `${CHINESE}%E6%B5%8B%E8%AF%95`],
  ['x-qs-fetch-source', 'https://google.com/logo.png'],
  ['x-qs-test-header1', 'test'],
] as const;
const pythonResource = `/test_bucket/${CHINESE}%E6%B5%8B%E8%AF%95.json`;
const pythonLines = `x-qs-copy-source:${CHINESE}%E6%B5%8B%E8%AF%95\nx-qs-fetch-source:https://google.com/logo.png\nx-qs-test-header1:test\n`;

const plain = { method: 'GET', contentMd5: '', contentType: '', date: GO_DATE, headers: [] };

/** Requests with a `Date` or `x-qs-date`: their signatures go into `Authorization`. */
export const headerVectors: readonly SignatureVector[] = [
  {
    name: 'the header form of the Go SDK',
    secret: GO_SECRET,
    parts: { ...plain, headers: goHeaders, resource: goResource },
    stringToSign: `GET\n\n\n${GO_DATE}\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n${goResource}`,
    signature: 'bvglZF9iMOv1RaCTxPYWxexmt1UN2m5WKngYnhDEp2c=',
    sent: {
      target: `/?acl&${UPLOAD}&part_number=0&other=abc`,
      headers: [
        ['Date', GO_DATE],
        ['X-QS-Test-2', 'Test 2'],
        ['X-QS-Test-1', 'Test 1'],
      ],
      at: GO_TIME,
    },
  },
  {
    name: 'the x-qs-date of the Go SDK',
    secret: GO_SECRET,
    parts: { ...plain, date: '', headers: [...goHeaders, ['x-qs-date', GO_DATE]], resource: goResource },
    stringToSign: `GET\n\n\n\nx-qs-date:${GO_DATE}\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n${goResource}`,
    signature: 'qkY+tOMdqfDAVv+ZBtlWeEBxlbyIKaQmj5lQlylENzo=',
    sent: {
      target: `/?acl&${UPLOAD}&part_number=0`,
      headers: [
        ['X-QS-Date', GO_DATE],
        ['X-QS-Test-1', 'Test 1'],
        ['X-QS-Test-2', 'Test 2'],
      ],
      at: GO_TIME,
    },
  },
  {
    name: 'the Chinese key of the Go SDK',
    secret: GO_SECRET,
    parts: { ...plain, resource: `/bucket-name/${CHINESE}` },
    stringToSign: `GET\n\n\n${GO_DATE}\n/bucket-name/${CHINESE}`,
    signature: 'XsTXX50kzqBf92zLG1aIUIJmZ0hqIHoaHgkumwnV3fs=',
    sent: { target: `/bucket-name/${CHINESE}`, headers: [['Date', GO_DATE]], at: GO_TIME },
  },
  {
    name: 'the virtual host of the Go SDK',
    secret: GO_SECRET,
    parts: { ...plain, resource: '/bucket-name/?acl' },
    stringToSign: `GET\n\n\n${GO_DATE}\n/bucket-name/?acl`,
    signature: 'y0rP8LnEGUiV/JcuCMHZC4OMRZNzKRw9w7AnqehJZW8=',
    sent: { host: 'bucket-name.qingstor.com', target: '/?acl', headers: [['Date', GO_DATE]], at: GO_TIME },
  },
  {
    name: 'the header form of the Python SDK',
    secret: SECRET,
    parts: {
      ...plain,
      contentType: 'application/json',
      date: DATE,
      headers: pythonHeaders,
      resource: pythonResource,
    },
    stringToSign: `GET\n\napplication/json\n${DATE}\n${pythonLines}${pythonResource}`,
    signature: 'L1Aiatm0YRH9qk8/4phJYtOlJiyHvq+ejH3sRlyUusI=',
    sent: {
      target: pythonResource,
      headers: [['Date', DATE], ['Content-Type', 'application/json'], ...pythonHeaders],
      at: TIME,
    },
  },
  {
    name: 'the x-qs-date of the JavaScript SDK',
    secret: 'test_secret',
    parts: {
      method: 'PUT',
      contentMd5: '',
      contentType: 'image/jpeg',
      date: '',
      headers: [
        ['x-qs-z', 'test-z'],
        ['x-qs-a', 'test-a'],
        ['x-qs-date', JS_DATE],
        ['x-qs-a-abc', 'test-abc'],
      ],
      resource: '/test_bucket/test_object.jpg?acl&upload_id=test_upload_id',
    },
    stringToSign: `PUT\n\nimage/jpeg\n\nx-qs-a:test-a\nx-qs-a-abc:test-abc\nx-qs-date:${JS_DATE}\nx-qs-z:test-z\n/test_bucket/test_object.jpg?acl&upload_id=test_upload_id`,
    signature: 'ZwavbCq3ylBMlU3fb5EFOabtNyUYWzqi2e0rQBTHkcM=',
    sent: {
      method: 'PUT',
      target: '/test_bucket/test_object.jpg?upload_id=test_upload_id&acl',
      headers: [
        ['Content-Type', 'image/jpeg'],
        ['x-qs-z', 'test-z'],
        ['x-qs-a', 'test-a'],
        ['x-qs-date', JS_DATE],
        ['x-qs-a-abc', 'test-abc'],
      ],
      at: Date.parse(JS_DATE) / 1000,
    },
  },
  {
    name: 'PUT Bucket CORS',
    secret: SECRET,
    parts: {
      ...plain,
      method: 'PUT',
      contentType: 'application/json',
      date: DATE,
      resource: '/mybucket?cors',
    },
    stringToSign: `PUT\n\napplication/json\n${DATE}\n/mybucket?cors`,
    signature: '2eZaSWKfHc9OVUS6noaCuRix85a+Osx9nutjTPvTSDk=',
    sent: {
      method: 'PUT',
      target: '/mybucket?cors&',
      headers: [
        ['Content-Type', 'application/json'],
        ['Date', DATE],
      ],
      at: TIME,
    },
  },
  {
    name: 'GET Bucket CORS',
    secret: SECRET,
    parts: { ...plain, date: DATE, resource: '/mybucket?cors' },
    stringToSign: `GET\n\n\n${DATE}\n/mybucket?cors`,
    signature: 'MJRSK98+zXtyGFg2CjjuirAYbuB+FV23ZypkqhU01/0=',
    sent: { target: '/mybucket?cors', headers: [['Date', DATE]], at: TIME },
  },
  {
    name: 'OPTIONS Object',
    secret: SECRET,
    parts: { ...plain, method: 'OPTIONS', date: DATE, resource: '/mybucket/a/b.zip' },
    stringToSign: `OPTIONS\n\n\n${DATE}\n/mybucket/a/b.zip`,
    signature: 'jIbNR+ChDrhbXuQw1sMi8Vmu2dR/wchh7HeuuE44CpQ=',
    sent: { method: 'OPTIONS', target: '/mybucket/a/b.zip', headers: [['Date', DATE]], at: TIME },
  },
];

/** Requests that are signed until a time: their signatures go into the query. */
export const queryVectors: readonly (SignatureVector & { readonly expires: number })[] = [
  {
    name: 'the query form of the Go SDK',
    secret: GO_SECRET,
    parts: { ...plain, date: '3600', headers: goHeaders, resource: goResource },
    stringToSign: `GET\n\n\n3600\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n${goResource}`,
    signature: 'GRL3p3NOgHR9CQygASvyo344vdnO1hFke6ZvQ5mDVHM=',
    sent: { target: `/?acl&${UPLOAD}&part_number=0`, headers: goHeaders, at: 3600 },
    expires: 3600,
  },
  {
    name: 'the query form of the Python SDK',
    secret: SECRET,
    parts: { ...plain, date: '100', headers: pythonHeaders, resource: pythonResource },
    stringToSign: `GET\n\n\n100\n${pythonLines}${pythonResource}`,
    signature: 'y7/aT93vwQ3UMGhAnrYJCQbuu9gqj5j9kFG/4Ni/T7Q=',
    sent: { target: pythonResource, headers: pythonHeaders, at: 100 },
    expires: 100,
  },
];
