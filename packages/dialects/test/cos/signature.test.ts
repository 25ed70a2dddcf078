import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  cosHttpString,
  cosSignature,
  cosSignKey,
  cosStringToSign,
  encodeName,
  type SignedParts,
  utf8Bytes,
} from '../../src/cos/signature.ts';
import { signatureVectors } from './signature-vectors.ts';

function sha1(byteString: string): string {
  return createHash('sha1').update(byteString, 'latin1').digest('hex');
}

function bytePairs(pairs: SignedParts['headers']): SignedParts['headers'] {
  return pairs.map(([name, value]) => [utf8Bytes(name), utf8Bytes(value)] as const);
}

function partsOf({ method, path, parameters, headers }: SignedParts): SignedParts {
  return { method, path: utf8Bytes(path), parameters: bytePairs(parameters), headers: bytePairs(headers) };
}

const secrets = signatureVectors.filter(vector => vector.secret !== undefined);

describe('cosSignKey', () => {
  it.each(secrets)('is that of $name', ({ secret = '', keyTime, signKey }) => {
    expect(cosSignKey(secret, keyTime)).toBe(signKey);
  });
});

describe('cosHttpString', () => {
  it.each(signatureVectors)('is that of $name', ({ parts, httpString }) => {
    expect(cosHttpString(partsOf(parts))).toBe(utf8Bytes(httpString));
  });

  it('orders equal names by their values', () => {
    const headers = [
      ['b', '1'],
      ['A', '2'],
      ['a', '10'],
    ] as const;
    const parts: SignedParts = { method: 'GET', path: '/', parameters: [], headers };
    expect(cosHttpString(parts)).toBe('get\n/\n\na=10&a=2&b=1\n');
  });

  it('orders names by their encoded form in lower case', () => {
    const parameters = [
      ['a-b', ''],
      ['a/', ''],
      ['Z', ''],
      ['aB', ''],
    ] as const;
    const parts: SignedParts = { method: 'GET', path: '/', parameters, headers: [] };
    expect(cosHttpString(parts)).toBe('get\n/\na%2f=&a-b=&ab=&z=\n\n');
  });

  it('signs bytes that are no UTF-8 as they are', () => {
    const headers = [['x-cos-meta-a', '\u00e9']] as const;
    const parts: SignedParts = { method: 'PUT', path: '/', parameters: [], headers };
    expect(cosHttpString(parts)).toBe('put\n/\n\nx-cos-meta-a=%E9\n');
  });
});

describe('cosStringToSign', () => {
  it.each(signatureVectors)('is that of $name', ({ keyTime, httpString, httpStringSha1 }) => {
    const bytes = utf8Bytes(httpString);
    expect(sha1(bytes)).toBe(httpStringSha1);
    expect(cosStringToSign(keyTime, bytes)).toBe(`sha1\n${keyTime}\n${httpStringSha1}\n`);
  });
});

describe('cosSignature', () => {
  it.each(signatureVectors)('is that of $name', ({ signKey, keyTime, httpStringSha1, signature }) => {
    expect(cosSignature(signKey, `sha1\n${keyTime}\n${httpStringSha1}\n`)).toBe(signature);
  });
});

describe('encodeName', () => {
  it('leaves what is unreserved, and writes the rest in lower case', () => {
    expect(encodeName("aZ09-_.~ !'()*/:?&=;%")).toBe('az09-_.~%20%21%27%28%29%2a%2f%3a%3f%26%3d%3b%25');
    expect(encodeName(utf8Bytes('中'))).toBe('%e4%b8%ad');
  });
});
