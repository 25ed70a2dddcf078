import { describe, expect, it } from 'vitest';
import { authorizeAzureTables, presentedCredential } from '../../src/azure-tables/authorization.ts';
import type { Authorization } from '../../src/dialect.ts';
import type { ServiceError } from '../../src/exchange.ts';
import { held } from '../held-credentials.ts';
import { ACCOUNT, exchangeOf, KEY, PROPERTIES, type SentRequest } from './azure-tables-exchange.ts';
import { authorizationOf, DATE, RESOURCE, SAS, sasQuery, signed, withSas } from './sign-azure-tables.ts';

const SIGNED: Authorization = { kind: 'signed', credentialId: ACCOUNT, role: 'all' };
const OTHER_KEY = Buffer.from('another key').toString('base64');

function authorize(sent: SentRequest, secret: string = KEY): Authorization {
  return authorizeAzureTables(exchangeOf(sent), held({ id: ACCOUNT, secret }));
}

function refusalOf(authorization: Authorization): ServiceError {
  if (authorization.kind !== 'refused') throw new Error(`it is ${authorization.kind}`);
  return authorization.error;
}

interface AcceptedCase {
  readonly name: string;
  readonly sent: SentRequest;
}

const MINUTES = 60_000;
const NOW = Date.UTC(2026, 0, 1);
const HOST = `${ACCOUNT}.table.core.windows.net`;

const accepted: readonly AcceptedCase[] = [
  { name: 'SharedKeyLite', sent: signed() },
  { name: 'SharedKey', sent: signed({}, { scheme: 'SharedKey' }) },
  {
    name: 'SharedKey of a body',
    sent: signed(
      {
        method: 'PUT',
        headers: [
          ['Content-Type', 'application/xml'],
          ['Content-MD5', 'x=='],
        ],
      },
      { scheme: 'SharedKey', method: 'PUT', type: 'application/xml', md5: 'x==' },
    ),
  },
  {
    name: 'an account in the host',
    sent: signed(
      { host: HOST, target: '/?restype=service&comp=properties' },
      { resource: `/${ACCOUNT}/?comp=properties` },
    ),
  },
  {
    name: 'the other place of an account, whose name is signed without it',
    sent: signed(
      { host: HOST.replace('.', '-secondary.'), target: '/?restype=service&comp=properties' },
      { resource: `/${ACCOUNT}/?comp=properties` },
    ),
  },
  {
    name: 'a path without a slash behind the account',
    sent: signed({ target: PROPERTIES.replace('/?', '?') }, { resource: RESOURCE.replace('/?', '?') }),
  },
  {
    name: 'a path as it was sent',
    sent: signed({ target: `/${ACCOUNT}/t%2Fa` }, { resource: `/${ACCOUNT}/${ACCOUNT}/t%2Fa` }),
  },
  { name: 'a request of 15 minutes ago', sent: signed({ at: NOW + 15 * MINUTES }) },
  { name: 'a request of in 15 minutes', sent: signed({ at: NOW - 15 * MINUTES }) },
  {
    name: 'the time in Date',
    sent: {
      headers: [
        ['Date', DATE],
        ['Authorization', authorizationOf()],
      ],
    },
  },
  {
    name: 'the time in x-ms-date before that in Date',
    sent: signed({ headers: [['Date', 'Thu, 01 Jan 1970 00:00:00 GMT']] }),
  },
  { name: 'parameters that are not signed', sent: signed({ target: `${PROPERTIES}&timeout=30` }) },
  { name: 'a shared access signature', sent: withSas() },
  {
    name: 'one of an account in the host',
    sent: withSas({ host: HOST, target: '/?restype=service&comp=properties' }),
  },
  { name: 'one of the newer form', sent: withSas({}, sasQuery({ sv: '2023-11-03' })) },
  { name: 'one with an encryption scope', sent: withSas({}, sasQuery({ sv: '2020-12-06', ses: 'scope' })) },
  {
    name: 'one without the letters of others, to read',
    sent: withSas({}, sasQuery({ ss: 't', srt: 's', sp: 'r' })),
  },
  {
    name: 'one without the letters of others, to write',
    sent: withSas({ method: 'PUT' }, sasQuery({ ss: 't', srt: 's', sp: 'w' })),
  },
  { name: 'one in its first moment', sent: withSas({}, sasQuery({ st: '2026-01-01T00:00:00Z' })) },
  { name: 'one in its last moment', sent: withSas({ at: NOW + 60 * MINUTES - 1 }) },
  { name: 'days', sent: withSas({}, sasQuery({ st: '2026-01-01', se: '2026-01-02' })) },
  { name: 'minutes', sent: withSas({}, sasQuery({ st: '2025-12-31T23:59Z', se: '2026-01-01T00:01Z' })) },
  {
    name: 'fractions of a second',
    sent: withSas({}, sasQuery({ st: '2025-12-31T23:59:59.9999999Z', se: '2026-01-01T00:00:00.5Z' })),
  },
  { name: 'either protocol', sent: withSas({}, sasQuery({ spr: 'https,http' })) },
  { name: 'the protocol of HTTPS', sent: withSas({ isSecure: true }, sasQuery({ spr: 'https' })) },
  { name: 'the address', sent: withSas({ clientAddress: '10.0.0.5' }, sasQuery({ sip: '10.0.0.5' })) },
  {
    name: 'the first address of a range',
    sent: withSas({ clientAddress: '10.0.0.5' }, sasQuery({ sip: '10.0.0.5-10.0.1.0' })),
  },
  {
    name: 'the last address of a range',
    sent: withSas({ clientAddress: '::ffff:10.0.1.0' }, sasQuery({ sip: '10.0.0.5-10.0.1.0' })),
  },
  {
    name: 'an address in a range that goes over a byte',
    sent: withSas({ clientAddress: '10.0.0.200' }, sasQuery({ sip: '10.0.0.5-10.0.1.0' })),
  },
  {
    name: 'one for the other two services, to an upstream that can tell',
    sent: withSas({ target: `/${ACCOUNT}/mytable?a=b` }, sasQuery({ ss: 'bq', srt: 'c', sp: 'l' })),
  },
];

interface RefusedCase {
  readonly name: string;
  readonly sent: SentRequest;
  readonly code: string;
  /** A part of what is told. */
  readonly says?: RegExp;
}

const FAILED = 'AuthenticationFailed';

const refused: readonly RefusedCase[] = [
  { name: 'another key', sent: signed({}, { key: OTHER_KEY }), code: FAILED },
  { name: 'another key, SharedKey', sent: signed({}, { key: OTHER_KEY, scheme: 'SharedKey' }), code: FAILED },
  {
    name: 'another method',
    sent: signed({ method: 'PUT' }, { scheme: 'SharedKey', method: 'GET' }),
    code: FAILED,
  },
  {
    name: 'another type of body',
    sent: signed(
      { headers: [['Content-Type', 'text/xml']] },
      { scheme: 'SharedKey', type: 'application/xml' },
    ),
    code: FAILED,
  },
  {
    name: 'another digest',
    sent: signed({ headers: [['Content-MD5', 'y==']] }, { scheme: 'SharedKey', md5: 'x==' }),
    code: FAILED,
  },
  { name: 'another resource', sent: signed({}, { resource: `/${ACCOUNT}/${ACCOUNT}/Tables` }), code: FAILED },
  {
    name: 'the account signed once where it is in the path',
    sent: signed({}, { resource: `/${ACCOUNT}/?comp=properties` }),
    code: FAILED,
  },
  { name: 'comp left out', sent: signed({}, { resource: `/${ACCOUNT}/${ACCOUNT}/` }), code: FAILED },
  {
    name: 'a second comp that was put to it',
    sent: signed(
      { target: `/${ACCOUNT}/?comp=list&restype=service&comp=properties` },
      { resource: `/${ACCOUNT}/${ACCOUNT}/?comp=list` },
    ),
    code: FAILED,
  },
  {
    name: 'one scheme under the name of the other',
    sent: {
      headers: [
        ['x-ms-date', DATE],
        ['Authorization', authorizationOf().replace('Lite', '')],
      ],
    },
    code: FAILED,
  },
  {
    name: 'another time than the one signed',
    sent: {
      headers: [
        ['x-ms-date', 'Thu, 01 Jan 2026 00:00:01 GMT'],
        ['Authorization', authorizationOf()],
      ],
    },
    code: FAILED,
  },
  {
    name: 'an account that is not held',
    sent: signed(
      { target: '/other/?restype=service&comp=properties' },
      { account: 'other', resource: '/other/other/?comp=properties' },
    ),
    code: FAILED,
  },
  {
    name: 'the key of one account at another',
    sent: signed(
      { target: '/other/?restype=service&comp=properties' },
      { resource: `/${ACCOUNT}/other/?comp=properties` },
    ),
    code: FAILED,
  },
  {
    name: 'a request of more than 15 minutes ago',
    sent: signed({ at: NOW + 15 * MINUTES + 1 }),
    code: FAILED,
    says: /too old: 'Thu, 01 Jan 2026 00:00:00 GMT'$/,
  },
  {
    name: 'a request of in more than 15 minutes',
    sent: signed({ at: NOW - 15 * MINUTES - 1 }),
    code: FAILED,
    says: /too far ahead/,
  },
  {
    name: 'no time',
    sent: { headers: [['Authorization', authorizationOf()]] },
    code: FAILED,
    says: /x-ms-date/,
  },
  {
    name: 'a time in another form',
    sent: signed({}, { date: '2026-01-01T00:00:00Z' }),
    code: FAILED,
    says: /x-ms-date/,
  },
  {
    name: 'two times',
    sent: signed({ headers: [['x-ms-date', DATE]] }, { date: DATE }),
    code: FAILED,
    says: /x-ms-date/,
  },
  ...[
    'Bearer abc',
    'SharedKey',
    `SharedKey ${ACCOUNT}`,
    `SharedKey ${ACCOUNT}:`,
    `SharedKey :${KEY}`,
    `sharedkey ${ACCOUNT}:${KEY}`,
    `SharedKey ${ACCOUNT}:a b`,
    `${authorizationOf()}, ${authorizationOf()}`,
  ].map(value => ({
    name: `an Authorization of "${value.slice(0, 40)}"`,
    sent: {
      headers: [
        ['x-ms-date', DATE],
        ['Authorization', value],
      ] as const,
    },
    code: 'InvalidAuthenticationInfo',
    says: /SharedKeyLite/,
  })),
  {
    name: 'a wrong key beside a right shared access signature',
    sent: signed(withSas(), { key: OTHER_KEY }),
    code: FAILED,
  },
  {
    name: 'a shared access signature by another key',
    sent: withSas({}, sasQuery({}, OTHER_KEY)),
    code: FAILED,
  },
  ...Object.keys(SAS).map(name => ({
    name: `a shared access signature of which ${name} was altered`,
    sent: withSas({}, sasQuery().replace(new RegExp(`(^|&)${name}=[^&]*`), `$1${name}=2025-01-01`)),
    code: FAILED,
  })),
  ...['st', 'sip', 'spr'].map(name => ({
    name: `a shared access signature to which ${name} was added`,
    sent: withSas({}, `${sasQuery()}&${name}=x`),
    code: FAILED,
  })),
  {
    name: 'a shared access signature whose scope was altered',
    sent: withSas({}, sasQuery({ sv: '2020-12-06', ses: 'a' }).replace('ses=a', 'ses=b')),
    code: FAILED,
  },
  ...['sv', 'ss', 'srt', 'sp', 'se'].map(name => ({
    name: `a shared access signature without ${name}`,
    sent: withSas({}, sasQuery({ [name]: undefined })),
    code: FAILED,
    says: new RegExp(`has no ${name}\\.$`),
  })),
  { name: 'an empty signature', sent: withSas({}, sasQuery().replace(/sig=.*/, 'sig=')), code: FAILED },
  {
    name: 'a version before there was an account SAS',
    sent: withSas({}, sasQuery({ sv: '2014-02-14' })),
    code: FAILED,
    says: /2015-04-05/,
  },
  {
    name: 'a version that is no date',
    sent: withSas({}, sasQuery({ sv: '2020-99-99' })),
    code: FAILED,
    says: /2015-04-05/,
  },
  {
    name: 'one that is not valid yet',
    sent: withSas({}, sasQuery({ st: '2026-01-01T00:00:01Z' })),
    code: FAILED,
    says: /not valid yet/,
  },
  { name: 'one that has expired', sent: withSas({ at: NOW + 60 * MINUTES }), code: FAILED, says: /expired/ },
  ...['tomorrow', '2026-02-30x', '2027-01-01T00:00:00+00:00', '2027-01-01T00:00:00'].map(se => ({
    name: `a time of the form ${se}`,
    sent: withSas({}, sasQuery({ se })),
    code: FAILED,
    says: /UTC/,
  })),
  {
    name: 'one for HTTPS',
    sent: withSas({}, sasQuery({ spr: 'https' })),
    code: 'AuthorizationProtocolMismatch',
  },
  { name: 'another protocol', sent: withSas({}, sasQuery({ spr: 'http' })), code: FAILED, says: /spr/ },
  ...[
    { sip: '10.0.0.5', clientAddress: '10.0.0.6' },
    { sip: '10.0.0.5-10.0.1.0', clientAddress: '10.0.0.4' },
    { sip: '10.0.0.5-10.0.1.0', clientAddress: '10.0.1.1' },
    { sip: '10.0.0.5', clientAddress: '::1' },
    { sip: 'x', clientAddress: '10.0.0.5' },
    { sip: '10.0.0.5-', clientAddress: '10.0.0.5' },
  ].map(({ sip, clientAddress }) => ({
    name: `one for ${sip} from ${clientAddress}`,
    sent: withSas({ clientAddress }, sasQuery({ sip })),
    code: 'AuthorizationSourceIPMismatch',
  })),
  {
    name: 'one for an address from who knows where',
    sent: withSas({}, sasQuery({ sip: '10.0.0.5' })),
    code: 'AuthorizationSourceIPMismatch',
  },
  {
    name: 'one for other services',
    sent: withSas({}, sasQuery({ ss: 'bqf' })),
    code: 'AuthorizationServiceMismatch',
    says: /ss .* needs t/,
  },
  {
    name: 'one for tables and entities',
    sent: withSas({}, sasQuery({ srt: 'co' })),
    code: 'AuthorizationResourceTypeMismatch',
    says: /srt .* needs s/,
  },
  {
    name: 'one that may not read',
    sent: withSas({}, sasQuery({ sp: 'wdlacup' })),
    code: 'AuthorizationPermissionMismatch',
    says: /sp .* needs r/,
  },
  {
    name: 'one that may not write',
    sent: withSas({ method: 'PUT' }, sasQuery({ sp: 'rdlacup' })),
    code: 'AuthorizationPermissionMismatch',
    says: /sp .* needs w/,
  },
  {
    name: 'a signature for one table',
    sent: withSas(
      {},
      new URLSearchParams({
        sp: 'ra',
        st: '2024-01-01T00:00:00Z',
        se: '2030-01-01T00:00:00Z',
        tn: 'tbl',
        sv: '2019-02-02',
        sig: '4lh277H0SX8AZjq7njl8WIBieiaSQlGQjNh16JdrbKs=',
      }).toString(),
    ),
    code: 'AuthorizationFailure',
  },
];

describe('authorizeAzureTables', () => {
  it.each(accepted)('takes $name', ({ sent }) => {
    expect(authorize(sent)).toEqual(SIGNED);
  });

  it.each(refused)('refuses $name', ({ sent, code, says = /./ }) => {
    const error = refusalOf(authorize(sent));
    expect(error.code).toBe(code);
    expect(error.status).toBe(code === 'InvalidAuthenticationInfo' ? 400 : 403);
    expect(error.message).toMatch(says);
  });

  it.each([
    { name: 'no credential', sent: {} },
    { name: 'an empty Authorization', sent: { headers: [['Authorization', '']] } },
    { name: 'fields without a signature', sent: { target: `${PROPERTIES}&sv=2019-02-02&sp=r` } },
  ] satisfies readonly AcceptedCase[])('takes $name for anonymous', ({ sent }) => {
    expect(authorize(sent)).toEqual({ kind: 'anonymous' });
  });

  it.each(['', '!!!', 'no Base64 at all', `${KEY}=`])('lets nobody in by the secret %j', secret => {
    const key = Buffer.from(secret, 'base64').toString('base64');
    for (const sent of [signed({}, { key }), withSas({}, sasQuery({}, key))]) {
      expect(refusalOf(authorize(sent, secret)).code).toBe(FAILED);
    }
  });

  it('takes a signature whose plus signs are not encoded', () => {
    const queries = Array.from({ length: 40 }, (_, i) => sasQuery({ se: `2026-01-01T02:00:${10 + i}Z` }));
    const query = queries.find(each => each.includes('%2B')) ?? '';
    expect(query).toContain('%2B');
    expect(authorize(withSas({}, query.replaceAll('%2B', '+')))).toEqual(SIGNED);
  });

  it('takes a published account SAS', () => {
    const query =
      'sv=2019-02-02&ss=t&srt=sco&sp=rl&st=2024-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z&sig=yi5zo7Icod7aurmXaHixELpqaM5QOWoSOBDkRjeUsa4%3D';
    expect(authorize(withSas({}, query))).toEqual(SIGNED);
  });
});

describe('presentedCredential', () => {
  it('tells what a request shows', () => {
    expect(presentedCredential(exchangeOf({}))).toBe('none');
    expect(presentedCredential(exchangeOf(signed()))).toBe('shared-key');
    expect(presentedCredential(exchangeOf(withSas()))).toBe('shared-access-signature');
    expect(presentedCredential(exchangeOf(signed(withSas())))).toBe('shared-key');
  });
});
