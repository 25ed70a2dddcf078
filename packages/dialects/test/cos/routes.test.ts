import { describe, expect, it } from 'vitest';
import { locateCos, regionOfHost } from '../../src/cos/routes.ts';
import type { Location, Operation } from '../../src/exchange.ts';
import { BUCKET, HOST } from './cos-exchange.ts';

function locate(method: string, host: string, target: string): Location {
  return locateCos({ method, target, rawHeaders: ['Host', host] });
}

/** `get`, `put` or `delete` of the policy, the kind of any other operation, the code of an error. */
function labelOf(operation: Operation): string {
  switch (operation.kind) {
    case 'policy':
      return operation.action;
    case 'unreadable':
      return operation.error.code;
    case 'data':
    case 'preflight':
      return operation.kind;
    default:
      return operation satisfies never;
  }
}

interface PlaceCase {
  readonly name: string;
  readonly host: string;
  readonly target: string;
  readonly place: Pick<Location, 'tenant' | 'resource' | 'authority' | 'path' | 'query' | 'pathStyle'>;
}

const inHost = { tenant: BUCKET, authority: HOST, query: '', pathStyle: false };
const LOCAL = '127.0.0.1:4001';
const inPath = { tenant: BUCKET, authority: LOCAL, query: '', pathStyle: true };
const service = { tenant: undefined, resource: '', path: '/', query: '', pathStyle: false };

const places: readonly PlaceCase[] = [
  { name: 'a bucket', host: HOST, target: '/', place: { ...inHost, resource: '', path: '/' } },
  { name: 'an object', host: HOST, target: '/a/b', place: { ...inHost, resource: 'a/b', path: '/a/b' } },
  {
    name: 'a host with its port',
    host: `${HOST}:4001`,
    target: '/a',
    place: { ...inHost, authority: `${HOST}:4001`, resource: 'a', path: '/a' },
  },
  {
    name: 'a host in odd case',
    host: 'ExampleBucket-1250000000.COS.ap-Guangzhou.MyQCloud.com',
    target: '/A',
    place: {
      ...inHost,
      authority: 'ExampleBucket-1250000000.COS.ap-Guangzhou.MyQCloud.com',
      resource: 'A',
      path: '/A',
    },
  },
  {
    name: 'the other domain of the service',
    host: `${BUCKET}.cos.ap-beijing.tencentcos.cn`,
    target: '/a',
    place: { ...inHost, authority: `${BUCKET}.cos.ap-beijing.tencentcos.cn`, resource: 'a', path: '/a' },
  },
  {
    name: 'a bucket before a host of any name',
    host: `${BUCKET}.localhost:4001`,
    target: '/a',
    place: { ...inHost, authority: `${BUCKET}.localhost:4001`, resource: 'a', path: '/a' },
  },
  {
    name: 'an absolute-form target, whose host counts',
    host: LOCAL,
    target: `http://${HOST}/a/b?cors=&x`,
    place: { ...inHost, resource: 'a/b', path: '/a/b', query: 'cors=&x' },
  },
  {
    name: 'an absolute-form target in capitals without a path',
    host: 'other-1.localhost',
    target: `HTTPS://${HOST}:443?cors`,
    place: { ...inHost, authority: `${HOST}:443`, resource: '', path: '/', query: 'cors' },
  },
  {
    name: 'a bucket in the path',
    host: LOCAL,
    target: `/${BUCKET}`,
    place: { ...inPath, resource: '', path: `/${BUCKET}` },
  },
  {
    name: 'a bucket in the path with a slash',
    host: LOCAL,
    target: `/${BUCKET}/`,
    place: { ...inPath, resource: '', path: `/${BUCKET}/` },
  },
  {
    name: 'an object of a bucket in the path',
    host: LOCAL,
    target: `/${BUCKET}/a/b?x=/y`,
    place: { ...inPath, resource: 'a/b', path: `/${BUCKET}/a/b`, query: 'x=/y' },
  },
  {
    name: 'an encoded bucket in the path',
    host: LOCAL,
    target: '/examplebucket%2D1250000000/a',
    place: { ...inPath, resource: 'a', path: '/examplebucket%2D1250000000/a' },
  },
  {
    name: 'path style on the host of a region',
    host: 'cos.ap-guangzhou.myqcloud.com',
    target: `/${BUCKET}/a`,
    place: { ...inPath, authority: 'cos.ap-guangzhou.myqcloud.com', resource: 'a', path: `/${BUCKET}/a` },
  },
  {
    name: 'no bucket on the host of the service',
    host: 'service.cos.myqcloud.com',
    target: '/',
    place: { ...service, authority: 'service.cos.myqcloud.com' },
  },
  {
    name: 'no bucket on the host of a region',
    host: 'cos.ap-guangzhou.myqcloud.com',
    target: '/',
    place: { ...service, authority: 'cos.ap-guangzhou.myqcloud.com' },
  },
  { name: 'no bucket on an address', host: LOCAL, target: '/', place: { ...service, authority: LOCAL } },
  {
    name: 'no bucket on an IPv6 address',
    host: '[::1]:4001',
    target: '/',
    place: { ...service, authority: '[::1]:4001' },
  },
  {
    name: 'two slashes, the second of the key',
    host: HOST,
    target: '//a',
    place: { ...inHost, resource: '/a', path: '//a' },
  },
  {
    name: 'a key of one slash',
    host: LOCAL,
    target: `/${BUCKET}//`,
    place: { ...inPath, resource: '/', path: `/${BUCKET}//` },
  },
  {
    name: 'an encoded slash',
    host: HOST,
    target: '/a%2Fb',
    place: { ...inHost, resource: 'a/b', path: '/a%2Fb' },
  },
  {
    name: 'dots in the path',
    host: HOST,
    target: '/a/../b/./%2E%2e/c',
    place: { ...inHost, resource: 'a/../b/./../c', path: '/a/../b/./%2E%2e/c' },
  },
  {
    name: 'a plus and an encoded percent sign',
    host: HOST,
    target: '/a+b%2B%2525',
    place: { ...inHost, resource: 'a+b+%25', path: '/a+b%2B%2525' },
  },
  {
    name: 'a key in UTF-8',
    host: HOST,
    target: '/%E4%B8%AD%F0%9F%98%80',
    place: { ...inHost, resource: '中\u{1f600}', path: '/%E4%B8%AD%F0%9F%98%80' },
  },
];

interface OperationCase {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly operation: string;
  readonly host?: string;
}

const operations: readonly OperationCase[] = [
  { name: 'GET ?cors', method: 'GET', target: '/?cors', operation: 'get' },
  { name: 'PUT ?cors=', method: 'PUT', target: '/?cors=', operation: 'put' },
  { name: 'DELETE ?cors among others', method: 'DELETE', target: '/?a=b&cors&c', operation: 'delete' },
  { name: 'an encoded cors', method: 'GET', target: '/?%63ors', operation: 'get' },
  { name: 'path style', method: 'PUT', target: `/${BUCKET}?cors`, host: LOCAL, operation: 'put' },
  {
    name: 'path style with a slash',
    method: 'GET',
    target: `/${BUCKET}/?cors`,
    host: LOCAL,
    operation: 'get',
  },
  { name: 'HEAD ?cors', method: 'HEAD', target: '/?cors', operation: 'MethodNotAllowed' },
  { name: 'POST ?cors', method: 'POST', target: '/?cors', operation: 'MethodNotAllowed' },
  { name: '?cors of an object', method: 'PUT', target: '/a?cors', operation: 'data' },
  { name: '?cors of a key of one slash', method: 'PUT', target: '//?cors', operation: 'data' },
  { name: '?cors of no bucket', method: 'GET', target: '/?cors', host: LOCAL, operation: 'data' },
  { name: '?CORS', method: 'GET', target: '/?CORS', operation: 'data' },
  { name: 'cors as a value', method: 'GET', target: '/?prefix=cors', operation: 'data' },
  { name: 'no parameter', method: 'GET', target: '/', operation: 'data' },
  { name: 'another method', method: 'PATCH', target: '/a', operation: 'data' },
  { name: 'OPTIONS of an object', method: 'OPTIONS', target: '/a', operation: 'preflight' },
  { name: 'OPTIONS of a bucket', method: 'OPTIONS', target: '/', operation: 'preflight' },
  { name: 'OPTIONS ?lifecycle', method: 'OPTIONS', target: '/?lifecycle', operation: 'preflight' },
  { name: 'OPTIONS ?cors', method: 'OPTIONS', target: '/?cors', operation: 'preflight' },
  { name: 'OPTIONS *', method: 'OPTIONS', target: '*', operation: 'preflight' },
  { name: 'OPTIONS of no bucket', method: 'OPTIONS', target: '/', host: LOCAL, operation: 'preflight' },
  {
    name: 'OPTIONS of a path that cannot be read',
    method: 'OPTIONS',
    target: '/%zz%ff',
    operation: 'preflight',
  },
  {
    name: 'OPTIONS with a query that cannot be read',
    method: 'OPTIONS',
    target: '/a?%zz',
    operation: 'preflight',
  },
  { name: 'OPTIONS of a key with U+0000', method: 'OPTIONS', target: '/%00', operation: 'preflight' },
  { name: 'a percent sign alone', method: 'GET', target: '/a%', operation: 'InvalidURI' },
  { name: 'percent-encoding with other letters', method: 'GET', target: '/%zz', operation: 'InvalidURI' },
  { name: 'a path that is not UTF-8', method: 'GET', target: '/%ff', operation: 'InvalidURI' },
  { name: 'an encoded surrogate', method: 'GET', target: '/%ED%A0%80', operation: 'InvalidURI' },
  {
    name: 'a bucket that is not UTF-8',
    method: 'GET',
    target: '/%ff/a',
    host: LOCAL,
    operation: 'InvalidURI',
  },
  { name: 'a parameter that cannot be read', method: 'GET', target: '/?prefix=%zz', operation: 'InvalidURI' },
  { name: 'a parameter name that is not UTF-8', method: 'GET', target: '/?%ff', operation: 'InvalidURI' },
  {
    name: 'a policy with a query that cannot be read',
    method: 'PUT',
    target: '/?cors&%',
    operation: 'InvalidURI',
  },
  { name: 'U+0000 in a key', method: 'PUT', target: '/a%00b', operation: 'InvalidURI' },
  { name: 'a line feed in a key', method: 'PUT', target: '/a%0Ab', operation: 'InvalidURI' },
  { name: 'DEL in a key', method: 'PUT', target: '/%7F', operation: 'InvalidURI' },
];

describe('locateCos', () => {
  it('does not take a host for a bucket whose first label ends in a short number', () => {
    expect(locate('GET', 'ip-10-0-0-1.internal', `/${BUCKET}/a`).tenant).toBe(BUCKET);
    expect(locate('GET', 'photos-10011010.internal', '/a').tenant).toBe('photos-10011010');
  });

  it.each(places)('finds $name', ({ host, target, place }) => {
    expect(locate('GET', host, target)).toMatchObject(place);
  });

  it.each(places)('finds $name for a preflight as well', ({ host, target, place }) => {
    const location = locate('OPTIONS', host, target);
    expect(location).toMatchObject(place);
    expect(location.parameters).toEqual([]);
  });

  it.each(operations)('reads $name as $operation', ({ method, target, host, operation }) => {
    expect(labelOf(locate(method, host ?? HOST, target).operation)).toBe(operation);
  });

  it('finds the bucket of a preflight whose key cannot be read', () => {
    expect(locate('OPTIONS', LOCAL, `/${BUCKET}/%zz`)).toMatchObject({ tenant: BUCKET, resource: '%zz' });
  });

  it('decodes parameters in order, a plus as a space', () => {
    const target = '/?b=1&a&&c=x=y&=z&a=%2B+%26&%C3%A9=%E4%B8%AD';
    expect(locate('GET', HOST, target).parameters).toEqual([
      ['b', '1'],
      ['a', ''],
      ['c', 'x=y'],
      ['', 'z'],
      ['a', '+ &'],
      ['é', '中'],
    ]);
  });

  it('takes the request without Host as one of the service', () => {
    const location = locateCos({ method: 'GET', target: '/', rawHeaders: [] });
    expect(location).toMatchObject({ tenant: undefined, authority: '' });
  });

  it('says why it cannot read a target', () => {
    expect(locate('GET', HOST, '/%zz').operation).toEqual({
      kind: 'unreadable',
      error: {
        status: 400,
        code: 'InvalidURI',
        message: 'The request target cannot be read: it is not percent-encoded UTF-8.',
      },
    });
    expect(locate('GET', HOST, '/%00').operation).toMatchObject({
      error: { message: 'The request target cannot be read: an object key has no control characters.' },
    });
  });
});

interface RegionCase {
  readonly name: string;
  readonly host: string;
  readonly region: string;
}

const regions: readonly RegionCase[] = [
  { name: 'the host of a bucket', host: `${BUCKET}.cos.ap-Beijing.myqcloud.com:80`, region: 'ap-beijing' },
  { name: 'the host of a region', host: 'cos.na-ashburn.tencentcos.cn', region: 'na-ashburn' },
  { name: 'the host of the service', host: 'service.cos.myqcloud.com', region: 'ap-guangzhou' },
  { name: 'any other host', host: `${BUCKET}.localhost`, region: 'ap-guangzhou' },
];

describe('regionOfHost', () => {
  it.each(regions)('knows that of $name', ({ host, region }) => {
    expect(regionOfHost(host)).toBe(region);
  });
});
