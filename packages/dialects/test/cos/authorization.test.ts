import { describe, expect, it } from 'vitest';
import { authorizeCos } from '../../src/cos/authorization.ts';
import type { Authorization, Credential } from '../../src/dialect.ts';
import type { ServiceError } from '../../src/exchange.ts';
import { held } from '../held-credentials.ts';
import { accepted, acceptedForPublicKey, refused, withHeader, withQuery } from './authorization-cases.ts';
import { exchangeOf, HOST, type Pairs, type SentRequest } from './cos-exchange.ts';
import { altered, encode, type Fields, headerForm, KEY, queryForm, signRequest } from './sign-request.ts';
import { signatureVectors } from './signature-vectors.ts';

const GO_KEY = { id: 'QmFzZTY0IGlzIGEgZ2VuZXJp', secret: 'AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM' };
const SIGNED: Authorization = { kind: 'signed', credentialId: KEY.id, role: 'all' };

function authorize(sent: SentRequest, credential: Credential = KEY): Authorization {
  return authorizeCos(exchangeOf(sent), held(credential));
}

function refusalOf(authorization: Authorization): ServiceError {
  if (authorization.kind !== 'refused') throw new Error(`it is ${authorization.kind}`);
  return authorization.error;
}

/** The request of a vector, its path and parameters encoded anew. */
function requestOf(parts: (typeof signatureVectors)[number]['parts'], at: number): SentRequest {
  const path = parts.path.split('/').map(encode).join('/');
  const query = parts.parameters.map(pair => pair.map(encode).join('=')).join('&');
  const isHost = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'host';
  const host = parts.headers.find(isHost)?.[1] ?? HOST;
  const headers = parts.headers.filter(pair => !isHost(pair));
  return { method: parts.method, target: query ? `${path}?${query}` : path, host, headers, at };
}

const vectors = signatureVectors
  .filter(vector => vector.secret !== undefined)
  .map(vector => {
    const key = vector.name.startsWith('V1') ? GO_KEY : KEY;
    const names = (pairs: Pairs): string =>
      pairs
        .map(([name]) => name.toLowerCase())
        .sort()
        .join(';');
    const fields: Fields = new Map([
      ['q-sign-algorithm', 'sha1'],
      ['q-ak', key.id],
      ['q-sign-time', vector.keyTime],
      ['q-key-time', vector.keyTime],
      ['q-header-list', names(vector.parts.headers)],
      ['q-url-param-list', names(vector.parts.parameters)],
      ['q-signature', vector.signature],
    ]);
    const sent = requestOf(vector.parts, Number(vector.keyTime.split(';')[0]));
    return { name: vector.name, key, fields, sent };
  });

const FIELDS = [...signRequest({}).keys()];

const malformedTimes: readonly string[] = [
  '',
  '1700000000',
  '1700000000;',
  ';1700003600',
  '1700000000;1700003600;1',
  '1700000000,1700003600',
  '-1;1700003600',
  '1700000000; 1700003600',
  '1e9;2e9',
  '0;9999999999999',
];

describe('authorizeCos', () => {
  it.each(vectors)('takes $name in the header', ({ sent, fields, key }) => {
    const authorization = authorize(withHeader(sent, fields), key);
    expect(authorization).toEqual({ kind: 'signed', credentialId: key.id, role: 'all' });
  });

  it.each(vectors)('takes $name in the query', ({ sent, fields, key }) => {
    const authorization = authorize(withQuery(sent, queryForm(fields)), key);
    expect(authorization).toEqual({ kind: 'signed', credentialId: key.id, role: 'all' });
  });

  it.each(vectors)('takes $name in the query with its semicolons as they are', ({ sent, fields, key }) => {
    const authorization = authorize(withQuery(sent, headerForm(fields)), key);
    expect(authorization).toEqual({ kind: 'signed', credentialId: key.id, role: 'all' });
  });

  it.each(accepted)('takes $name', ({ sent, fields }) => {
    expect(authorize(withHeader(sent, fields))).toEqual(SIGNED);
  });

  it.each(accepted)('takes $name, in the query', ({ sent, fields }) => {
    expect(authorize(withQuery(sent, queryForm(fields)))).toEqual(SIGNED);
  });

  it.each(acceptedForPublicKey)('takes $name under a public key, and under no other', ({ sent, fields }) => {
    for (const signed of [withHeader(sent, fields), withQuery(sent, queryForm(fields))]) {
      expect(authorize(signed, { ...KEY, isPublic: true })).toEqual(SIGNED);
      expect(refusalOf(authorize(signed)).code).toBe('SignatureDoesNotMatch');
    }
  });

  it('takes a list of encoded names that a URL holds as it is', () => {
    const sent = { target: '/a.png?imageMogr2%2Fthumbnail%2F200x=' };
    const fields = signRequest({ path: '/a.png', parameters: [['imageMogr2/thumbnail/200x', '']] });
    expect(fields.get('q-url-param-list')).toBe('imagemogr2%2fthumbnail%2f200x');
    expect(authorize(withQuery(sent, headerForm(fields)))).toEqual(SIGNED);
  });

  it('reads the fields by their names, whatever their order', () => {
    const fields: Fields = new Map([...signRequest({})].reverse());
    expect(authorize(withHeader({}, fields))).toEqual(SIGNED);
  });

  it.each([
    { name: 'no Authorization', headers: [] },
    { name: 'an empty one', headers: [['Authorization', '']] },
  ] satisfies readonly { name: string; headers: Pairs }[])('is anonymous with $name', ({ headers }) => {
    expect(authorize({ headers })).toEqual({ kind: 'anonymous' });
  });

  it('reads the query under an empty Authorization', () => {
    const sent = withQuery({ headers: [['Authorization', '']] }, queryForm(signRequest({})));
    expect(authorize(sent)).toEqual(SIGNED);
  });

  it.each(FIELDS)('refuses a header without %s', name => {
    const error = refusalOf(authorize(withHeader({}, altered(signRequest({}), { [name]: undefined }))));
    expect(error).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(error.message).toContain(name);
  });

  it.each(FIELDS)('refuses a query without %s', name => {
    const query = queryForm(altered(signRequest({}), { [name]: undefined }));
    const error = refusalOf(authorize(withQuery({}, query)));
    expect(error).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(error.message).toContain(name);
  });

  it.each(['', 'md5', 'SHA1', 'sha256'])('refuses the algorithm "%s"', algorithm => {
    const fields = altered(signRequest({}), { 'q-sign-algorithm': algorithm });
    const error = refusalOf(authorize(withHeader({}, fields)));
    expect(error).toMatchObject({ code: 'AccessDenied' });
    expect(error.message).toContain('q-sign-algorithm must be sha1');
  });

  it.each(malformedTimes)('refuses the time "%s"', time => {
    for (const name of ['q-sign-time', 'q-key-time']) {
      const error = refusalOf(authorize(withHeader({}, altered(signRequest({}), { [name]: time }))));
      expect(error).toMatchObject({ code: 'AccessDenied' });
      expect(error.message).toContain(`${name} must be start;end in seconds`);
    }
  });

  it.each(refused)('refuses $name', ({ sent, code }) => {
    expect(refusalOf(authorize(sent))).toMatchObject({ status: 403, code });
  });
});
