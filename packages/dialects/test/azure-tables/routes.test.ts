import { describe, expect, it } from 'vitest';
import { isAccountName, locateAzureTables } from '../../src/azure-tables/routes.ts';
import type { Location, Operation } from '../../src/exchange.ts';
import { ACCOUNT, exchangeOf, LOCAL, PROPERTIES } from './azure-tables-exchange.ts';

interface PlaceCase {
  readonly name: string;
  readonly host: string;
  readonly target: string;
  readonly place: Partial<Location>;
}

const places: readonly PlaceCase[] = [
  {
    name: 'an account in the path',
    host: LOCAL,
    target: '/myaccount/mytable',
    place: { tenant: 'myaccount', resource: 'mytable', path: '/myaccount/mytable', pathStyle: true },
  },
  {
    name: 'an account in the path of a host with dots',
    host: 'storage.example.com',
    target: '/myaccount/',
    place: { tenant: 'myaccount', resource: '', pathStyle: true },
  },
  {
    name: 'an account without a slash behind it',
    host: 'localhost',
    target: '/myaccount',
    place: { tenant: 'myaccount', resource: '', pathStyle: true },
  },
  {
    name: 'an account in the host',
    host: 'myaccount.table.core.windows.net',
    target: '/mytable',
    place: { tenant: 'myaccount', resource: 'mytable', path: '/mytable', pathStyle: false },
  },
  {
    name: 'an account in a local host, in capitals',
    host: 'MyAccount.TABLE.localhost:4003',
    target: '/',
    place: { tenant: 'myaccount', resource: '', authority: 'MyAccount.TABLE.localhost:4003' },
  },
  {
    name: 'the other place of an account in the host',
    host: 'myaccount-secondary.table.core.windows.net',
    target: '/',
    place: { tenant: 'myaccount', resource: '' },
  },
  {
    name: 'the other place of an account in the path',
    host: LOCAL,
    target: '/myaccount-secondary/mytable',
    place: { tenant: 'myaccount', resource: 'mytable', path: '/myaccount-secondary/mytable' },
  },
  {
    name: 'an absolute-form target, whose host counts',
    host: LOCAL,
    target: 'http://myaccount.table.core.windows.net/mytable',
    place: { tenant: 'myaccount', resource: 'mytable', authority: 'myaccount.table.core.windows.net' },
  },
  {
    name: 'an absolute-form target without a path',
    host: LOCAL,
    target: 'http://myaccount.table.core.windows.net',
    place: { tenant: 'myaccount', resource: '', path: '/' },
  },
  {
    name: 'an entity, decoded',
    host: LOCAL,
    target: "/myaccount/t(PartitionKey='a%2Fb',RowKey='%C3%A9')?a=b",
    place: { tenant: 'myaccount', resource: "t(PartitionKey='a/b',RowKey='é')", query: 'a=b' },
  },
  { name: 'no account', host: LOCAL, target: '/', place: { tenant: undefined, pathStyle: false } },
  { name: 'no account in an empty segment', host: LOCAL, target: '//a', place: { tenant: undefined } },
];

interface OperationCase {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly operation: string;
  readonly host?: string;
}

const HOST = 'myaccount.table.core.windows.net';
const ROOT = '/?restype=service&comp=properties';

const operations: readonly OperationCase[] = [
  { name: 'GET of the properties', method: 'GET', target: ROOT, operation: 'get' },
  { name: 'PUT of the properties', method: 'PUT', target: ROOT, operation: 'put' },
  { name: 'GET in the path', method: 'GET', target: PROPERTIES, host: LOCAL, operation: 'get' },
  {
    name: 'PUT in the path without a slash',
    method: 'PUT',
    target: `/${ACCOUNT}?comp=properties&restype=service`,
    host: LOCAL,
    operation: 'put',
  },
  {
    name: 'other parameters beside',
    method: 'PUT',
    target: `${ROOT}&timeout=30&sv=1`,
    operation: 'put',
  },
  {
    name: 'encoded and in another case',
    method: 'PUT',
    target: '/?ResType=%53ervice&COMP=Properties',
    operation: 'put',
  },
  { name: 'repeated', method: 'PUT', target: `/?comp=stats&restype=a&${ROOT.slice(2)}`, operation: 'put' },
  { name: 'DELETE of the properties', method: 'DELETE', target: ROOT, operation: 'UnsupportedHttpVerb' },
  { name: 'HEAD of the properties', method: 'HEAD', target: ROOT, operation: 'UnsupportedHttpVerb' },
  { name: 'POST of the properties', method: 'POST', target: ROOT, operation: 'UnsupportedHttpVerb' },
  { name: 'a method in small letters', method: 'put', target: ROOT, operation: 'UnsupportedHttpVerb' },
  { name: 'no account', method: 'GET', target: ROOT, host: LOCAL, operation: 'InvalidUri' },
  {
    name: 'properties of a table',
    method: 'GET',
    target: '/mytable?restype=service&comp=properties',
    operation: 'InvalidUri',
  },
  { name: 'properties below an empty segment', method: 'PUT', target: `/${ROOT}`, operation: 'InvalidUri' },
  {
    name: 'properties below an encoded slash',
    method: 'PUT',
    target: '/%2F?restype=service&comp=properties',
    operation: 'InvalidUri',
  },
  { name: 'statistics', method: 'GET', target: '/?restype=service&comp=stats', operation: 'data' },
  { name: 'half of the properties', method: 'PUT', target: '/?comp=properties', operation: 'InvalidUri' },
  { name: 'the other half', method: 'PUT', target: '/?restype=service', operation: 'data' },
  { name: 'a query of tables', method: 'GET', target: '/Tables', operation: 'data' },
  { name: 'PATCH of an entity', method: 'PATCH', target: '/t(PartitionKey=%27%27)', operation: 'data' },
  { name: 'a path that is not UTF-8', method: 'GET', target: '/%ff', operation: 'InvalidUri' },
  {
    name: 'an account that is not UTF-8',
    method: 'GET',
    target: '/%ff/a',
    host: LOCAL,
    operation: 'InvalidUri',
  },
  { name: 'a query that is not UTF-8', method: 'PUT', target: `${ROOT}&a=%ff`, operation: 'InvalidUri' },
  { name: 'OPTIONS of a table', method: 'OPTIONS', target: '/mytable', operation: 'preflight' },
  { name: 'OPTIONS of the account', method: 'OPTIONS', target: '/', operation: 'preflight' },
  { name: 'OPTIONS of no account', method: 'OPTIONS', target: '/', host: LOCAL, operation: 'preflight' },
  { name: 'OPTIONS of the properties', method: 'OPTIONS', target: ROOT, operation: 'preflight' },
  { name: 'OPTIONS of what cannot be read', method: 'OPTIONS', target: '/%ff?%', operation: 'preflight' },
  { name: 'OPTIONS *', method: 'OPTIONS', target: '*', operation: 'preflight' },
];

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

interface VersionCase {
  readonly name: string;
  readonly version: string | undefined;
  readonly target?: string;
  readonly operation: string;
}

const SAS = `${PROPERTIES}&sig=x`;

const versions: readonly VersionCase[] = [
  { name: 'the newest that SDKs send', version: '2019-02-02', operation: 'get' },
  { name: 'the oldest', version: '2009-04-14', operation: 'get' },
  { name: 'a newer one than is known', version: '2099-12-31', operation: 'get' },
  { name: 'one before the oldest', version: '2008-10-27', operation: 'InvalidHeaderValue' },
  { name: 'no date', version: 'latest', operation: 'InvalidHeaderValue' },
  { name: 'a day that there is not', version: '2019-02-30', operation: 'InvalidHeaderValue' },
  { name: 'a month that there is not', version: '2019-13-01', operation: 'InvalidHeaderValue' },
  { name: 'a year of five digits', version: '12019-01-01', operation: 'InvalidHeaderValue' },
  { name: 'an empty one', version: '', operation: 'InvalidHeaderValue' },
  { name: 'two of them', version: '2019-02-02, 2019-02-02', operation: 'InvalidHeaderValue' },
  { name: 'none', version: undefined, operation: 'MissingRequiredHeader' },
  {
    name: 'none but parameters, without a signature',
    version: undefined,
    target: `${PROPERTIES}&sv=2019-02-02`,
    operation: 'MissingRequiredHeader',
  },
  {
    name: 'none but that of a signature',
    version: undefined,
    target: `${SAS}&sv=2019-02-02`,
    operation: 'get',
  },
  {
    name: 'none but that of a signature, which is no date',
    version: undefined,
    target: `${SAS}&sv=x`,
    operation: 'InvalidHeaderValue',
  },
  {
    name: 'that of the protocol before that of the signature',
    version: undefined,
    target: `${SAS}&sv=x&api-version=2019-02-02`,
    operation: 'get',
  },
  {
    name: 'the header before that of the signature',
    version: 'x',
    target: `${SAS}&sv=2019-02-02`,
    operation: 'InvalidHeaderValue',
  },
];

describe('locateAzureTables', () => {
  it.each(places)('finds $name', ({ host, target, place }) => {
    expect(exchangeOf({ host, target }).location).toMatchObject(place);
  });

  it.each(places)('finds $name for a preflight as well', ({ host, target, place }) => {
    const { location } = exchangeOf({ method: 'OPTIONS', host, target, version: undefined });
    expect(location).toMatchObject({ ...place, operation: { kind: 'preflight' }, parameters: [] });
  });

  it.each(operations)('reads $name as $operation', ({ method, target, host = HOST, operation }) => {
    expect(labelOf(exchangeOf({ method, target, host }).location.operation)).toBe(operation);
  });

  it.each(versions)('takes the properties by $name as $operation', ({ version, target, operation }) => {
    const { location } = exchangeOf({ version, ...(target !== undefined && { target }) });
    expect(labelOf(location.operation)).toBe(operation);
  });

  it('says which methods the properties have', () => {
    const { operation } = exchangeOf({ method: 'DELETE' }).location;
    expect(operation).toMatchObject({ error: { status: 405, headers: [['Allow', 'GET, PUT']] } });
  });

  it('takes a request without Host and version for one of data', () => {
    const location = locateAzureTables({ method: 'GET', target: '/a/b', rawHeaders: [] });
    expect(location).toMatchObject({ tenant: 'a', authority: '', operation: { kind: 'data' } });
  });
});

describe('isAccountName', () => {
  it.each(['abc', 'devstoreaccount1', '123', 'a'.repeat(24)])('takes %s', name => {
    expect(isAccountName(name)).toBe(true);
  });

  it.each(['', 'ab', 'a'.repeat(25), 'Abc', 'a-b', 'abc-secondary', 'a.b', 'abé', 'abc\n'])(
    'refuses %j',
    name => {
      expect(isAccountName(name)).toBe(false);
    },
  );
});
