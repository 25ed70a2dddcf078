/** What a request or a policy can be made of, matching costs time in the length of the request alone. */
import { compile, decideActual, decidePreflight, type Policy } from '@crossgate/core';
import { cosProfile, DIALECTS, qingstorProfile } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';

const ORIGIN = 'https://a.test';

function policyOf(
  rules: number,
  allowedHeaders: readonly string[],
  allowedOrigins: readonly string[] = [ORIGIN],
): Policy {
  return {
    rules: Array.from({ length: rules }, () => ({
      allowedOrigins,
      allowedMethods: ['GET'],
      allowedHeaders,
      exposeHeaders: [],
      maxAgeSeconds: 60,
    })),
  };
}

/** The least time of the processor that one of some runs took, in milliseconds: what else the machine does adds little to it. */
function leastTime(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 15; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

function repeated(unit: (i: number) => string, bytes: number): string {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += unit(i);
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Wildcards that are all nested in one another: `a*a`, `a*aa`, `aa*a` and so on. */
function nested(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (__, j) => `${'a'.repeat(i + 1)}*${'a'.repeat(j + 1)}`),
  ).flat();
}

const KIBIBYTE = 1024;

describe('a hostile list of headers', () => {
  const LISTS: readonly {
    readonly name: string;
    readonly unit: (i: number) => string;
    readonly headers: readonly string[];
  }[] = [
    { name: 'commas', unit: () => ',', headers: ['x-a'] },
    { name: 'blanks', unit: () => ' ', headers: ['x-a'] },
    { name: 'blanks and commas', unit: () => ' \t,', headers: ['*'] },
    { name: 'one name', unit: () => 'x-a,', headers: ['x-a'] },
    {
      name: 'names in turn',
      unit: i => `x-${i % 7},`,
      headers: Array.from({ length: 7 }, (_, i) => `x-${i}`),
    },
    { name: 'different names for a rule of all', unit: i => `x-${i},`, headers: ['*'] },
    { name: 'different names for a wildcard', unit: i => `x-${i},`, headers: ['x-*'] },
    { name: 'names with blanks after them', unit: i => `x-${i % 7}${' '.repeat(50)},`, headers: ['x-*'] },
    { name: 'one name without end', unit: () => 'a', headers: ['a*a'] },
    {
      name: 'names of nested wildcards',
      unit: i => `${'a'.repeat(20)}${i}${'a'.repeat(20)},`,
      headers: nested(20),
    },
    { name: 'short names of nested wildcards', unit: i => `a${i}a,`, headers: nested(20) },
    {
      name: 'names that share a suffix',
      unit: i => `${i}aaaaaaaaaaaaaaaaaaaa,`,
      headers: Array.from({ length: 300 }, (_, i) => `*${'a'.repeat(i)}`),
    },
    { name: 'characters of no name', unit: () => '\u00e9,', headers: ['*'] },
  ];

  it.each(LISTS)('costs time in its length: $name', ({ unit, headers }) => {
    for (const profile of [cosProfile, qingstorProfile]) {
      const policy = compile(policyOf(100, headers), profile);
      const time = (bytes: number): number => {
        const requestHeaders = repeated(unit, bytes);
        return leastTime(
          () => void decidePreflight(policy, { origin: ORIGIN, requestMethod: 'GET', requestHeaders }),
        );
      };
      time(64 * KIBIBYTE);
      // 16 times the length in less than 40 times the time: what is quadratic takes 256 times as long.
      expect(time(256 * KIBIBYTE)).toBeLessThan(40 * Math.max(time(16 * KIBIBYTE), 0.05));
    }
  });

  it('costs no more under wildcards that are nested than under others', () => {
    const list = repeated(i => `${'a'.repeat(40)}${i}${'a'.repeat(40)},`, 16 * KIBIBYTE);
    const time = (headers: readonly string[]): number => {
      const policy = compile(policyOf(1, headers), cosProfile);
      const run = (): void =>
        void decidePreflight(policy, { origin: ORIGIN, requestMethod: 'GET', requestHeaders: list });
      expect(
        decidePreflight(policy, { origin: ORIGIN, requestMethod: 'GET', requestHeaders: list }).kind,
      ).toBe('allowed');
      leastTime(run);
      return leastTime(run);
    };
    // 1600 of them, in 64 KiB, beside one: each of 200 names is looked for by 40 suffixes, and not by 1600 patterns.
    expect(time(nested(40))).toBeLessThan(40 * Math.max(time(['a*a']), 0.05));
  });
});

describe('a hostile origin', () => {
  it.each([
    { name: 'a host without end', origin: (n: number) => `https://${'a'.repeat(n)}` },
    { name: 'dots', origin: (n: number) => `https://${'.'.repeat(n)}` },
    { name: 'labels', origin: (n: number) => `https://${'a.'.repeat(n / 2)}example.com` },
    { name: 'what nearly has a suffix', origin: (n: number) => `https://${'example.com.'.repeat(n / 12)}` },
    { name: 'schemes', origin: (n: number) => 'https://'.repeat(n / 8) },
    { name: 'letters that a browser would fold', origin: (n: number) => `HTTPS://${'A'.repeat(n)}` },
  ])('costs time in its length, for every service: $name', ({ origin }) => {
    for (const { profile } of DIALECTS) {
      const wildcards = Array.from({ length: 50 }, (_, i) => `https://*.${'a.'.repeat(i)}example.com`);
      const policy = compile(policyOf(5, [], wildcards), profile);
      const time = (bytes: number): number => {
        const text = Buffer.from(origin(bytes), 'latin1').toString('latin1');
        return leastTime(() => {
          decidePreflight(policy, { origin: text, requestMethod: 'GET', requestHeaders: undefined });
          decideActual(policy, { origin: text, method: 'GET' });
        });
      };
      time(64 * KIBIBYTE);
      expect(time(256 * KIBIBYTE)).toBeLessThan(40 * Math.max(time(16 * KIBIBYTE), 0.05));
    }
  });
});

describe('a policy of many rules', () => {
  it('costs no more to ask than one of few', () => {
    const time = (rules: number): number => {
      const policy = compile(
        {
          rules: Array.from({ length: rules }, (_, i) => ({
            ...policyOf(1, ['x-*']).rules[0],
            allowedOrigins: [`https://${i}.test`],
          })) as Policy['rules'],
        },
        cosProfile,
      );
      const run = (): void => {
        for (let i = 0; i < 2_000; i++) {
          decidePreflight(policy, {
            origin: `https://${i % rules}.test`,
            requestMethod: 'GET',
            requestHeaders: 'x-a,x-b',
          });
        }
      };
      run();
      return leastTime(run);
    };
    // Sets of rules have a word for 32 of them: 3200 rules are 100 words.
    expect(time(3_200)).toBeLessThan(10 * time(100));
  });

  it('is compiled in time of its length, whatever its names: those of equal hashes, as far as anybody knows some', () => {
    const time = (count: number, name: (i: number) => string): number => {
      const headers = Array.from({ length: count }, (_, i) => name(i));
      return leastTime(() => void compile(policyOf(1, headers), cosProfile));
    };
    for (const name of [
      (i: number) => `x-${i}`,
      // Of equal length and letters: hashes that add up letters have one value for all of them.
      (i: number) => i.toString(2).padStart(16, '0').replaceAll('0', 'ab').replaceAll('1', 'ba'),
      (i: number) => `${'a'.repeat(i % 50)}*${i}`,
    ]) {
      time(2_000, name);
      // 8 times as many: what is quadratic takes 64 times as long.
      expect(time(8_000, name)).toBeLessThan(40 * Math.max(time(1_000, name), 0.2));
    }
  });
});
