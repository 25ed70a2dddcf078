import { describe, expect, it } from 'vitest';
import { sentOrigin } from '../../src/lint/sent-origin.ts';
import { parseOriginPattern } from '../../src/origin-pattern.ts';
import type { OriginConventions } from '../../src/profile.ts';

const text: OriginConventions = { any: true, wildcard: 'anywhere', compare: 'text' };
const url: OriginConventions = { any: false, wildcard: 'host', compare: 'url' };

interface Case {
  readonly entry: string;
  readonly origin: string | undefined;
  readonly conventions?: OriginConventions;
}

const cases: readonly Case[] = [
  { entry: '*', origin: 'https://page.example' },
  { entry: 'https://a.com', origin: 'https://a.com' },
  { entry: 'https://a.com/', origin: undefined },
  { entry: 'https://A.com:443', origin: 'https://a.com', conventions: url },
  { entry: 'https://*.a.com', origin: 'https://www.a.com' },
  { entry: '*.a.com', origin: 'https://www.a.com' },
  { entry: 'https://a.com:*', origin: 'https://a.com:8443' },
  { entry: 'https://a.com:6553*', origin: 'https://a.com:65531' },
  { entry: 'h*s://a.com', origin: 'https://a.com' },
  { entry: '*//a.com', origin: 'http://a.com' },
  { entry: 'https:/*', origin: 'https://www' },
  { entry: 'nul*', origin: 'null' },
  { entry: 'https://[::*]', origin: 'https://[::8443]' },
  { entry: 'https://*.a.com:443', origin: undefined },
  { entry: 'https://*.A.com', origin: undefined },
  { entry: 'https://*/a', origin: undefined },
];

describe('sentOrigin', () => {
  it.each(cases)('has $origin for $entry', ({ entry, origin, conventions = text }) => {
    const pattern = parseOriginPattern(entry, conventions);
    if (pattern.kind === 'invalid') throw new TypeError(pattern.code);
    expect(sentOrigin(pattern, conventions)).toBe(origin);
  });
});
