import { describe, expect, it } from 'vitest';
import type { Authorization, Credential } from '../../src/dialect.ts';
import type { ServiceError } from '../../src/exchange.ts';
import { authorizeQingstor } from '../../src/qingstor/authorization.ts';
import { held } from '../held-credentials.ts';
import {
  BUCKET,
  DATE,
  exchangeOf,
  KEY,
  NOW,
  type Pairs,
  type SentRequest,
  type Signing,
  signatureOf,
  VIRTUAL_HOST,
  withHeader,
  withQuery,
} from './qingstor-exchange.ts';
import { headerVectors, queryVectors } from './signature-vectors.ts';

const SIGNED: Authorization = { kind: 'signed', credentialId: KEY.id, role: 'all' };
const OTHER_DATE = 'Sat, 01 Jan 2000 00:00:00 GMT';

function authorize(sent: SentRequest, credential: Credential = KEY): Authorization {
  return authorizeQingstor(exchangeOf(sent), held(credential));
}

function refusalOf(authorization: Authorization): ServiceError {
  if (authorization.kind !== 'refused') throw new Error(`it is ${authorization.kind}`);
  return authorization.error;
}

function dated(sent: SentRequest): SentRequest {
  return { ...sent, headers: [['Date', DATE], ...(sent.headers ?? [])] };
}

/** A request, and what its client signs of it. */
interface SignedCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly signing: Signing;
}

const accepted: readonly SignedCase[] = [
  { name: 'path style', sent: {}, signing: { resource: `/${BUCKET}` } },
  { name: 'path style with a slash', sent: { target: `/${BUCKET}/` }, signing: { resource: `/${BUCKET}/` } },
  {
    name: 'a virtual host',
    sent: { host: VIRTUAL_HOST, target: '/' },
    signing: { resource: `/${BUCKET}/` },
  },
  {
    name: 'a virtual host without a zone',
    sent: { host: `${BUCKET}.qingstor.com`, target: '/a' },
    signing: { resource: `/${BUCKET}/a` },
  },
  {
    name: 'a virtual host of localhost',
    sent: { host: 'my-bucket.localhost:4002', target: '/a?cors' },
    signing: { resource: '/my-bucket/a?cors' },
  },
  {
    name: 'an absolute-form target, whose host counts',
    sent: { target: `http://${VIRTUAL_HOST}/a` },
    signing: { resource: `/${BUCKET}/a` },
  },
  {
    name: 'the host of the Node SDK',
    sent: { host: 'undefined.127.0.0.1', target: `/${BUCKET}?cors&` },
    signing: { resource: `/${BUCKET}?cors` },
  },
  { name: 'the service itself', sent: { target: '/' }, signing: { resource: '/' } },
  {
    name: 'a dangling question mark',
    sent: { target: `/${BUCKET}?` },
    signing: { resource: `/${BUCKET}` },
  },
  {
    name: 'empty parameters',
    sent: { target: `/${BUCKET}?&cors&&` },
    signing: { resource: `/${BUCKET}?cors` },
  },
  {
    name: 'a parameter with an equals sign and no value',
    sent: { target: `/${BUCKET}?cors=` },
    signing: { resource: `/${BUCKET}?cors` },
  },
  {
    name: 'an encoded slash',
    sent: { target: `/${BUCKET}/a%2Fb` },
    signing: { resource: `/${BUCKET}/a%2Fb` },
  },
  {
    name: 'an asterisk that is encoded in lower case',
    sent: { target: `/${BUCKET}/a%2a*` },
    signing: { resource: `/${BUCKET}/a%2a*` },
  },
  {
    name: 'dots and two slashes in the path',
    sent: { target: `/${BUCKET}//a/../b/.` },
    signing: { resource: `/${BUCKET}//a/../b/.` },
  },
  {
    name: 'a plus in the path',
    sent: { target: `/${BUCKET}/a+b` },
    signing: { resource: `/${BUCKET}/a+b` },
  },
  {
    name: 'a value of response-* that is signed encoded',
    sent: { target: `/${BUCKET}/a?response-content-type=video/mp4%3B%20charset%3Dutf8` },
    signing: { resource: `/${BUCKET}/a?response-content-type=video/mp4%3B%20charset%3Dutf8` },
  },
  {
    name: 'a value of response-* that is signed decoded',
    sent: { target: `/${BUCKET}/a?response-content-type=video/mp4%3B%20charset%3Dutf8` },
    signing: { resource: `/${BUCKET}/a?response-content-type=video/mp4; charset=utf8` },
  },
  {
    name: 'a value of response-* in UTF-8 that is signed decoded',
    sent: { target: `/${BUCKET}/a?response-content-disposition=%E4%B8%AD` },
    signing: { resource: `/${BUCKET}/a?response-content-disposition=中` },
  },
  {
    name: 'parameters that are not signed',
    sent: { target: `/${BUCKET}?prefix=a&limit=3&stats` },
    signing: { resource: `/${BUCKET}?stats` },
  },
  {
    name: 'Content-MD5 and Content-Type',
    sent: {
      method: 'PUT',
      headers: [
        ['content-type', 'text/plain; charset=UTF-8'],
        ['CONTENT-MD5', 'x=='],
      ],
    },
    signing: { md5: 'x==', type: 'text/plain; charset=UTF-8', resource: `/${BUCKET}` },
  },
  {
    name: 'x-qs-* headers of any case and order, one of them twice',
    sent: {
      headers: [
        ['X-QS-b', '2'],
        ['x-qs-A', '1'],
        ['X-Other', '0'],
        ['X-Qs-B', '3'],
      ],
    },
    signing: { headers: ['x-qs-a:1', 'x-qs-b:2, 3'], resource: `/${BUCKET}` },
  },
  {
    name: 'an x-qs-* header in UTF-8',
    sent: { headers: [['x-qs-meta-a', Buffer.from('中').toString('latin1')]] },
    signing: { headers: ['x-qs-meta-a:中'], resource: `/${BUCKET}` },
  },
  { name: 'a preflight', sent: { method: 'OPTIONS' }, signing: { resource: `/${BUCKET}` } },
];

/** The time of a signed header request. */
interface TimeCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly signing: Signing;
}

const ownDate: Pairs = [['x-qs-date', DATE]];
const ownSigning: Signing = { date: '', headers: [`x-qs-date:${DATE}`], resource: `/${BUCKET}` };

const timesTaken: readonly TimeCase[] = [
  { name: 'a Date', sent: dated({}), signing: { resource: `/${BUCKET}` } },
  { name: 'an x-qs-date', sent: { headers: ownDate }, signing: ownSigning },
  {
    name: 'an x-qs-date over another Date',
    sent: { headers: [['Date', OTHER_DATE], ...ownDate] },
    signing: ownSigning,
  },
  { name: 'a Date 15 minutes ago', sent: dated({ at: NOW + 900 }), signing: { resource: `/${BUCKET}` } },
  { name: 'a Date in 15 minutes', sent: dated({ at: NOW - 900 }), signing: { resource: `/${BUCKET}` } },
];

const FORGED = { status: 401, code: 'signature_not_matched' };
const EXPIRED = { status: 403, code: 'request_expired' };
const MALFORMED = { status: 400, code: 'invalid_argument' };
const UNKNOWN = { status: 401, code: 'invalid_access_key_id' };

interface RefusedCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly error: { readonly status: number; readonly code: string };
}

function authorizedBy(value: string, headers: Pairs = [['Date', DATE]]): SentRequest {
  return { headers: [...headers, ['Authorization', value]] };
}

const good = signatureOf('GET', { resource: `/${BUCKET}` });

const refused: readonly RefusedCase[] = [
  {
    name: 'another secret',
    sent: withHeader(dated({}), { resource: `/${BUCKET}`, secret: 'x' }),
    error: FORGED,
  },
  {
    name: 'another method',
    sent: { ...withHeader(dated({}), { resource: `/${BUCKET}` }), method: 'PUT' },
    error: FORGED,
  },
  {
    name: 'another key',
    sent: withHeader(dated({ target: `/${BUCKET}/b` }), { resource: `/${BUCKET}/a` }),
    error: FORGED,
  },
  {
    name: 'another bucket',
    sent: withHeader(dated({ target: '/otherbucket' }), { resource: `/${BUCKET}` }),
    error: FORGED,
  },
  {
    name: 'another virtual host',
    sent: withHeader(dated({ host: 'otherbucket.pek3a.qingstor.com', target: '/' }), {
      resource: `/${BUCKET}/`,
    }),
    error: FORGED,
  },
  {
    name: 'a slash that the path does not have',
    sent: withHeader(dated({}), { resource: `/${BUCKET}/` }),
    error: FORGED,
  },
  {
    name: 'a path that was decoded',
    sent: withHeader(dated({ target: `/${BUCKET}/a%2Fb` }), { resource: `/${BUCKET}/a/b` }),
    error: FORGED,
  },
  {
    name: 'a sub-resource that was added',
    sent: withHeader(dated({ target: `/${BUCKET}?cors` }), { resource: `/${BUCKET}` }),
    error: FORGED,
  },
  {
    name: 'a sub-resource that was taken away',
    sent: withHeader(dated({}), { resource: `/${BUCKET}?cors` }),
    error: FORGED,
  },
  {
    name: 'an encoded sub-resource that was added',
    sent: withHeader(dated({ target: `/${BUCKET}?%63ors` }), { resource: `/${BUCKET}?uploads` }),
    error: FORGED,
  },
  {
    name: 'a response-* that was altered',
    sent: withHeader(dated({ target: `/${BUCKET}/a?response-content-type=a` }), {
      resource: `/${BUCKET}/a?response-content-type=b`,
    }),
    error: FORGED,
  },
  {
    name: 'another Content-Type',
    sent: withHeader(dated({ headers: [['Content-Type', 'text/html']] }), { resource: `/${BUCKET}` }),
    error: FORGED,
  },
  {
    name: 'another Content-MD5',
    sent: withHeader(dated({ headers: [['Content-MD5', 'x==']] }), { md5: 'y==', resource: `/${BUCKET}` }),
    error: FORGED,
  },
  {
    name: 'an x-qs-* header that was added',
    sent: withHeader(dated({ headers: [['x-qs-copy-source', '/a/b']] }), { resource: `/${BUCKET}` }),
    error: FORGED,
  },
  {
    name: 'another Date than the one signed',
    sent: withHeader(dated({}), { date: 'Tue, 14 Nov 2023 22:15:01 GMT', resource: `/${BUCKET}` }),
    error: FORGED,
  },
  {
    name: 'a Date signed beside an x-qs-date',
    sent: withHeader({ headers: [['Date', DATE], ...ownDate] }, { ...ownSigning, date: DATE }),
    error: FORGED,
  },
  { name: 'a signature cut short', sent: authorizedBy(`QS ${KEY.id}:${good.slice(0, -1)}`), error: FORGED },
  {
    name: 'a signature in capitals',
    sent: authorizedBy(`QS ${KEY.id}:${good.toUpperCase()}`),
    error: FORGED,
  },
  { name: 'an unknown key', sent: authorizedBy(`QS OTHER:${good}`), error: UNKNOWN },
  { name: 'a key in another case', sent: authorizedBy(`QS ${KEY.id.toLowerCase()}:${good}`), error: UNKNOWN },
  {
    name: 'a Date more than 15 minutes ago',
    sent: withHeader(dated({ at: NOW + 901 }), { resource: `/${BUCKET}` }),
    error: EXPIRED,
  },
  {
    name: 'a Date in more than 15 minutes',
    sent: withHeader(dated({ at: NOW - 901 }), { resource: `/${BUCKET}` }),
    error: EXPIRED,
  },
  {
    name: 'an old x-qs-date over a good Date',
    sent: withHeader(dated({ headers: [['x-qs-date', OTHER_DATE]] }), {
      date: '',
      headers: [`x-qs-date:${OTHER_DATE}`],
      resource: `/${BUCKET}`,
    }),
    error: EXPIRED,
  },
  { name: 'no date', sent: authorizedBy(`QS ${KEY.id}:${good}`, []), error: MALFORMED },
  {
    name: 'a date that is none',
    sent: authorizedBy(`QS ${KEY.id}:${good}`, [['Date', 'today']]),
    error: MALFORMED,
  },
  {
    name: 'an empty x-qs-date',
    sent: authorizedBy(`QS ${KEY.id}:${good}`, [
      ['Date', DATE],
      ['x-qs-date', ''],
    ]),
    error: MALFORMED,
  },
  ...[
    'QS',
    'QS ',
    `QS ${KEY.id}`,
    `QS ${KEY.id}:`,
    `QS :${good}`,
    `QS ${KEY.id} :${good}`,
    `QS ${KEY.id}:a b`,
    'Basic YTpi',
    'AWS a:b',
    `qs ${KEY.id}:${good}`,
  ].map(value => ({ name: `the header "${value}"`, sent: authorizedBy(value), error: MALFORMED })),
];

const expired = NOW - 1;
const signedQuery = (resource: string, expires?: number): string =>
  withQuery({}, { resource }, expires).target ?? '';
const without = (name: string): string =>
  signedQuery(`/${BUCKET}`).replace(new RegExp(`${name}=[^&]*&?`), '');

const queriesRefused: readonly RefusedCase[] = [
  {
    name: 'the last second was before',
    sent: { target: signedQuery(`/${BUCKET}`, expired) },
    error: EXPIRED,
  },
  {
    name: 'the end was moved',
    sent: { target: signedQuery(`/${BUCKET}`).replace(/expires=\d+/, `expires=${NOW + 61}`) },
    error: FORGED,
  },
  { name: 'another resource is signed', sent: { target: signedQuery('/otherbucket') }, error: FORGED },
  {
    name: 'the key is unknown',
    sent: { target: signedQuery(`/${BUCKET}`).replace(KEY.id, 'OTHER') },
    error: UNKNOWN,
  },
  { name: 'there is no key', sent: { target: without('access_key_id') }, error: MALFORMED },
  { name: 'there is no signature', sent: { target: without('signature') }, error: MALFORMED },
  { name: 'there is no end', sent: { target: without('expires') }, error: MALFORMED },
  ...['', '-1', '1e12', '1700000100.5', '9999999999999', 'tomorrow'].map(end => ({
    name: `the end is "${end}"`,
    sent: { target: signedQuery(`/${BUCKET}`).replace(/expires=\d+/, `expires=${end}`) },
    error: MALFORMED,
  })),
];

describe('authorizeQingstor', () => {
  it.each(headerVectors)('takes $name', ({ secret, signature, sent }) => {
    const signed = {
      ...sent,
      headers: [...(sent.headers ?? []), ['Authorization', `QS ID:${signature}`]] as const,
    };
    expect(authorize(signed, { id: 'ID', secret })).toEqual({
      kind: 'signed',
      credentialId: 'ID',
      role: 'all',
    });
  });

  it.each(queryVectors)('takes $name', ({ secret, signature, sent, expires }) => {
    const query = `access_key_id=ID&expires=${expires}&signature=${encodeURIComponent(signature)}`;
    const { target = '/' } = sent;
    const signed = { ...sent, target: `${target}${target.includes('?') ? '&' : '?'}${query}` };
    expect(authorize(signed, { id: 'ID', secret })).toEqual({
      kind: 'signed',
      credentialId: 'ID',
      role: 'all',
    });
  });

  it.each(accepted)('takes $name', ({ sent, signing }) => {
    expect(authorize(withHeader(dated(sent), signing))).toEqual(SIGNED);
  });

  it.each(accepted.filter(({ sent }) => sent.method !== 'OPTIONS'))('takes $name, in the query', each => {
    expect(authorize(withQuery(each.sent, each.signing))).toEqual(SIGNED);
  });

  it.each(timesTaken)('takes $name', ({ sent, signing }) => {
    expect(authorize(withHeader(sent, signing))).toEqual(SIGNED);
  });

  it('takes a signed URL until its last second, whatever its Date', () => {
    expect(
      authorize(withQuery({ headers: [['Date', OTHER_DATE]] }, { resource: `/${BUCKET}` }, NOW)),
    ).toEqual(SIGNED);
  });

  it('takes a Content-Type that the client of a signed URL sends, when it is signed', () => {
    const sent: SentRequest = { method: 'PUT', headers: [['Content-Type', 'text/plain']] };
    expect(authorize(withQuery(sent, { type: 'text/plain', resource: `/${BUCKET}` }))).toEqual(SIGNED);
    expect(refusalOf(authorize(withQuery(sent, { resource: `/${BUCKET}` })))).toMatchObject(FORGED);
  });

  it.each([
    { name: 'no Authorization', sent: {} },
    { name: 'an empty one', sent: { headers: [['Authorization', '']] } },
    { name: 'an end alone', sent: { target: `/${BUCKET}?expires=5` } },
  ] satisfies readonly { name: string; sent: SentRequest }[])('is anonymous with $name', ({ sent }) => {
    expect(authorize(sent)).toEqual({ kind: 'anonymous' });
  });

  it.each(refused)('refuses $name', ({ sent, error }) => {
    expect(refusalOf(authorize(sent))).toMatchObject(error);
  });

  it.each(queriesRefused)('refuses a signed URL when $name', ({ sent, error }) => {
    expect(refusalOf(authorize(sent))).toMatchObject(error);
  });

  it('looks at the header, not at a good query under it', () => {
    const sent = withQuery({ headers: [['Authorization', 'Basic YTpi']] }, { resource: `/${BUCKET}` });
    expect(refusalOf(authorize(sent))).toMatchObject(MALFORMED);
  });

  it('tells what it would have signed', () => {
    const sent = withHeader(dated({ target: `/${BUCKET}?cors&` }), { resource: '/' });
    expect(refusalOf(authorize(sent)).message).toBe(
      `The signature is not the one of this request. The string that was to be signed is GET\\n\\n\\n${DATE}\\n/${BUCKET}?cors`,
    );
  });
});
