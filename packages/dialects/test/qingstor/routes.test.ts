import { describe, expect, it } from 'vitest';
import type { Location, Operation } from '../../src/exchange.ts';
import { locateQingstor, zoneOfHost } from '../../src/qingstor/routes.ts';
import { BUCKET, HOST, VIRTUAL_HOST } from './qingstor-exchange.ts';

function locate(method: string, host: string, target: string): Location {
  return locateQingstor({ method, target, rawHeaders: ['Host', host] });
}

function labelOf(operation: Operation): string {
  switch (operation.kind) {
    case 'policy':
      return operation.action;
    case 'unreadable':
      return operation.error.code;
    case 'preflight':
    case 'data':
      return operation.kind;
    default:
      return operation satisfies never;
  }
}

/** Where the bucket of a request to `/otherbucket/key` is, by its host. */
interface HostCase {
  readonly name: string;
  readonly host: string;
  readonly tenant: string;
}

const hosts: readonly HostCase[] = [
  { name: 'a bucket and a zone', host: VIRTUAL_HOST, tenant: BUCKET },
  { name: 'a bucket, a zone and a port', host: `${VIRTUAL_HOST}:80`, tenant: BUCKET },
  { name: 'a bucket in odd case', host: 'MyBucket.PEK3A.QingStor.com', tenant: BUCKET },
  { name: 'a bucket with hyphens', host: 'my-bucket-1.sh1a.qingstor.com', tenant: 'my-bucket-1' },
  { name: 'a bucket without a zone', host: 'my-bucket.qingstor.com', tenant: 'my-bucket' },
  { name: 'a zone', host: 'pek3a.qingstor.com', tenant: 'otherbucket' },
  { name: 'the service', host: 'qingstor.com', tenant: 'otherbucket' },
  { name: 'a name that no bucket has, and a zone', host: 'short.pek3a.qingstor.com', tenant: 'otherbucket' },
  { name: 'too many names', host: `a.${VIRTUAL_HOST}`, tenant: 'otherbucket' },
  { name: 'a bucket of localhost', host: 'my-bucket.localhost:4002', tenant: 'my-bucket' },
  { name: 'a bucket and a zone of localhost', host: 'my-bucket.pek3a.localhost:4002', tenant: 'my-bucket' },
  { name: 'localhost', host: 'localhost:4002', tenant: 'otherbucket' },
  { name: 'a zone of localhost', host: 'pek3a.localhost:4002', tenant: 'otherbucket' },
  { name: 'an address', host: HOST, tenant: 'otherbucket' },
  { name: 'an IPv6 address', host: '[::1]:4002', tenant: 'otherbucket' },
  { name: 'an empty zone, as the Node SDK sends it', host: '.127.0.0.1', tenant: 'otherbucket' },
  { name: 'no zone, as the Node SDK sends it', host: 'undefined.127.0.0.1', tenant: 'otherbucket' },
  { name: 'an empty zone of localhost', host: '.localhost', tenant: 'otherbucket' },
  { name: 'no zone of localhost', host: 'undefined.localhost', tenant: 'otherbucket' },
  { name: 'any other domain', host: 'mybucket.pek3a.example.com', tenant: 'otherbucket' },
  { name: 'a domain that only ends alike', host: 'mybucket.pek3a.notqingstor.com', tenant: 'otherbucket' },
  { name: 'nothing', host: '', tenant: 'otherbucket' },
];

interface PlaceCase {
  readonly name: string;
  readonly host: string;
  readonly target: string;
  readonly place: Partial<Location>;
}

const inHost = { tenant: BUCKET, authority: VIRTUAL_HOST, query: '', pathStyle: false };
const inPath = { tenant: BUCKET, authority: HOST, query: '', pathStyle: true };
const service = { tenant: undefined, resource: '', path: '/', query: '', pathStyle: false };

const places: readonly PlaceCase[] = [
  { name: 'a bucket', host: VIRTUAL_HOST, target: '/', place: { ...inHost, resource: '', path: '/' } },
  {
    name: 'an object',
    host: VIRTUAL_HOST,
    target: '/a/b',
    place: { ...inHost, resource: 'a/b', path: '/a/b' },
  },
  {
    name: 'an absolute-form target, whose host counts',
    host: HOST,
    target: `http://${VIRTUAL_HOST}/a?cors=&x`,
    place: { ...inHost, resource: 'a', path: '/a', query: 'cors=&x' },
  },
  {
    name: 'an absolute-form target in capitals without a path',
    host: HOST,
    target: `HTTPS://${VIRTUAL_HOST}:443?cors`,
    place: { ...inHost, authority: `${VIRTUAL_HOST}:443`, resource: '', path: '/', query: 'cors' },
  },
  {
    name: 'a bucket in the path',
    host: HOST,
    target: `/${BUCKET}`,
    place: { ...inPath, resource: '', path: `/${BUCKET}` },
  },
  {
    name: 'a bucket in the path with a slash',
    host: HOST,
    target: `/${BUCKET}/`,
    place: { ...inPath, resource: '', path: `/${BUCKET}/` },
  },
  {
    name: 'a bucket in the path with a question mark',
    host: HOST,
    target: `/${BUCKET}?`,
    place: { ...inPath, resource: '', path: `/${BUCKET}` },
  },
  {
    name: 'an object in the path',
    host: HOST,
    target: `/${BUCKET}/a/b?x=/y`,
    place: { ...inPath, resource: 'a/b', path: `/${BUCKET}/a/b`, query: 'x=/y' },
  },
  {
    name: 'an encoded bucket in the path',
    host: HOST,
    target: '/my%62ucket/a',
    place: { ...inPath, resource: 'a', path: '/my%62ucket/a' },
  },
  { name: 'no bucket', host: HOST, target: '/', place: { ...service, authority: HOST } },
  {
    name: 'two slashes, the second of the key',
    host: VIRTUAL_HOST,
    target: '//a',
    place: { ...inHost, resource: '/a', path: '//a' },
  },
  {
    name: 'a key of one slash',
    host: HOST,
    target: `/${BUCKET}//`,
    place: { ...inPath, resource: '/', path: `/${BUCKET}//` },
  },
  {
    name: 'an encoded slash',
    host: VIRTUAL_HOST,
    target: '/a%2Fb',
    place: { ...inHost, resource: 'a/b', path: '/a%2Fb' },
  },
  {
    name: 'dots in the path',
    host: VIRTUAL_HOST,
    target: '/a/../b/./%2E%2e',
    place: { ...inHost, resource: 'a/../b/./..', path: '/a/../b/./%2E%2e' },
  },
  {
    name: 'a plus, and encoded signs',
    host: VIRTUAL_HOST,
    target: '/a+b%2B%2525%2a',
    place: { ...inHost, resource: 'a+b+%25*', path: '/a+b%2B%2525%2a' },
  },
  {
    name: 'a key in UTF-8',
    host: VIRTUAL_HOST,
    target: '/%E4%B8%AD%F0%9F%98%80',
    place: { ...inHost, resource: '中\u{1f600}', path: '/%E4%B8%AD%F0%9F%98%80' },
  },
];

interface OperationCase {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly operation: string;
}

const operations: readonly OperationCase[] = [
  { name: 'GET ?cors', method: 'GET', target: '/mybucket?cors', operation: 'get' },
  { name: 'PUT ?cors&', method: 'PUT', target: '/mybucket?cors&', operation: 'put' },
  { name: 'DELETE /?cors=', method: 'DELETE', target: '/mybucket/?cors=', operation: 'delete' },
  { name: 'an encoded cors among others', method: 'GET', target: '/mybucket?a=b&%63ors&c', operation: 'get' },
  { name: 'HEAD ?cors', method: 'HEAD', target: '/mybucket?cors', operation: 'method_not_allowed' },
  { name: 'POST ?cors', method: 'POST', target: '/mybucket?cors', operation: 'method_not_allowed' },
  { name: '?cors of an object', method: 'PUT', target: '/mybucket/a?cors', operation: 'data' },
  { name: '?cors of the service', method: 'GET', target: '/?cors', operation: 'data' },
  { name: '?CORS', method: 'GET', target: '/mybucket?CORS', operation: 'data' },
  { name: 'cors as a value', method: 'GET', target: '/mybucket?prefix=cors', operation: 'data' },
  { name: 'an object', method: 'GET', target: '/mybucket/a', operation: 'data' },
  { name: 'OPTIONS of an object', method: 'OPTIONS', target: '/mybucket/a', operation: 'preflight' },
  { name: 'OPTIONS of a bucket', method: 'OPTIONS', target: '/mybucket', operation: 'preflight' },
  { name: 'OPTIONS ?cors&', method: 'OPTIONS', target: '/mybucket?cors&', operation: 'preflight' },
  { name: 'OPTIONS *', method: 'OPTIONS', target: '*', operation: 'preflight' },
  {
    name: 'OPTIONS of what cannot be read',
    method: 'OPTIONS',
    target: '/mybucket/%zz?%ff',
    operation: 'preflight',
  },
  { name: 'a percent sign alone', method: 'GET', target: '/mybucket/a%', operation: 'invalid_argument' },
  {
    name: 'percent-encoding with other letters',
    method: 'GET',
    target: '/mybucket/%zz',
    operation: 'invalid_argument',
  },
  { name: 'a path that is not UTF-8', method: 'GET', target: '/mybucket/%ff', operation: 'invalid_argument' },
  {
    name: 'an encoded surrogate',
    method: 'PUT',
    target: '/mybucket/%ED%A0%80',
    operation: 'invalid_argument',
  },
  { name: 'a bucket that is not UTF-8', method: 'GET', target: '/%ff/a', operation: 'invalid_argument' },
  {
    name: 'a parameter that cannot be read',
    method: 'GET',
    target: '/mybucket?prefix=%zz',
    operation: 'invalid_argument',
  },
  {
    name: 'a parameter name that is not UTF-8',
    method: 'GET',
    target: '/mybucket?%ff',
    operation: 'invalid_argument',
  },
  {
    name: 'a policy with a query that cannot be read',
    method: 'PUT',
    target: '/mybucket?cors&%',
    operation: 'invalid_argument',
  },
];

describe('locateQingstor', () => {
  it.each(hosts)('finds the bucket under a host of $name', ({ host, tenant }) => {
    const resource = tenant === 'otherbucket' ? 'key' : 'otherbucket/key';
    for (const method of ['GET', 'OPTIONS']) {
      expect(locate(method, host, '/otherbucket/key')).toMatchObject({ tenant, resource });
    }
  });

  it.each(places)('finds $name', ({ host, target, place }) => {
    expect(locate('GET', host, target)).toMatchObject(place);
  });

  it.each(places)('finds $name for a preflight as well', ({ host, target, place }) => {
    expect(locate('OPTIONS', host, target)).toMatchObject({ ...place, parameters: [] });
  });

  it.each(operations)('reads $name as $operation', ({ method, target, operation }) => {
    expect(labelOf(locate(method, HOST, target).operation)).toBe(operation);
  });

  it('finds the bucket of a preflight whose key cannot be read', () => {
    expect(locate('OPTIONS', HOST, `/${BUCKET}/%zz`)).toMatchObject({ tenant: BUCKET, resource: '%zz' });
  });

  it('decodes parameters in order, a plus as a space', () => {
    expect(locate('GET', HOST, `/${BUCKET}?b=1&a&&c=x=y&=z&a=%2B+%26&%C3%A9=%E4%B8%AD&`).parameters).toEqual([
      ['b', '1'],
      ['a', ''],
      ['c', 'x=y'],
      ['', 'z'],
      ['a', '+ &'],
      ['é', '中'],
    ]);
  });

  it('takes the request without Host as one in path style', () => {
    const location = locateQingstor({ method: 'GET', target: `/${BUCKET}/a`, rawHeaders: [] });
    expect(location).toMatchObject({ tenant: BUCKET, resource: 'a', authority: '' });
  });

  it('says why it cannot read a target', () => {
    expect(locate('GET', HOST, `/${BUCKET}/%zz`).operation).toEqual({
      kind: 'unreadable',
      error: {
        status: 400,
        code: 'invalid_argument',
        message: 'The request target cannot be read: it is not percent-encoded UTF-8.',
      },
    });
  });
});

describe('zoneOfHost', () => {
  it.each([
    { name: 'a bucket and a zone', host: 'mybucket.SH1A.qingstor.com:80', zone: 'sh1a' },
    { name: 'a zone', host: 'gd2.qingstor.com', zone: 'gd2' },
    { name: 'a bucket without a zone', host: 'my-bucket.qingstor.com', zone: 'pek3a' },
    { name: 'the service', host: 'qingstor.com', zone: 'pek3a' },
    { name: 'a zone of localhost', host: 'sh1a.localhost:4002', zone: 'sh1a' },
    { name: 'no zone, as the Node SDK sends it', host: 'undefined.localhost', zone: 'pek3a' },
    { name: 'any other host', host: HOST, zone: 'pek3a' },
  ])('knows that of a host of $name', ({ host, zone }) => {
    expect(zoneOfHost(host)).toBe(zone);
  });
});
