import { describe, expect, it } from 'vitest';
import { originExtent, originLookupKey, parseOriginPattern } from '../src/origin-pattern.ts';
import { lookup, newPatternIndex } from '../src/pattern-index.ts';
import type { OriginConventions } from '../src/profile.ts';
import { hasRule } from '../src/rule-set.ts';

/** The conventions of the four services: two of them share theirs. */
const anywhere: OriginConventions = { any: true, wildcard: 'anywhere', compare: 'text' };
const subdomain: OriginConventions = { any: true, wildcard: 'subdomain', compare: 'text' };
const host: OriginConventions = { any: false, wildcard: 'host', compare: 'url' };

function matches(entry: string, origin: string, conventions: OriginConventions): boolean {
  const pattern = parseOriginPattern(entry, conventions);
  const key = originLookupKey(origin, conventions);
  if (pattern.kind === 'invalid' || key === undefined) return false;
  return hasRule(lookup(newPatternIndex([[pattern]], originExtent(conventions)), key), 0);
}

describe('parseOriginPattern', () => {
  const invalid: readonly {
    readonly name: string;
    readonly text: string;
    readonly conventions: OriginConventions;
    readonly code: string;
  }[] = [
    { name: 'an empty entry', text: '', conventions: anywhere, code: 'origin-empty' },
    { name: 'a blank', text: 'https://a b', conventions: anywhere, code: 'origin-character' },
    {
      name: 'a comma',
      text: 'https://a.com,https://b.com',
      conventions: subdomain,
      code: 'origin-character',
    },
    {
      name: 'a letter outside ASCII',
      text: 'https://bücher.example',
      conventions: host,
      code: 'origin-character',
    },
    { name: 'two wildcards', text: 'https://*.*.com', conventions: anywhere, code: 'origin-wildcards' },
    { name: 'two wildcards and no more', text: '**', conventions: anywhere, code: 'origin-wildcards' },
    { name: 'only a wildcard where a host is asked for', text: '*', conventions: host, code: 'origin-any' },
    {
      name: 'only a wildcard as the host',
      text: 'https://*',
      conventions: host,
      code: 'origin-wildcard-place',
    },
    {
      name: 'only a wildcard as the host, with a port',
      text: 'https://*:8081',
      conventions: host,
      code: 'origin-wildcard-place',
    },
    {
      name: 'only a wildcard as the host, with the default port',
      text: 'https://*:443',
      conventions: host,
      code: 'origin-wildcard-place',
    },
    {
      name: 'a wildcard as the scheme of a URL',
      text: '*://a.com',
      conventions: host,
      code: 'origin-not-url',
    },
    {
      name: 'a wildcard as the port of a URL',
      text: 'https://a.com:*',
      conventions: host,
      code: 'origin-not-url',
    },
    {
      name: 'no scheme where a URL is asked for',
      text: '*.mydomain.com',
      conventions: host,
      code: 'origin-not-url',
    },
    { name: 'a trailing slash of a URL', text: 'https://a.com/', conventions: host, code: 'origin-not-url' },
    {
      name: 'a wildcard beside letters of a label',
      text: 'https://a*.com',
      conventions: subdomain,
      code: 'origin-wildcard-place',
    },
    {
      name: 'a wildcard at the end',
      text: 'https://a.*',
      conventions: subdomain,
      code: 'origin-wildcard-place',
    },
    {
      name: 'a subdomain wildcard without a scheme',
      text: '*.a.com',
      conventions: subdomain,
      code: 'origin-wildcard-place',
    },
    {
      name: 'a subdomain wildcard without a domain',
      text: 'https://*.',
      conventions: subdomain,
      code: 'origin-wildcard-place',
    },
    ...['https://*:8080', 'https://*.', 'HTTP://*.:80'].map(text => ({
      name: 'a host of only a wildcard',
      text,
      conventions: host,
      code: 'origin-wildcard-place',
    })),
  ];

  it.each(invalid)('refuses $name: $text', ({ text, conventions, code }) => {
    expect(parseOriginPattern(text, conventions)).toEqual({ kind: 'invalid', code });
  });

  const matching: readonly {
    readonly name: string;
    readonly entry: string;
    readonly conventions: OriginConventions;
    readonly matched: readonly string[];
    readonly unmatched: readonly string[];
  }[] = [
    {
      name: 'any origin',
      entry: '*',
      conventions: anywhere,
      matched: ['https://a.com', 'null', 'www.contoso.com'],
      unmatched: [],
    },
    {
      name: 'an exact text, with its case and port',
      entry: 'https://a.com',
      conventions: anywhere,
      matched: ['https://a.com'],
      unmatched: ['https://A.com', 'HTTPS://a.com', 'https://a.com:443', 'http://a.com', 'https://a.com/'],
    },
    {
      name: 'a wildcard for anything, also nothing',
      entry: 'https://*.a.com',
      conventions: anywhere,
      matched: [
        'https://x.a.com',
        'https://.a.com',
        'https://x.y.a.com',
        'https://*.a.com',
        'https://x/.a.com',
      ],
      unmatched: ['https://a.com', 'https://x.a.com:80', 'http://x.a.com', 'https://x.A.com'],
    },
    {
      name: 'a wildcard in place of the scheme',
      entry: '*://a.com',
      conventions: anywhere,
      matched: ['http://a.com', 'https://a.com', '://a.com'],
      unmatched: ['//a.com', 'https://b.a.com'],
    },
    {
      name: 'a wildcard in place of the port',
      entry: 'http://localhost:*',
      conventions: anywhere,
      matched: ['http://localhost:3000', 'http://localhost:'],
      unmatched: ['http://localhost'],
    },
    {
      name: 'a prefix and a suffix that may not overlap',
      entry: 'a*a',
      conventions: anywhere,
      matched: ['aa', 'aba'],
      unmatched: ['a', 'ab'],
    },
    {
      name: 'a subdomain, one or more labels deep',
      entry: 'http://*.contoso.com',
      conventions: subdomain,
      matched: ['http://a.contoso.com', 'http://a.b.contoso.com', 'http://A.contoso.com'],
      unmatched: [
        'http://contoso.com',
        'http://.contoso.com',
        'https://a.contoso.com',
        'http://a.contoso.com:80',
        'http://a.Contoso.com',
        'http://evil/.contoso.com',
        'http://evil@a.contoso.com',
        'http://evilcontoso.com',
        'http://*.contoso.com',
      ],
    },
    {
      name: 'a URL in any case, the default port as none',
      entry: 'https://MyDomain.com:443',
      conventions: host,
      matched: ['https://mydomain.com', 'HTTPS://MYDOMAIN.COM', 'https://mydomain.com:443'],
      unmatched: [
        'http://mydomain.com',
        'https://mydomain.com:8081',
        'https://mydomain.com/',
        'mydomain.com',
        'null',
      ],
    },
    {
      name: 'a URL with a port',
      entry: 'https://mydomain.com:8081',
      conventions: host,
      matched: ['https://mydomain.com:8081', 'https://mydomain.com:08081'],
      unmatched: ['https://mydomain.com', 'https://mydomain.com:80', 'https://mydomain.com:18081'],
    },
    {
      name: 'an IPv6 host in any case',
      entry: 'https://[2001:DB8::1]',
      conventions: host,
      matched: ['https://[2001:db8::1]', 'https://[2001:db8::1]:443'],
      unmatched: ['https://[2001:db8::2]', 'https://2001:db8::1'],
    },
    {
      name: 'a wildcard for host characters',
      entry: 'https://*.MyDomain.com',
      conventions: host,
      matched: ['https://a.mydomain.com', 'https://A.b.mydomain.com:443'],
      unmatched: [
        'https://mydomain.com',
        'https://.mydomain.com',
        'https://a..mydomain.com',
        'https://a.mydomain.com:8081',
        'http://a.mydomain.com',
        'https://*.mydomain.com',
      ],
    },
    {
      name: 'a wildcard inside a label',
      entry: 'https://my*.com',
      conventions: host,
      matched: ['https://my1.com', 'https://my.domain.com'],
      unmatched: ['https://my.com', 'https://my1.com:8443'],
    },
  ];

  it.each(matching)('reads $name: $entry', ({ entry, conventions, matched, unmatched }) => {
    const origins = [...matched, ...unmatched];
    expect(origins.filter(origin => matches(entry, origin, conventions))).toEqual(matched);
  });
});
