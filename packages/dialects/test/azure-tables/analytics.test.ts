import { describe, expect, it } from 'vitest';
import { azureTablesAnalytics } from '../../src/azure-tables/analytics.ts';
import type { Usage, UsageMeasures } from '../../src/dialect.ts';
import type { Reply } from '../../src/exchange.ts';
import {
  ACCOUNT,
  exchangeOf,
  LOCAL,
  type Pairs,
  PROPERTIES,
  type SentRequest,
} from './azure-tables-exchange.ts';

const { classify, isLogged, line, file, retentionDays } = azureTablesAnalytics;

function usageOf(sent: SentRequest, status: number, errorCode?: string): Usage | undefined {
  const reply: Reply = { status, headers: [], ...(errorCode !== undefined && { errorCode }) };
  return classify(exchangeOf(sent), reply);
}

const OPTIONS: SentRequest = { method: 'OPTIONS', target: `/${ACCOUNT}/mytable` };
const KEY: SentRequest = { headers: [['Authorization', 'SharedKey a:b']] };
const SAS: SentRequest = { target: `${PROPERTIES}&sig=x` };

interface UsageCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly status: number;
  readonly errorCode?: string;
  readonly expected: readonly [operation: string, status: string, billable: boolean];
}

const PREFLIGHT = 'TablePreflightRequest';
const GET = 'GetTableServiceProperties';
const SET = 'SetTableServiceProperties';

const usages: readonly UsageCase[] = [
  {
    name: 'an allowed preflight',
    sent: OPTIONS,
    status: 200,
    expected: [PREFLIGHT, 'AnonymousSuccess', true],
  },
  {
    name: 'a refused preflight',
    sent: OPTIONS,
    status: 403,
    expected: [PREFLIGHT, 'AnonymousAuthorizationError', false],
  },
  {
    name: 'a malformed preflight',
    sent: OPTIONS,
    status: 400,
    expected: [PREFLIGHT, 'AnonymousClientOtherError', false],
  },
  {
    name: 'a preflight that failed',
    sent: OPTIONS,
    status: 500,
    expected: [PREFLIGHT, 'AnonymousServerOtherError', false],
  },
  {
    name: 'a preflight with credentials, which are not looked at',
    sent: { ...OPTIONS, ...KEY },
    status: 200,
    expected: [PREFLIGHT, 'AnonymousSuccess', true],
  },
  { name: 'a read', sent: KEY, status: 200, expected: [GET, 'Success', true] },
  { name: 'a write', sent: { ...KEY, method: 'PUT' }, status: 202, expected: [SET, 'Success', true] },
  {
    name: 'a write by a SAS',
    sent: { ...SAS, method: 'PUT' },
    status: 202,
    expected: [SET, 'SASSuccess', true],
  },
  { name: 'a wrong signature', sent: KEY, status: 403, expected: [GET, 'AuthorizationError', true] },
  { name: 'a wrong SAS', sent: SAS, status: 403, expected: [GET, 'SASAuthorizationError', true] },
  { name: 'no credentials', sent: {}, status: 403, expected: [GET, 'AnonymousAuthorizationError', false] },
  {
    name: 'credentials that cannot be read',
    sent: KEY,
    status: 400,
    errorCode: 'InvalidAuthenticationInfo',
    expected: [GET, 'AuthorizationError', true],
  },
  {
    name: 'a bad document',
    sent: { ...KEY, method: 'PUT' },
    status: 400,
    errorCode: 'InvalidXmlDocument',
    expected: [SET, 'ClientOtherError', true],
  },
  { name: 'a bad document by a SAS', sent: SAS, status: 400, expected: [GET, 'SASClientOtherError', true] },
  { name: 'a store that is away', sent: KEY, status: 503, expected: [GET, 'ThrottlingError', false] },
  { name: 'a defect', sent: SAS, status: 500, expected: [GET, 'SASServerOtherError', false] },
  {
    name: 'a request that took too long',
    sent: KEY,
    status: 500,
    errorCode: 'OperationTimedOut',
    expected: [GET, 'ClientTimeoutError', true],
  },
];

describe('azureTablesAnalytics.classify', () => {
  it.each(usages)('counts $name', ({ sent, status, errorCode, expected }) => {
    const [operation, outcome, billable] = expected;
    expect(usageOf(sent, status, errorCode)).toEqual({ operation, status: outcome, billable });
  });

  it('counts neither data nor what cannot be read', () => {
    expect(usageOf({ target: `/${ACCOUNT}/mytable` }, 200)).toBeUndefined();
    expect(usageOf({ method: 'DELETE' }, 405)).toBeUndefined();
  });
});

function logging(flags: Readonly<Record<string, boolean>>, days?: number) {
  const retentionPolicy = days === undefined ? { enabled: false } : { enabled: true, days };
  return { logging: { version: '1.0', read: false, write: false, delete: false, ...flags, retentionPolicy } };
}

function usage(operation: string, status: string): Usage {
  return { operation, status, billable: true };
}

describe('azureTablesAnalytics.isLogged', () => {
  const logged = (operation: string, status: string, flags: Readonly<Record<string, boolean>>) =>
    isLogged(usage(operation, status), exchangeOf(), logging(flags));

  it('logs nothing of a new account', () => {
    expect(isLogged(usage(PREFLIGHT, 'AnonymousSuccess'), exchangeOf(), undefined)).toBe(false);
    expect(isLogged(usage(SET, 'Success'), exchangeOf(), { hourMetrics: {} })).toBe(false);
  });

  it.each([
    { operation: PREFLIGHT, status: 'AnonymousSuccess', flag: 'read' },
    { operation: GET, status: 'Success', flag: 'read' },
    { operation: SET, status: 'Success', flag: 'write' },
  ])('logs $operation under $flag alone', ({ operation, status, flag }) => {
    expect(logged(operation, status, { [flag]: true })).toBe(true);
    const others = { read: true, write: true, delete: true, [flag]: false };
    expect(logged(operation, status, others)).toBe(false);
  });

  it.each([
    { status: 'AnonymousSuccess', expected: true },
    { status: 'AnonymousServerOtherError', expected: true },
    { status: 'AnonymousClientTimeoutError', expected: true },
    { status: 'AnonymousAuthorizationError', expected: false },
    { status: 'AnonymousClientOtherError', expected: false },
    { status: 'AnonymousThrottlingError', expected: false },
    { status: 'AuthorizationError', expected: true },
    { status: 'SASAuthorizationError', expected: true },
    { status: 'ClientOtherError', expected: true },
  ])('logs $status: $expected', ({ status, expected }) => {
    expect(logged(GET, status, { read: true })).toBe(expected);
  });
});

const MEASURES: UsageMeasures = {
  elapsedMilliseconds: 17.4,
  serverMilliseconds: 15.5,
  client: '192.100.0.102:4362',
  requestHeaderBytes: 283,
  requestBodyBytes: 5,
  responseHeaderBytes: 354,
  responseBodyBytes: 23,
};

const AT = Date.UTC(2014, 5, 19, 22, 59, 23, 196);

function lineOf(sent: SentRequest, outcome: Usage, reply: Reply = { status: 200, headers: [] }): string {
  return line(outcome, exchangeOf({ at: AT, ...sent }), reply, MEASURES);
}

describe('azureTablesAnalytics.line', () => {
  const headers: Pairs = [
    ['User-Agent', 'A/1; (B)'],
    ['Referer', 'http://a.com/?q="<>&'],
    ['x-ms-client-request-id', 'id'],
    ['Content-MD5', 'x=='],
  ];

  it('has the thirty fields of a preflight', () => {
    const sent = { ...OPTIONS, version: undefined, headers };
    expect(lineOf(sent, usage(PREFLIGHT, 'AnonymousSuccess'))).toBe(
      '1.0;2014-06-19T22:59:23.1960000Z;TablePreflightRequest;AnonymousSuccess;200;17;16;anonymous;;devstoreaccount1;table;"http://127.0.0.1:4003/devstoreaccount1/mytable";"/devstoreaccount1/mytable";eea936c2-f002-0072-3774-aeaad4000000;0;192.100.0.102:4362;;283;5;354;23;5;"x==";;;;;"A/1; (B)";"http://a.com/?q=&quot;&lt;&gt;&amp;";"id"\n',
    );
  });

  it('has the thirty fields of the bare minimum', () => {
    expect(lineOf(KEY, usage(GET, 'Success'))).toBe(
      '1.0;2014-06-19T22:59:23.1960000Z;GetTableServiceProperties;Success;200;17;16;authenticated;devstoreaccount1;devstoreaccount1;table;"http://127.0.0.1:4003/devstoreaccount1/?restype=service&amp;comp=properties";"/devstoreaccount1/";eea936c2-f002-0072-3774-aeaad4000000;0;192.100.0.102:4362;2019-02-02;283;5;354;23;5;;;;;;;;\n',
    );
  });

  it('does not repeat the signature of a SAS, however it is written', () => {
    const target = `${PROPERTIES}&sig=c2VjcmV0&%73ig=c2VjcmV0&sv=2019-02-02`;
    const text = lineOf({ target }, usage(GET, 'SASSuccess'));
    expect(text).not.toContain('c2VjcmV0');
    expect(text).toContain('&amp;sig=XXXXX&amp;sig=XXXXX&amp;sv=2019-02-02"');
    expect(text).toContain(';sas;;devstoreaccount1;');
  });

  it('names the error in place of ClientOtherError from 2017-04-17 on', () => {
    const reply: Reply = { status: 400, headers: [], errorCode: 'InvalidXmlDocument' };
    const statusOf = (version: string) =>
      lineOf({ ...KEY, version }, usage(SET, 'ClientOtherError'), reply).split(';')[3];
    expect(['2016-05-31', '2017-04-17'].map(statusOf)).toEqual(['ClientOtherError', 'InvalidXmlDocument']);
  });

  it('is one line, whatever a stranger sends', () => {
    const sent: SentRequest = {
      method: 'OPTIONS',
      target: `/${ACCOUNT}/a%0Ab%0D;%22%E2%80%A8`,
      version: '2019-02-02;\n',
      headers: [
        ['User-Agent', 'a\nb\u00c3\u00a9'],
        ['x-ms-client-request-id', 'a\n'],
      ],
    };
    const text = lineOf(sent, usage(PREFLIGHT, 'AnonymousSuccess'));
    expect(text).toMatch(/^[^\r\n\u2028]*\n$/);
    expect(text).toContain(';"/devstoreaccount1/a&#10;b&#13;;&quot;&#8232;";');
    expect(text).toContain(';"a&#10;bé";;\n');
  });
});

describe('azureTablesAnalytics.line, of long texts', () => {
  /** The texts of a line, without their quotes. */
  function textsOf(sent: SentRequest): string[] {
    const text = lineOf({ ...OPTIONS, ...sent }, usage(PREFLIGHT, 'AnonymousSuccess'));
    return [...text.matchAll(/"([^"]*)"/g)].map(([, field = '']) => field);
  }

  const KIB = 1024;

  it.each(['User-Agent', 'Referer', 'Content-MD5'])('has the first 1 KiB of %s', name => {
    const last = (value: string): string | undefined => textsOf({ headers: [[name, value]] }).at(-1);
    expect(last('a'.repeat(KIB))).toBe('a'.repeat(KIB));
    expect(last(`${'a'.repeat(KIB)}b`)).toBe(`${'a'.repeat(KIB)}...`);
    expect(last('"'.repeat(60_000))).toBe(`${'&quot;'.repeat(KIB)}...`);
  });

  it('does not cut through a character', () => {
    // Each is two bytes, behind one that is one.
    const agent = Buffer.from(`a${'\u00e9'.repeat(600)}`).toString('latin1');
    expect(textsOf({ headers: [['User-Agent', agent]] }).at(-1)).toBe(`a${'\u00e9'.repeat(511)}...`);
  });

  it('has the first 2 KiB of the URL, and 1 KiB of what it names', () => {
    const [url, object] = textsOf({ target: `/${ACCOUNT}/${'a'.repeat(60_000)}` });
    expect(url).toBe(`${`http://${LOCAL}/${ACCOUNT}/`.padEnd(2 * KIB, 'a')}...`);
    expect(object).toBe(`${`/${ACCOUNT}/`.padEnd(KIB, 'a')}...`);
  });

  it.each([
    { length: KIB, name: 'has' },
    { length: KIB + 1, name: 'leaves out' },
  ])('$name the name that a client gave its request: $length bytes', ({ length }) => {
    const id = 'i'.repeat(length);
    expect(textsOf({ headers: [['x-ms-client-request-id', id]] }).includes(id)).toBe(length === KIB);
  });

  it('is bounded, whatever a stranger sends', () => {
    const long = '"'.repeat(60_000);
    const sent: SentRequest = {
      ...OPTIONS,
      target: `/${ACCOUNT}/${long}?${long}`,
      host: long,
      version: long,
      headers: ['User-Agent', 'Referer', 'Content-MD5', 'x-ms-client-request-id'].map(name => [name, long]),
    };
    const text = lineOf(sent, usage(PREFLIGHT, 'AnonymousSuccess'));
    expect(Buffer.byteLength(text)).toBeLessThan(40 * KIB);
  });
});

describe('azureTablesAnalytics.file', () => {
  it('is one an hour', () => {
    expect(file(Date.UTC(2011, 6, 31, 18, 59, 59))).toBe('table/2011/07/31/1800/000000.log');
    expect(file(Date.UTC(2011, 6, 31, 19))).toBe('table/2011/07/31/1900/000000.log');
  });
});

describe('azureTablesAnalytics.retentionDays', () => {
  it('is that of the logging', () => {
    expect(retentionDays(undefined)).toBeUndefined();
    expect(retentionDays(logging({}))).toBeUndefined();
    expect(retentionDays(logging({}, 7))).toBe(7);
  });
});
