import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originFault } from '../../src/lint/origin-fault.ts';

const sent = [
  'https://example.com',
  'https://example.com:8443',
  'http://localhost:3000',
  'https://xn--bcher-kva.example',
  'https://a_b.example',
  'https://example.com.',
  'http://127.0.0.1',
  'http://[::1]:8080',
  'http://[2001:db8::1:0:0:1]',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'capacitor://localhost',
  'file://',
  'null',
];

interface FaultCase {
  readonly name: string;
  readonly text: string;
  readonly reason: RegExp;
  readonly correction: string | undefined;
}

const never: readonly FaultCase[] = [
  { name: 'a trailing slash', text: 'https://a.com/', reason: /slash/, correction: 'https://a.com' },
  { name: 'a path', text: 'https://a.com/x', reason: /more than/, correction: 'https://a.com' },
  { name: 'a query', text: 'https://a.com?x', reason: /more than/, correction: 'https://a.com' },
  {
    name: 'a host in upper case',
    text: 'https://A.com',
    reason: /host .* lower/,
    correction: 'https://a.com',
  },
  {
    name: 'a scheme in upper case',
    text: 'HTTPS://a.com',
    reason: /scheme .* lower/,
    correction: 'https://a.com',
  },
  {
    name: 'the default port of https',
    text: 'https://a.com:443',
    reason: /default/,
    correction: 'https://a.com',
  },
  {
    name: 'the default port of http',
    text: 'http://a.com:80',
    reason: /default/,
    correction: 'http://a.com',
  },
  { name: 'no scheme', text: 'www.a.com', reason: /no scheme/, correction: 'https://www.a.com' },
  {
    name: 'no scheme but a port',
    text: 'localhost:3000',
    reason: /no scheme/,
    correction: 'https://localhost:3000',
  },
  { name: 'a user', text: 'https://me@a.com', reason: /user/, correction: undefined },
  { name: 'a user and a password', text: 'https://me:pw@a.com', reason: /user/, correction: undefined },
  { name: 'port 0', text: 'https://a.com:0', reason: /port/, correction: undefined },
  { name: 'a port above the last', text: 'https://a.com:65536', reason: /port/, correction: undefined },
  {
    name: 'zeros before a port',
    text: 'https://a.com:08443',
    reason: /port/,
    correction: 'https://a.com:8443',
  },
  { name: 'an empty port', text: 'https://a.com:', reason: /port/, correction: 'https://a.com' },
  { name: 'a port that is no number', text: 'https://a.com:x', reason: /port/, correction: undefined },
  { name: 'no host', text: 'https://', reason: /no host/, correction: undefined },
  { name: 'no host but a port', text: 'https://:8080', reason: /no host/, correction: undefined },
  {
    name: 'a long IPv6 address',
    text: 'http://[0:0:0:0:0:0:0:1]',
    reason: /IPv6/,
    correction: 'http://[::1]',
  },
  {
    name: 'an IPv6 address with IPv4 in it',
    text: 'http://[::ffff:127.0.0.1]',
    reason: /IPv6/,
    correction: undefined,
  },
  { name: 'a short IPv4 address', text: 'http://127.1', reason: /IPv4/, correction: undefined },
  { name: 'an IPv4 address with zeros', text: 'http://127.0.0.01', reason: /IPv4/, correction: undefined },
  { name: 'an IPv4 address out of range', text: 'http://256.0.0.1', reason: /IPv4/, correction: undefined },
  { name: 'an escape in the host', text: 'https://a%2ecom', reason: /character/, correction: undefined },
  { name: 'an empty label', text: 'https://a..com', reason: /label/, correction: undefined },
  { name: 'an empty first label', text: 'https://.com', reason: /label/, correction: undefined },
  { name: 'a scheme that no page has', text: 'ftp://a.com', reason: /no page/, correction: undefined },
  { name: 'that of a socket', text: 'wss://a.com:8443', reason: /no page/, correction: undefined },
  { name: 'another spelling of null', text: 'Null', reason: /`null`/, correction: undefined },
];

/** What Node takes an origin for; port 0 and empty labels aside, from which nothing can be loaded. */
function isSerialised(text: string): boolean {
  try {
    const url = new URL(text);
    return url.origin === text && url.port !== '0' && !/^\.|\.\./.test(url.hostname);
  } catch {
    return false;
  }
}

const label = fc.constantFrom(
  'a',
  'B',
  'com',
  '0x',
  '0xf',
  '1',
  '127',
  '256',
  '01',
  '_x',
  '-',
  '',
  'a%',
  'a^b',
  '~',
  '!$&',
);
const ipv6 = fc
  .array(fc.constantFrom('0', '1', '00', 'f', 'F', 'ffff', '10000', '', 'g', '1.2.3.4'), {
    minLength: 1,
    maxLength: 9,
  })
  .map(words => `[${words.join(':')}]`);
const longIpv6 = fc
  .array(fc.constantFrom('0', '0', '0', '1', 'a', '0a'), { minLength: 8, maxLength: 8 })
  .map(words => `[${words.join(':')}]`);
const shortIpv6 = fc
  .tuple(
    fc.array(fc.constantFrom('0', '1', 'a'), { maxLength: 4 }),
    fc.array(fc.constantFrom('0', '1', 'a'), { maxLength: 4 }),
  )
  .map(words => `[${words.map(each => each.join(':')).join('::')}]`);
const host = fc.oneof(
  { weight: 4, arbitrary: fc.array(label, { maxLength: 5 }).map(labels => labels.join('.')) },
  ipv6,
  longIpv6,
  shortIpv6,
);
const port = fc.constantFrom(
  '',
  '',
  '',
  ':',
  ':80',
  ':443',
  ':080',
  ':8080',
  ':65535',
  ':65536',
  ':1',
  ':x',
  ':1:2',
);
const rest = fc.constantFrom('', '', '', '', '/', '/x', '?', '#', '\\', '@', '@a');
const origin = fc
  .tuple(fc.constantFrom('http', 'https', 'HTTP'), host, port, rest)
  .map(([scheme, ...parts]) => `${scheme}://${parts.join('')}`);

describe('originFault', () => {
  it.each(sent)('finds none in %s', text => {
    expect(originFault(text)).toBeUndefined();
  });

  it.each(never)('tells $name', ({ text, reason, correction }) => {
    expect(originFault(text)).toEqual({ reason: expect.stringMatching(reason), correction });
  });

  it('finds one in what a URL does not have for its origin, and in nothing else', () => {
    fc.assert(
      fc.property(origin, text => {
        expect(originFault(text) === undefined).toBe(isSerialised(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('corrects to what is sent, and to the origin that a URL of that text has', () => {
    fc.assert(
      fc.property(origin, text => {
        const correction = originFault(text)?.correction;
        fc.pre(correction !== undefined);
        expect(isSerialised(correction)).toBe(true);
        expect(new URL(text).origin).toBe(correction);
      }),
      { numRuns: 2000 },
    );
  });
});
