import { describe, expect, it } from 'vitest';
import { qingstorSignature, qingstorStringToSign, signedQuery } from '../../src/qingstor/signature.ts';
import { headerVectors, queryVectors } from './signature-vectors.ts';

const vectors = [...headerVectors, ...queryVectors];

describe('qingstorStringToSign', () => {
  it.each(vectors)('is that of $name', ({ parts, stringToSign }) => {
    expect(qingstorStringToSign(parts)).toBe(stringToSign);
  });
});

describe('qingstorSignature', () => {
  it.each(vectors)('is that of $name', ({ secret, stringToSign, signature }) => {
    expect(qingstorSignature(secret, stringToSign)).toBe(signature);
  });

  it('signs bytes that are no UTF-8 as they are', () => {
    expect(qingstorSignature('s', '\u00e9')).toBe('Z4z8WYN+koRXceSjqzthD9jSRiKDH3Xk69oPVvEiWHY=');
  });
});

/** "Signature" of the API reference, and what the Go SDK adds. */
const SIGNED = [
  ...['acl', 'append', 'cors', 'cname', 'delete', 'image', 'logging', 'lifecycle', 'mirror', 'notification'],
  ...['policy', 'position', 'part_number', 'replication', 'stats', 'uploads', 'upload_id'],
  ...['versioning', 'version_id', 'versions'],
  ...[
    'expires',
    'cache-control',
    'content-type',
    'content-language',
    'content-encoding',
    'content-disposition',
  ].map(name => `response-${name}`),
];

const UNSIGNED = [
  'prefix',
  'delimiter',
  'marker',
  'limit',
  'access_key_id',
  'expires',
  'signature',
  'ACL',
  '',
];

describe('signedQuery', () => {
  it.each(SIGNED)('has %s', name => {
    expect(signedQuery([[name, '']])).toBe(`?${name}`);
    expect(signedQuery([[name, 'a=b']])).toBe(`?${name}=a=b`);
  });

  it.each(UNSIGNED)('leaves out "%s"', name => {
    expect(signedQuery([[name, 'a']])).toBe('');
  });

  it('orders parameters by their names', () => {
    const parameters = [
      ['uploads', ''],
      ['limit', '3'],
      ['upload_id', 'b'],
      ['acl', ''],
      ['part_number', '1'],
    ] as const;
    expect(signedQuery(parameters)).toBe('?acl&part_number=1&upload_id=b&uploads');
  });
});
