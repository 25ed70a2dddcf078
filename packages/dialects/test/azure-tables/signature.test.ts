import { describe, expect, it } from 'vitest';
import {
  accountKey,
  accountSasStringToSign,
  azureTablesSignature,
  type SharedKeyParts,
  sharedKeyLiteStringToSign,
  sharedKeyStringToSign,
} from '../../src/azure-tables/signature.ts';
import { ACCOUNT, KEY } from './azure-tables-exchange.ts';

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const EMULATED = `/${ACCOUNT}/`;

interface Vector {
  readonly name: string;
  readonly scheme: 'SharedKey' | 'SharedKeyLite';
  readonly parts: Partial<SharedKeyParts>;
  readonly signature: string;
}

/** The first was made by @azure/data-tables 13.3.2. */
const vectors: readonly Vector[] = [
  {
    name: 'the properties, as the JavaScript SDK signs them',
    scheme: 'SharedKeyLite',
    parts: { date: 'Fri, 20 Nov 2026 06:25:21 GMT', path: EMULATED, comp: 'properties' },
    signature: 'xmhezgOXKpFdXn/ODV9fvATStjF2zdUIO9kmh+FPae4=',
  },
  {
    name: 'the properties, account in the path',
    scheme: 'SharedKeyLite',
    parts: { path: EMULATED, comp: 'properties' },
    signature: 'CM3/oZuJ0XkuDmsE1mIqaM1h+DK5Ch/RYxddiw9BFGw=',
  },
  {
    name: 'the properties, account in the host',
    scheme: 'SharedKeyLite',
    parts: { path: '/', comp: 'properties' },
    signature: 'RiJ7gaT/bDUHBf8Hhc8N4QWhI8u1b6Qvg2guXS44stE=',
  },
  {
    name: 'a query of tables',
    scheme: 'SharedKeyLite',
    parts: { path: `${EMULATED}Tables` },
    signature: 'WRN6nOrne13nPse4EBO5ULIQ1KAssaa6ujBtCrgHTls=',
  },
  {
    name: 'the properties, account in the path',
    scheme: 'SharedKey',
    parts: { path: EMULATED, comp: 'properties' },
    signature: 'lrfoGLPfhone4bPWO7Uw9lHSAWBCc+KtYktiq6jez0E=',
  },
  {
    name: 'the properties, account in the host',
    scheme: 'SharedKey',
    parts: { path: '/', comp: 'properties' },
    signature: '8hkzlZMXGKZ9PuOXj6USijSZPPhL+mdWPDVZUZEnmPU=',
  },
  {
    name: 'a body of the properties',
    scheme: 'SharedKey',
    parts: { method: 'PUT', contentType: 'application/xml', path: EMULATED, comp: 'properties' },
    signature: 'fAxOkGRgCOtECDhmOnAjWbOFjzm29RZboSF4a3JUefo=',
  },
];

const STRINGS = { SharedKey: sharedKeyStringToSign, SharedKeyLite: sharedKeyLiteStringToSign } as const;

describe('azureTablesSignature', () => {
  it.each(vectors)('signs by $scheme $name', ({ scheme, parts, signature }) => {
    const stringToSign = STRINGS[scheme]({
      method: 'GET',
      contentMd5: '',
      contentType: '',
      date: DATE,
      account: ACCOUNT,
      path: '/',
      comp: undefined,
      ...parts,
    });
    expect(azureTablesSignature(Buffer.from(KEY, 'base64'), stringToSign)).toBe(signature);
  });

  it('signs an account SAS that another implementation made', () => {
    const fields = new Map([
      ['sv', '2019-02-02'],
      ['sp', 'rl'],
      ['ss', 't'],
      ['srt', 'sco'],
      ['st', '2024-01-01T00:00:00Z'],
      ['se', '2030-01-01T00:00:00Z'],
    ]);
    const stringToSign = accountSasStringToSign(ACCOUNT, fields);
    expect(stringToSign).toBe(
      'devstoreaccount1\nrl\nt\nsco\n2024-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\n\n2019-02-02\n',
    );
    expect(azureTablesSignature(Buffer.from(KEY, 'base64'), stringToSign)).toBe(
      'yi5zo7Icod7aurmXaHixELpqaM5QOWoSOBDkRjeUsa4=',
    );
  });
});

describe('sharedKeyStringToSign', () => {
  it('has method, digest, type, date and resource, each in its line', () => {
    const parts: SharedKeyParts = {
      method: 'PUT',
      contentMd5: 'm',
      contentType: 't',
      date: 'd',
      account: 'a',
      path: '/p%2F',
      comp: 'c',
    };
    expect(sharedKeyStringToSign(parts)).toBe('PUT\nm\nt\nd\n/a/p%2F?comp=c');
    expect(sharedKeyLiteStringToSign(parts)).toBe('d\n/a/p%2F?comp=c');
  });
});

describe('accountSasStringToSign', () => {
  const all = (version: string) =>
    new Map(['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'ses'].map(name => [name, name] as const)).set(
      'sv',
      version,
    );

  it('has every field in order', () => {
    expect(accountSasStringToSign('a', all('2020-10-02'))).toBe(
      'a\nsp\nss\nsrt\nst\nse\nsip\nspr\n2020-10-02\n',
    );
  });

  it('has the encryption scope from 2020-12-06 on', () => {
    expect(accountSasStringToSign('a', all('2020-12-06'))).toBe(
      'a\nsp\nss\nsrt\nst\nse\nsip\nspr\n2020-12-06\nses\n',
    );
    expect(accountSasStringToSign('a', new Map([['sv', '2023-11-03']]))).toBe(
      'a\n\n\n\n\n\n\n\n2023-11-03\n\n',
    );
  });
});

describe('accountKey', () => {
  it.each(['', '!', 'local secret', 'AAA', 'AAAAA', 'AAAA=', 'AAAA====', 'AA=A', 'AAAA\n', '__--'])(
    'takes %j for no key',
    secret => {
      expect(accountKey(secret)).toBeUndefined();
    },
  );

  it('takes Base64, padded', () => {
    expect(accountKey('AQ==')).toEqual(Buffer.from([1]));
    expect(accountKey('AQI=')).toEqual(Buffer.from([1, 2]));
    expect(accountKey('AQID')).toEqual(Buffer.from([1, 2, 3]));
    expect(accountKey(KEY)).toHaveLength(64);
  });
});
