import { describe, expect, it } from 'vitest';
import { matchesHeader, parseHeaderPattern } from '../src/header-pattern.ts';
import type { HeaderConventions } from '../src/profile.ts';

const anywhere: HeaderConventions = { wildcard: 'anywhere', unlisted: 'next-rule' };
const end: HeaderConventions = { wildcard: 'end', unlisted: 'refuse' };

describe('parseHeaderPattern', () => {
  const invalid: readonly {
    readonly text: string;
    readonly conventions: HeaderConventions;
    readonly code: string;
  }[] = [
    { text: '', conventions: anywhere, code: 'header-not-token' },
    { text: 'x y', conventions: anywhere, code: 'header-not-token' },
    { text: 'x:', conventions: end, code: 'header-not-token' },
    { text: '**', conventions: anywhere, code: 'header-wildcards' },
    { text: 'x-*-*', conventions: end, code: 'header-wildcards' },
    { text: '*-x', conventions: end, code: 'header-wildcard-place' },
    { text: 'x-*-y', conventions: end, code: 'header-wildcard-place' },
  ];

  it.each(invalid)(
    'refuses $text where the wildcard may stand $conventions.wildcard',
    ({ text, conventions, code }) => {
      expect(parseHeaderPattern(text, conventions)).toEqual({ kind: 'invalid', code });
    },
  );
});

describe('matchesHeader', () => {
  const cases: readonly {
    readonly pattern: string;
    readonly conventions: HeaderConventions;
    readonly matched: readonly string[];
    readonly unmatched: readonly string[];
  }[] = [
    { pattern: '*', conventions: end, matched: ['etag', 'x'], unmatched: [] },
    { pattern: 'ETag', conventions: end, matched: ['etag'], unmatched: ['etag2', 'xetag'] },
    { pattern: 'X-Ms-*', conventions: end, matched: ['x-ms-', 'x-ms-meta'], unmatched: ['x-ms', 'ax-ms-a'] },
    { pattern: '*-id', conventions: anywhere, matched: ['-id', 'x-id'], unmatched: ['id', 'x-id-'] },
    { pattern: 'a*a', conventions: anywhere, matched: ['aa', 'aba'], unmatched: ['a'] },
  ];

  it.each(cases)('tells which names $pattern stands for', ({ pattern, conventions, matched, unmatched }) => {
    const parsed = parseHeaderPattern(pattern, conventions);
    const names = [...matched, ...unmatched];
    expect(names.filter(name => parsed.kind !== 'invalid' && matchesHeader(parsed, name))).toEqual(matched);
  });
});
