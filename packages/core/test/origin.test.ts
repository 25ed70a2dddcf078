import { describe, expect, it } from 'vitest';
import { canonicalUrlOrigin, isSingleOrigin } from '../src/origin.ts';

describe('isSingleOrigin', () => {
  const single = [
    'https://example.com',
    'null',
    'www.contoso.com',
    'http://*.qingcloud.com',
    '*',
    'http://[::1]:80',
  ];
  const others = [
    '',
    ' ',
    'https://a.com, https://b.com',
    'https://a.com,',
    'https://ex ample.com',
    'https://a\t',
    'https://é.com',
    'https://a\u007f',
  ];

  it.each(single)('takes %j', value => {
    expect(isSingleOrigin(value)).toBe(true);
  });

  it.each(others)('does not take %j', value => {
    expect(isSingleOrigin(value)).toBe(false);
  });
});

describe('canonicalUrlOrigin', () => {
  const cases: readonly { readonly text: string; readonly expected: string | undefined }[] = [
    { text: 'https://example.com', expected: 'https://example.com' },
    { text: 'HTTPS://MyDomain.COM:8081', expected: 'https://mydomain.com:8081' },
    { text: 'https://a.com:443', expected: 'https://a.com' },
    { text: 'http://a.com:80', expected: 'http://a.com' },
    { text: 'HTTP://a.com:80', expected: 'http://a.com' },
    { text: 'http://a.com:443', expected: 'http://a.com:443' },
    { text: 'https://a.com:0443', expected: 'https://a.com' },
    { text: 'https://a.com:08081', expected: 'https://a.com:8081' },
    { text: 'https://a.com:0', expected: 'https://a.com:0' },
    { text: 'https://a.com:65535', expected: 'https://a.com:65535' },
    { text: 'https://a.com:65536', expected: undefined },
    { text: 'https://a.com:', expected: undefined },
    { text: 'https://a.com:x', expected: undefined },
    { text: 'https://[2001:DB8::1]:443', expected: 'https://[2001:db8::1]' },
    { text: 'http://[::1]:8080', expected: 'http://[::1]:8080' },
    { text: 'http://127.0.0.1', expected: 'http://127.0.0.1' },
    { text: 'https://*.example.com', expected: 'https://*.example.com' },
    { text: 'https://[::*]', expected: undefined },
    { text: 'https://a.com/', expected: undefined },
    { text: 'https://a.com/path', expected: undefined },
    { text: 'https://user@a.com', expected: undefined },
    { text: 'ftp://a.com', expected: undefined },
    { text: 'https:BadAddress', expected: undefined },
    { text: 'a.com', expected: undefined },
    { text: 'null', expected: undefined },
    { text: 'https://', expected: undefined },
    { text: 'https://.a.com', expected: undefined },
    { text: 'https://a..com', expected: undefined },
    { text: 'https://a.com\n', expected: undefined },
  ];

  it.each(cases)('reads $text', ({ text, expected }) => {
    expect(canonicalUrlOrigin(text)).toBe(expected);
  });
});
