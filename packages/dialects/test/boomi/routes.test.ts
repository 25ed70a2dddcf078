import { describe, expect, it } from 'vitest';
import { isAccountId } from '../../src/boomi/account-id.ts';
import { locateBoomi } from '../../src/boomi/routes.ts';
import type { Location } from '../../src/exchange.ts';
import { ACCOUNT, ATOM_PATH, HOST } from './boomi-exchange.ts';

function locate(method: string, target: string): Location {
  return locateBoomi({ method, target, rawHeaders: ['Host', HOST] });
}

interface PlaceCase {
  readonly name: string;
  readonly target: string;
  readonly tenant: string | undefined;
  readonly resource: string;
}

const places: readonly PlaceCase[] = [
  {
    name: 'the sample',
    target: ATOM_PATH,
    tenant: ACCOUNT,
    resource: 'Atom/3456789a-bcde-f012-3456-789abcdef012',
  },
  { name: 'a query', target: `/api/rest/v1/${ACCOUNT}/Atom/query`, tenant: ACCOUNT, resource: 'Atom/query' },
  { name: 'the account itself', target: `/api/rest/v1/${ACCOUNT}`, tenant: ACCOUNT, resource: '' },
  { name: 'the account with a slash', target: `/api/rest/v1/${ACCOUNT}/`, tenant: ACCOUNT, resource: '' },
  { name: 'the account with a query', target: `/api/rest/v1/${ACCOUNT}?a=b`, tenant: ACCOUNT, resource: '' },
  {
    name: 'the Partner API',
    target: `/partner/api/rest/v1/${ACCOUNT}/Atom`,
    tenant: ACCOUNT,
    resource: 'Atom',
  },
  {
    name: 'the Partner API beside an account that overrides',
    target: `/partner/api/rest/v1/${ACCOUNT}/Atom?overrideAccount=other-1`,
    tenant: ACCOUNT,
    resource: 'Atom',
  },
  {
    name: 'API Management',
    target: `/apim/api/rest/v1/${ACCOUNT}/Api/1`,
    tenant: ACCOUNT,
    resource: 'Api/1',
  },
  { name: 'a JSON web token', target: `/auth/jwt/generate/${ACCOUNT}`, tenant: ACCOUNT, resource: '' },
  {
    name: 'an account in capitals',
    target: '/api/rest/v1/ACCOUNT-1/Atom',
    tenant: 'ACCOUNT-1',
    resource: 'Atom',
  },
  {
    name: 'an encoded account',
    target: '/api/rest/v1/account%2D123456/Atom',
    tenant: ACCOUNT,
    resource: 'Atom',
  },
  { name: 'an encoded base', target: `/%61pi/rest/v1/${ACCOUNT}/Atom`, tenant: ACCOUNT, resource: 'Atom' },
  {
    name: 'an absolute-form target',
    target: `http://api.boomi.com${ATOM_PATH}`,
    tenant: ACCOUNT,
    resource: ATOM_PATH.slice(28),
  },
  {
    name: 'slashes that stand twice',
    target: `//api/rest//v1/${ACCOUNT}//Atom`,
    tenant: ACCOUNT,
    resource: 'Atom',
  },
  {
    name: 'parameters of segments',
    target: `/api;a/rest/v1/${ACCOUNT};b=c/Atom;d`,
    tenant: ACCOUNT,
    resource: 'Atom',
  },
  {
    name: 'dots that are no dot segment',
    target: '/api/rest/v1/a..b/.../Atom.',
    tenant: 'a..b',
    resource: '.../Atom.',
  },
  { name: 'no account', target: '/api/rest/v1/', tenant: undefined, resource: 'api/rest/v1' },
  { name: 'the root', target: '/', tenant: undefined, resource: '' },
  { name: 'the target of a server', target: '*', tenant: undefined, resource: '*' },
  { name: 'SOAP', target: `/api/soap/v1/${ACCOUNT}`, tenant: undefined, resource: `api/soap/v1/${ACCOUNT}` },
  {
    name: 'another version',
    target: `/api/rest/v2/${ACCOUNT}`,
    tenant: undefined,
    resource: `api/rest/v2/${ACCOUNT}`,
  },
  {
    name: 'another case',
    target: `/API/rest/v1/${ACCOUNT}`,
    tenant: undefined,
    resource: `API/rest/v1/${ACCOUNT}`,
  },
  {
    name: 'another product',
    target: `/mdm/api/rest/v1/${ACCOUNT}`,
    tenant: undefined,
    resource: `mdm/api/rest/v1/${ACCOUNT}`,
  },
];

const UNREADABLE_TARGETS: readonly { readonly target: string; readonly problem: string }[] = [
  ...['..', '.', '%2e%2E', '.%2e', '..;a', '..%3Ba', 'a%2F..%2Fb', '..%5Cb', '%2e'].map(segment => ({
    target: `/api/rest/v1/mine/${segment}/${ACCOUNT}/Atom`,
    problem: 'its path has a dot segment',
  })),
  { target: '/api/rest/v1/mine/..', problem: 'its path has a dot segment' },
  ...[
    `/API/rest/v1/${ACCOUNT}/Atom`,
    `/Partner/Api/Rest/V1/${ACCOUNT}/Atom`,
    `/api/rest%2Fv1/${ACCOUNT}/Atom`,
    `/api/rest%252Fv1/${ACCOUNT}/Atom`,
    `/api/rest/v1%2F${ACCOUNT}`,
    `/api\\rest\\v1\\${ACCOUNT}`,
    `/api/rest/v1/${ACCOUNT}%3Bx/Atom`,
    `/api/rest/v1/${ACCOUNT}%20/Atom`,
    `/api/rest/v1/a%2Fb/Atom`,
    `/api/rest/v1/a%252Db/Atom`,
  ].map(target => ({ target, problem: 'its account can be read in two ways' })),
  { target: `/x/../api/rest/v1/${ACCOUNT}`, problem: 'its path has a dot segment' },
  ...['%', '%zz', '%ff', '%ED%A0%80'].map(segment => ({
    target: `/api/rest/v1/${segment}/Atom`,
    problem: 'it is not percent-encoded UTF-8',
  })),
  { target: `/api/rest/v1/${ACCOUNT}/%ff`, problem: 'it is not percent-encoded UTF-8' },
];

describe('locateBoomi', () => {
  it.each(places)('finds $name', ({ target, tenant, resource }) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      expect(locate(method, target)).toMatchObject({ tenant, resource, pathStyle: tenant !== undefined });
    }
  });

  it('keeps path and query as they are sent', () => {
    const path = `//api/rest/v1/${ACCOUNT};a/Atom%2F1`;
    expect(locate('GET', `${path}?b=%2B+1&c`)).toMatchObject({
      path,
      query: 'b=%2B+1&c',
      parameters: [
        ['b', '+ 1'],
        ['c', ''],
      ],
      authority: HOST,
    });
  });

  it('takes the host of an absolute-form target', () => {
    expect(locate('GET', `http://api.boomi.com${ATOM_PATH}`).authority).toBe('api.boomi.com');
  });

  it.each(['GET', 'HEAD'])('takes %s for reading data', method => {
    expect(locate(method, ATOM_PATH).operation).toEqual({ kind: 'data', access: 'read' });
  });

  it.each(['POST', 'DELETE', 'PUT', 'PATCH', 'options'])('takes %s for changing data', method => {
    expect(locate(method, ATOM_PATH).operation).toEqual({ kind: 'data', access: 'write' });
  });

  it.each([
    { method: 'POST', path: `/api/rest/v1/${ACCOUNT}/Atom/query`, access: 'read' },
    { method: 'POST', path: `/api/rest/v1/${ACCOUNT}/Atom/queryMore`, access: 'read' },
    { method: 'POST', path: `/partner/api/rest/v1/${ACCOUNT}/Atom/query`, access: 'read' },
    { method: 'DELETE', path: `/api/rest/v1/${ACCOUNT}/Atom/query`, access: 'write' },
    { method: 'POST', path: `/api/rest/v1/${ACCOUNT}/Atom/query/`, access: 'write' },
    { method: 'POST', path: `/api/rest/v1/${ACCOUNT}/Atom/id/query`, access: 'write' },
    { method: 'POST', path: `/api/rest/v1/${ACCOUNT}/Atom%2Fquery`, access: 'write' },
    { method: 'POST', path: `/api/rest/v1/${ACCOUNT}/Atom/bulk`, access: 'write' },
    { method: 'GET', path: `/auth/jwt/generate/${ACCOUNT}`, access: 'write' },
    { method: 'GET', path: `//auth/jwt/generate/${ACCOUNT}`, access: 'write' },
  ])('takes $method of $path for: $access', ({ method, path, access }) => {
    expect(locate(method, path).operation).toEqual({ kind: 'data', access });
  });

  it('takes every OPTIONS for a preflight, whose parameters are nothing', () => {
    for (const { target } of [...places, ...UNREADABLE_TARGETS]) {
      expect(locate('OPTIONS', `${target}?a=b`)).toMatchObject({
        operation: { kind: 'preflight' },
        parameters: [],
      });
    }
  });

  it.each(UNREADABLE_TARGETS)('finds no account in $target, and says why', ({ target, problem }) => {
    expect(locate('OPTIONS', target).tenant).toBeUndefined();
    const { tenant, operation } = locate('GET', target);
    expect(tenant).toBeUndefined();
    expect(operation).toEqual({
      kind: 'unreadable',
      error: { status: 400, code: '', message: `The request target cannot be read: ${problem}.` },
    });
  });

  it('leaves a query that cannot be read to the upstream', () => {
    expect(locate('GET', `${ATOM_PATH}?a=%zz`)).toMatchObject({
      operation: { kind: 'data', access: 'read' },
      parameters: [],
    });
  });
});

describe('isAccountId', () => {
  it.each([ACCOUNT, 'boomi_anybody-T9ABC4', 'a', '1', 'A.b_c-d', 'a'.repeat(128)])('takes %s', name => {
    expect(isAccountId(name)).toBe(true);
  });

  it.each(['', '-a', '.', '..', '_a', 'a/b', 'a b', 'a;b', 'a%2Db', 'é', 'a\n', 'a\0', 'a'.repeat(129)])(
    'does not take %j',
    name => {
      expect(isAccountId(name)).toBe(false);
    },
  );
});
