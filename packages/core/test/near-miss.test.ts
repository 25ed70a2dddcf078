import { describe, expect, it } from 'vitest';
import type { NearMissKind } from '../src/explanation.ts';
import { nearMethods, nearOrigins } from '../src/near-miss.ts';
import type { OriginConventions } from '../src/profile.ts';

const anywhere: OriginConventions = { any: true, wildcard: 'anywhere', compare: 'text' };
const subdomain: OriginConventions = { any: true, wildcard: 'subdomain', compare: 'text' };
const host: OriginConventions = { any: false, wildcard: 'host', compare: 'url' };

describe('nearOrigins', () => {
  const cases: readonly {
    readonly entry: string;
    readonly origin: string;
    readonly conventions?: OriginConventions;
    readonly kind: NearMissKind | undefined;
  }[] = [
    { entry: 'https://A.com', origin: 'https://a.com', kind: 'case' },
    { entry: 'HTTPS://*.a.com', origin: 'https://b.a.com', kind: 'case' },
    { entry: 'https://a.com/', origin: 'https://a.com', kind: 'trailing-slash' },
    { entry: 'https://*.a.com/', origin: 'https://b.a.com', kind: 'trailing-slash' },
    { entry: 'https://a.com/app/', origin: 'https://a.com', kind: 'path' },
    { entry: 'https://a.com:443', origin: 'https://a.com', kind: 'default-port' },
    { entry: 'http://a.com', origin: 'http://a.com:80', kind: 'default-port' },
    { entry: 'https://*.a.com:443', origin: 'https://b.a.com', kind: 'default-port' },
    { entry: 'https://a.com:80', origin: 'https://a.com', kind: 'port' },
    { entry: 'http://localhost:3000', origin: 'http://localhost:5173', kind: 'port' },
    { entry: 'http://localhost:*', origin: 'http://localhost', kind: 'port' },
    { entry: 'http://*.a.com:8080', origin: 'http://b.a.com', conventions: subdomain, kind: 'port' },
    { entry: 'http://a.com', origin: 'https://a.com', kind: 'scheme' },
    { entry: 'a.com:8080', origin: 'http://a.com:8080', kind: 'scheme' },
    { entry: 'HTTP://*.a.com', origin: 'https://b.a.com', conventions: host, kind: 'scheme' },
    { entry: 'http://a.com:80', origin: 'https://a.com', conventions: host, kind: 'scheme' },
    { entry: 'https://www.a.com', origin: 'https://a.com', kind: 'www' },
    { entry: 'https://a.com', origin: 'https://www.a.com', kind: 'www' },
    { entry: 'https://*.a.com', origin: 'https://a.com', kind: 'label' },
    { entry: 'https://*.a.com', origin: 'https://a.com', conventions: subdomain, kind: 'label' },
    { entry: 'https://*.a.com:8080', origin: 'https://a.com:8080', conventions: host, kind: 'label' },
    { entry: 'https://b.com', origin: 'https://a.com', kind: undefined },
    { entry: 'https://b.a.com', origin: 'https://a.com', kind: undefined },
    { entry: 'http://a.com:8080', origin: 'https://a.com', kind: undefined },
    { entry: 'https://*.a.com', origin: 'null', kind: undefined },
    { entry: 'http://a.com', origin: 'null', conventions: host, kind: undefined },
  ];

  it.each(cases)('finds $kind between $entry and $origin', ({ entry, origin, conventions, kind }) => {
    const found = nearOrigins(['https://else.example', entry], origin, conventions ?? anywhere);
    expect(found).toEqual(kind ? [{ kind, index: 1, text: entry }] : []);
  });

  it('finds every entry that nearly matches, in the order of the list', () => {
    const entries = ['http://a.com', 'https://b.com', 'https://a.com:8443', 'https://*.a.com'];
    expect(nearOrigins(entries, 'https://a.com', anywhere).map(({ kind, index }) => [index, kind])).toEqual([
      [0, 'scheme'],
      [2, 'port'],
      [3, 'label'],
    ]);
  });
});

describe('nearMethods', () => {
  it('finds the methods that differ in case only', () => {
    expect(nearMethods(['GET', 'PATCH'], 'patch')).toEqual([{ kind: 'case', index: 1, text: 'PATCH' }]);
    expect(nearMethods(['GET', '*'], 'PUT')).toEqual([]);
  });
});
