import { describe, expect, it } from 'vitest';
import { findOrigin, originSet, originsOverlap } from '../../src/analysis/origin-space.ts';
import type { OriginConventions } from '../../src/profile.ts';

const anywhere: OriginConventions = { any: true, wildcard: 'anywhere', compare: 'text' };
const subdomain: OriginConventions = { any: true, wildcard: 'subdomain', compare: 'text' };
const urls: OriginConventions = { any: false, wildcard: 'host', compare: 'url' };

interface Case {
  readonly name: string;
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly readA?: OriginConventions;
  readonly readB?: OriginConventions;
  /** A shortest origin of the first that is not of the second; `!` before one that no browser can send. */
  readonly onlyA: string | undefined;
  readonly onlyB: string | undefined;
  readonly both: string | undefined;
}

const cases: readonly Case[] = [
  {
    name: 'the same exact origin',
    a: ['https://a.com'],
    b: ['https://a.com'],
    onlyA: undefined,
    onlyB: undefined,
    both: 'https://a.com',
  },
  {
    name: 'an exact origin in a wildcard',
    a: ['https://x.a.com'],
    b: ['https://*.a.com'],
    onlyA: undefined,
    onlyB: 'https://b.a.com',
    both: 'https://x.a.com',
  },
  {
    name: 'prefix and suffix that may not overlap',
    a: ['a*a'],
    b: ['a'],
    onlyA: 'a://a',
    onlyB: '!a',
    both: undefined,
  },
  {
    name: 'a wildcard of the scheme',
    a: ['*://a.com'],
    b: ['http*://a.com'],
    onlyA: 'a://a.com',
    onlyB: undefined,
    both: 'http://a.com',
  },
  {
    name: 'two wildcards that overlap in one origin',
    a: ['https://ab*'],
    b: ['*://abc.d'],
    onlyA: 'https://ab',
    onlyB: 'http://abc.d',
    both: 'https://abc.d',
  },
  {
    name: 'any origin but those of one scheme',
    a: ['*'],
    b: ['https://*'],
    onlyA: 'http://a',
    onlyB: undefined,
    both: 'https://a',
  },
  {
    name: 'any origin but those of http and https',
    a: ['*'],
    b: ['http*'],
    onlyA: 'null',
    onlyB: undefined,
    both: 'http://a',
  },
  {
    name: 'any origin but those of http and https, and null',
    a: ['*'],
    b: ['http*', 'null'],
    onlyA: 'a://a',
    onlyB: undefined,
    both: 'http://a',
  },
  {
    name: 'a port that is the default',
    a: ['https://a.com:443'],
    b: ['https://a.com'],
    onlyA: '!https://a.com:443',
    onlyB: 'https://a.com',
    both: undefined,
  },
  {
    name: 'a port that is the default, read as URLs',
    a: ['HTTPS://a.com:443'],
    b: ['https://A.com'],
    readA: urls,
    readB: urls,
    onlyA: undefined,
    onlyB: undefined,
    both: 'https://a.com',
  },
  {
    name: 'ports',
    a: ['http://a.com:*'],
    b: ['http://a.com:8*'],
    onlyA: 'http://a.com:0',
    onlyB: undefined,
    both: 'http://a.com:8',
  },
  {
    name: 'ports after what stands for characters of a host',
    a: ['http://a*'],
    b: ['http://a*', 'http://a'],
    readB: { any: false, wildcard: 'host', compare: 'text' },
    onlyA: 'http://a:0',
    onlyB: undefined,
    both: 'http://a',
  },
  {
    name: 'a slash at the end',
    a: ['https://*.a.com/'],
    b: [],
    onlyA: '!https://.a.com/',
    onlyB: undefined,
    both: undefined,
  },
  {
    name: 'capitals that are looked at',
    a: ['https://*A.com'],
    b: ['https://*a.com'],
    onlyA: '!https://A.com',
    onlyB: 'https://a.com',
    both: undefined,
  },
  {
    name: 'what stands for characters of a host, and for anything',
    a: ['https://*.a.com'],
    b: ['https://*.a.com'],
    readB: subdomain,
    onlyA: '!https://.a.com',
    onlyB: undefined,
    both: 'https://a.a.com',
  },
  {
    name: 'a name with an empty label, which is no URL',
    a: ['https://*.a.com'],
    b: ['https://*.a.com'],
    readA: subdomain,
    readB: urls,
    onlyA: '!https://..a.com',
    onlyB: undefined,
    both: 'https://a.a.com',
  },
  {
    name: 'any origin and what a service reads that knows only URLs',
    a: ['*'],
    b: ['https://*a', 'https://a', 'https://*b'],
    readB: urls,
    onlyA: 'http://c',
    onlyB: undefined,
    both: 'https://a',
  },
  {
    name: 'hosts that end in a number are addresses',
    a: ['http://10.0.*'],
    b: ['http://10.0.0.*', 'http://10.0.*.*', 'http://10.0.*g'],
    onlyA: 'http://10.0.a',
    onlyB: undefined,
    both: 'http://10.0.g',
  },
  {
    name: 'labels of more than 63 characters',
    a: [`https://${'a'.repeat(60)}*${'b'.repeat(60)}`],
    b: [],
    onlyA: `https://${'a'.repeat(60)}.${'b'.repeat(60)}`,
    onlyB: undefined,
    both: undefined,
  },
];

function shown(witness: ReturnType<typeof findOrigin>): string | undefined {
  return witness && (witness.browser ? witness.origin : `!${witness.origin}`);
}

describe('findOrigin', () => {
  it.each(cases)('tells apart $name', ({ a, b, readA = anywhere, readB = anywhere, ...expected }) => {
    const sets = [originSet(a, readA), originSet(b, readB)];
    expect({
      onlyA: shown(findOrigin(sets, ([inA, inB]) => inA === true && inB === false)),
      onlyB: shown(findOrigin(sets, ([inA, inB]) => inA === false && inB === true)),
      both: shown(findOrigin(sets, ([inA, inB]) => inA === true && inB === true)),
    }).toEqual({ onlyA: expected.onlyA, onlyB: expected.onlyB, both: expected.both });
  });
});

describe('findOrigin', () => {
  it('knows that patterns can cover another together', () => {
    const labels = [...'abcdefghijklmnopqrstuvwxyz0123456789.-_ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const whole = originSet(['https://*.a.com'], subdomain);
    const parts = labels.map(character => `https://*${character}.a.com`);
    const outside = (covering: readonly string[]) =>
      findOrigin(
        [whole, originSet(covering, anywhere)],
        ([inWhole, inParts]) => inWhole === true && inParts !== true,
      );
    expect(outside(parts)).toBeUndefined();
    expect(outside(parts.slice(1))).toBeDefined();
  });
});

describe('originsOverlap', () => {
  it.each(cases)('says whether an origin is in both: $name', ({ a, b, both, ...reading }) => {
    const first = originSet(a, reading.readA ?? anywhere);
    expect(originsOverlap(first, originSet(b, reading.readB ?? anywhere))).toBe(both !== undefined);
  });
});
