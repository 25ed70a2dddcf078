import { describe, expect, it } from 'vitest';
import {
  isSafelistedMethod,
  type UnsafeReason,
  unsafeHeaders,
  unsafeReason,
} from '../../src/browser/safelist.ts';

const UNSAFE_BYTES = [...'"():<>?@[\\]{}', '\u0000', '\u0001', '\u001f', '\u007f'];

describe('isSafelistedMethod', () => {
  it.each(['GET', 'HEAD', 'POST'])('takes %s', method => {
    expect(isSafelistedMethod(method)).toBe(true);
  });

  it.each(['get', 'Post', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', '*', ''])('does not take "%s"', method => {
    expect(isSafelistedMethod(method)).toBe(false);
  });
});

describe('unsafeReason', () => {
  const safelisted: readonly (readonly [name: string, value: string])[] = [
    ['accept', ''],
    ['accept', '*/*'],
    ['ACCEPT', 'text/html, application/xml;q=0.9'],
    ['accept', 'a\tb'],
    ['accept', "!#$%&'*+-./0;=A^_`a|~,"],
    ['accept', '\u0080\u00ff'],
    ['accept', 'a'.repeat(128)],
    ['accept-language', ''],
    ['accept-language', 'de-CH, de;q=0.9, *;q=0.5'],
    ['accept-language', 'aZ09 *,-.;='],
    ['content-language', 'mi'],
    ['Content-Language', 'a'.repeat(128)],
    ['content-type', 'text/plain'],
    ['content-type', 'TEXT/Plain'],
    ['content-type', 'text/plain;charset=UTF-8'],
    ['content-type', 'text/plain ; charset=utf-8'],
    ['content-type', 'text/plain;'],
    ['content-type', 'text/plain;garbage,application/json'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['content-type', 'multipart/form-data; boundary=x'],
    ['content-type', `text/plain;${'x'.repeat(117)}`],
    ['range', 'bytes=0-'],
    ['range', 'bytes=0-0'],
    ['range', 'bytes=100-200'],
    ['Range', 'bytes=007-7'],
    ['range', 'bytes=99999999999999999998-99999999999999999999'],
  ];

  it.each(safelisted)('lets %s: %j go without a preflight', (name, value) => {
    expect(unsafeReason(name, value)).toBeUndefined();
  });

  const unsafe: readonly (readonly [name: string, value: string, reason: UnsafeReason])[] = [
    ['x-any', '', 'name'],
    ['authorization', 'Basic eA==', 'name'],
    ['cache-control', 'no-cache', 'name'],
    ['if-none-match', 'x', 'name'],
    ['accept-languages', 'de', 'name'],
    ['dpr', '2', 'name'],
    ['save-data', 'on', 'name'],
    ['accept', 'a'.repeat(129), 'value-length'],
    ['accept-language', 'a'.repeat(129), 'value-length'],
    ['content-language', 'a'.repeat(129), 'value-length'],
    ['content-type', `text/plain;${'x'.repeat(118)}`, 'value-length'],
    ['range', `bytes=${'0'.repeat(122)}-`, 'value-length'],
    ['accept-language', 'de/CH', 'value-byte'],
    ['accept-language', 'de_CH', 'value-byte'],
    ['accept-language', 'a\tb', 'value-byte'],
    ['accept-language', '\u00e9', 'value-byte'],
    ['accept-language', '@', 'value-byte'],
    ['content-language', '!', 'value-byte'],
    ['content-language', '"de"', 'value-byte'],
    ['content-type', 'text/plain;charset="utf-8"', 'value-byte'],
    ['content-type', 'multipart/form-data; boundary=a:b', 'value-byte'],
    ['content-type', '', 'media-type'],
    ['content-type', 'text', 'media-type'],
    ['content-type', 'textplain', 'media-type'],
    ['content-type', 'text/', 'media-type'],
    ['content-type', '/plain', 'media-type'],
    ['content-type', 'text /plain', 'media-type'],
    ['content-type', 'text/ plain', 'media-type'],
    ['content-type', 'text/plain,text/plain', 'media-type'],
    ['content-type', 'text/plain, application/json', 'media-type'],
    ['content-type', 'application/json', 'media-type'],
    ['content-type', 'text/html', 'media-type'],
    ['content-type', 'text/plain/x', 'media-type'],
    ['content-type', ';text/plain', 'media-type'],
    ['range', '', 'range'],
    ['range', 'bytes', 'range'],
    ['range', 'bytes=-', 'range'],
    ['range', 'bytes=-500', 'range'],
    ['range', 'bytes=5-4', 'range'],
    ['range', 'bytes=0-1,3-4', 'range'],
    ['range', 'bytes=0 - 1', 'range'],
    ['range', 'bytes =0-1', 'range'],
    ['range', 'Bytes=0-1', 'range'],
    ['range', 'seconds=0-1', 'range'],
    ['range', 'bytes=0-1 ', 'range'],
    ['range', 'bytes=0x1-2', 'range'],
  ];

  it.each(unsafe)('does not let %s: %j', (name, value, reason) => {
    expect(unsafeReason(name, value)).toBe(reason);
  });

  it.each(UNSAFE_BYTES)('does not let the byte %j be in Accept', byte => {
    expect(unsafeReason('accept', `a${byte}`)).toBe('value-byte');
  });
});

describe('unsafeHeaders', () => {
  const full = ['accept', 'a'.repeat(128)] as const;
  const eight = Array.from({ length: 8 }, () => full);

  it('lets safelisted values have 1024 bytes together', () => {
    expect(unsafeHeaders(eight)).toEqual([]);
  });

  it('takes all of them for unsafe when they have more', () => {
    const names = unsafeHeaders([['content-language', 'a'], ...eight]).map(({ name, reason }) => [
      name,
      reason,
    ]);
    expect(names).toEqual([
      ['content-language', 'total-length'],
      ...eight.map(() => ['accept', 'total-length']),
    ]);
  });

  it('does not count values that are unsafe by themselves', () => {
    expect(unsafeHeaders([['x-any', 'a'.repeat(2000)], ...eight]).map(({ name }) => name)).toEqual(['x-any']);
  });
});
