import { BUCKET, HOST, type Pairs, type SentRequest } from './cos-exchange.ts';
import { altered, type Fields, headerForm, queryForm, signRequest } from './sign-request.ts';

export function withHeader(sent: SentRequest, fields: Fields): SentRequest {
  return { ...sent, headers: [...(sent.headers ?? []), ['Authorization', headerForm(fields)]] };
}

export function withQuery(sent: SentRequest, query: string): SentRequest {
  const { target = '/' } = sent;
  return { ...sent, target: `${target}${target.includes('?') ? '&' : '?'}${query}` };
}

/** A request and the signature that is to be put into it. */
export interface SignedCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly fields: Fields;
}

export const accepted: readonly SignedCase[] = [
  {
    name: 'a host signed with its port',
    sent: { host: `${HOST}:4001` },
    fields: signRequest({ headers: [['host', `${HOST}:4001`]] }),
  },
  { name: 'a host signed without its port', sent: { host: `${HOST}:4001` }, fields: signRequest({}) },
  {
    name: 'a host in odd case',
    sent: { host: HOST.toUpperCase() },
    fields: signRequest({ headers: [['host', HOST.toUpperCase()]] }),
  },
  {
    name: 'an absolute-form target, whose host counts',
    sent: { host: '127.0.0.1:4001', target: `http://${HOST}/?cors` },
    fields: signRequest({ parameters: [['cors', '']] }),
  },
  {
    name: 'path style with the bucket signed',
    sent: { host: '127.0.0.1:4001', target: `/${BUCKET}/a%20b` },
    fields: signRequest({ path: `/${BUCKET}/a b`, headers: [['host', '127.0.0.1:4001']] }),
  },
  {
    name: 'an encoded slash and dots in the path',
    sent: { target: '/a%2Fb/../%2E/c' },
    fields: signRequest({ path: '/a/b/.././c' }),
  },
  {
    name: 'a plus in the path, which is a plus',
    sent: { target: '/a+b' },
    fields: signRequest({ path: '/a+b' }),
  },
  {
    name: 'a plus in the query, which is a space',
    sent: { target: '/?prefix=a+b%2B' },
    fields: signRequest({ parameters: [['prefix', 'a b+']] }),
  },
  {
    name: 'a parameter name in mixed case and another alphabet',
    sent: { target: '/?Pr%C3%A9=%E4%B8%AD' },
    fields: signRequest({ parameters: [['Pré', '中']] }),
  },
  {
    name: 'a key in UTF-8',
    sent: { target: '/%E4%B8%AD%F0%9F%98%80' },
    fields: signRequest({ path: '/中\u{1f600}' }),
  },
  {
    name: 'a header value in UTF-8',
    sent: { headers: [['x-cos-meta-a', Buffer.from('中').toString('latin1')]] },
    fields: signRequest({
      headers: [
        ['host', HOST],
        ['x-cos-meta-a', '中'],
      ],
    }),
  },
  {
    name: 'header names in mixed case, in another order than listed',
    sent: {
      headers: [
        ['X-COS-Meta-B', '2'],
        ['Content-MD5', 'x=='],
      ],
    },
    fields: signRequest({
      headers: [
        ['content-md5', 'x=='],
        ['host', HOST],
        ['x-cos-meta-b', '2'],
      ],
    }),
  },
  {
    name: 'a header name that is listed in encoded form',
    sent: { headers: [['x-cos-meta-A*b!', '1']] },
    fields: signRequest({
      headers: [
        ['host', HOST],
        ['x-cos-meta-A*b!', '1'],
      ],
    }),
  },
  {
    name: 'repeated headers and parameters, as the Go SDK lists them',
    sent: {
      target: '/?a=2&a=1',
      headers: [
        ['x-cos-meta-a', 'z'],
        ['x-cos-meta-a', 'y'],
      ],
    },
    fields: signRequest({
      parameters: [
        ['a', '1'],
        ['a', '2'],
      ],
      headers: [
        ['host', HOST],
        ['x-cos-meta-a', 'y'],
        ['x-cos-meta-a', 'z'],
      ],
    }),
  },
  {
    name: 'lists in upper case',
    sent: { target: '/?cors' },
    fields: altered(signRequest({ parameters: [['cors', '']] }), {
      'q-header-list': 'HOST',
      'q-url-param-list': 'CORS',
    }),
  },
  {
    name: 'a list that is not in order',
    sent: { headers: [['Range', 'bytes=0-3']] },
    fields: altered(
      signRequest({
        headers: [
          ['host', HOST],
          ['range', 'bytes=0-3'],
        ],
      }),
      { 'q-header-list': 'range;host' },
    ),
  },
  {
    name: 'headers and parameters that are not listed',
    sent: { target: '/?prefix=a', headers: [['x-cos-meta-a', '1']] },
    fields: signRequest({ headers: [] }),
  },
  {
    name: 'a key time that is wider than the sign time',
    sent: {},
    fields: signRequest({ signTime: '1700000050;1700000150', keyTime: '1699999999;1700009999' }),
  },
  {
    name: 'the last second of the signature',
    sent: { at: 1_700_003_600 },
    fields: signRequest({}),
  },
  {
    name: 'a signature that begins in 15 minutes',
    sent: { at: 1_699_999_100 },
    fields: signRequest({}),
  },
];

const FORGED = 'SignatureDoesNotMatch';

export interface RefusedCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly code: string;
}

const host4001: Pairs = [['host', '127.0.0.1:4001']];

export const refused: readonly RefusedCase[] = [
  {
    name: 'another secret',
    sent: withHeader({}, signRequest({ secret: 'other' })),
    code: FORGED,
  },
  {
    name: 'no signature, but its field',
    sent: withHeader({}, altered(signRequest({}), { 'q-signature': '' })),
    code: FORGED,
  },
  {
    name: 'a signature in capitals',
    sent: withHeader(
      {},
      altered(signRequest({}), { 'q-signature': signRequest({}).get('q-signature')?.toUpperCase() }),
    ),
    code: FORGED,
  },
  { name: 'another method', sent: withHeader({ method: 'DELETE' }, signRequest({})), code: FORGED },
  { name: 'another key', sent: withHeader({ target: '/b' }, signRequest({ path: '/a' })), code: FORGED },
  { name: 'another host', sent: withHeader({ host: `x${HOST}` }, signRequest({})), code: FORGED },
  {
    name: 'another port than the one signed',
    sent: withHeader({ host: `${HOST}:1` }, signRequest({ headers: [['host', `${HOST}:2`]] })),
    code: FORGED,
  },
  {
    name: 'another bucket in path style',
    sent: withHeader(
      { host: '127.0.0.1:4001', target: '/other-1250000000/a' },
      signRequest({ path: `/${BUCKET}/a`, headers: host4001 }),
    ),
    code: FORGED,
  },
  {
    name: 'a path without a bucket of a host that names one',
    sent: withHeader({ target: `/${BUCKET}/a` }, signRequest({ path: '/a' })),
    code: FORGED,
  },
  {
    name: 'a listed header that is absent',
    sent: withHeader(
      {},
      signRequest({
        headers: [
          ['host', HOST],
          ['x-cos-acl', 'private'],
        ],
      }),
    ),
    code: FORGED,
  },
  {
    name: 'a listed header that was altered',
    sent: withHeader(
      { headers: [['x-cos-acl', 'public-read']] },
      signRequest({
        headers: [
          ['host', HOST],
          ['x-cos-acl', 'private'],
        ],
      }),
    ),
    code: FORGED,
  },
  {
    name: 'a listed header that was added to',
    sent: withHeader(
      {
        headers: [
          ['x-cos-acl', 'private'],
          ['X-Cos-Acl', 'public-read'],
        ],
      },
      signRequest({
        headers: [
          ['host', HOST],
          ['x-cos-acl', 'private'],
        ],
      }),
    ),
    code: FORGED,
  },
  {
    name: 'a listed parameter that was altered',
    sent: withHeader({ target: '/?prefix=b' }, signRequest({ parameters: [['prefix', 'a']] })),
    code: FORGED,
  },
  {
    name: 'a listed parameter that is absent',
    sent: withHeader({}, signRequest({ parameters: [['cors', '']] })),
    code: FORGED,
  },
  {
    name: 'a sign time that was made longer',
    sent: withHeader({}, altered(signRequest({}), { 'q-sign-time': '1700000000;1700009999' })),
    code: FORGED,
  },
  {
    name: 'a key time that was made longer',
    sent: withHeader({}, altered(signRequest({}), { 'q-key-time': '1700000000;1700009999' })),
    code: FORGED,
  },
  {
    name: 'an unknown key',
    sent: withHeader({}, altered(signRequest({}), { 'q-ak': 'AKIDother' })),
    code: 'InvalidAccessKeyId',
  },
  {
    name: 'an unknown key before an old signature',
    sent: withHeader({ at: 1_800_000_000 }, altered(signRequest({}), { 'q-ak': 'AKIDother' })),
    code: 'InvalidAccessKeyId',
  },
  {
    name: 'a sign time that is over',
    sent: withHeader({ at: 1_700_003_601 }, signRequest({ keyTime: '1700000000;1800000000' })),
    code: 'AccessDenied',
  },
  {
    name: 'a key time that is over',
    sent: withHeader(
      { at: 1_700_003_601 },
      signRequest({ signTime: '1700000000;1800000000', keyTime: '1700000000;1700003600' }),
    ),
    code: 'AccessDenied',
  },
  {
    name: 'an old signature that is forged as well',
    sent: withHeader({ at: 1_700_003_601 }, signRequest({ secret: 'other' })),
    code: 'AccessDenied',
  },
  {
    name: 'a signature that begins in more than 15 minutes',
    sent: withHeader({ at: 1_699_999_099 }, signRequest({})),
    code: 'RequestTimeTooSkewed',
  },
  {
    name: 'the scheme of another service',
    sent: { headers: [['Authorization', 'AWS4-HMAC-SHA256 Credential=a/b']] },
    code: 'AccessDenied',
  },
  {
    name: 'a signed query under an Authorization that is none',
    sent: { ...withQuery({}, queryForm(signRequest({}))), headers: [['Authorization', 'Basic YTpi']] },
    code: 'AccessDenied',
  },
];

/** Signatures that name no bucket. The SDKs make them where the bucket is in the path. */
export const acceptedForPublicKey: readonly SignedCase[] = [
  {
    name: 'path style without the bucket signed',
    sent: { host: '127.0.0.1:4001', target: `/${BUCKET}/a%20b` },
    fields: signRequest({ path: '/a b', headers: [['host', '127.0.0.1:4001']] }),
  },
  {
    name: 'path style without bucket and port signed',
    sent: { host: '127.0.0.1:4001', target: `/${BUCKET}?cors=` },
    fields: signRequest({ path: '/', parameters: [['cors', '']], headers: [['host', '127.0.0.1']] }),
  },
  {
    name: 'path style and a key that looks encoded once more',
    sent: { host: '127.0.0.1:4001', target: `/${BUCKET}/a%252Fb%2525` },
    fields: signRequest({ path: '/a%2Fb%25', headers: [['host', '127.0.0.1:4001']] }),
  },
];
