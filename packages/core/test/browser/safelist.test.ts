import { describe, expect, it } from 'vitest';
import { isSafelistedMethod, unsafeHeaders, unsafeReason } from '../../src/browser/safelist.ts';
import { SAFELISTED, UNSAFE, UNSAFE_BYTES } from './vectors.ts';

describe('isSafelistedMethod', () => {
  it.each(['GET', 'HEAD', 'POST'])('takes %s', method => {
    expect(isSafelistedMethod(method)).toBe(true);
  });

  it.each(['get', 'Post', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', '*', ''])('does not take "%s"', method => {
    expect(isSafelistedMethod(method)).toBe(false);
  });
});

describe('unsafeReason', () => {
  it.each(SAFELISTED)('lets %s: %j go without a preflight', (name, value) => {
    expect(unsafeReason(name, value)).toBeUndefined();
  });

  it.each(UNSAFE)('does not let %s: %j', (name, value, reason) => {
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
