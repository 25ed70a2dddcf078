import type { RequestHead } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { clientAddressBehind, parseNetwork } from '../../src/limits/client-address.ts';

function request(forwarded?: string): RequestHead {
  const rawHeaders = forwarded === undefined ? [] : ['X-Forwarded-For', forwarded];
  return { method: 'GET', target: '/', rawHeaders };
}

const PROXIES = ['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48'];

describe('clientAddressBehind', () => {
  it.each([
    { name: 'no proxy', from: '203.0.113.5', forwarded: '198.51.100.1', is: '203.0.113.5' },
    { name: 'a proxy', from: '10.1.2.3', forwarded: '198.51.100.1', is: '198.51.100.1' },
    { name: 'a proxy of IPv6', from: '2001:db8:1::5', forwarded: '2001:db8:2::1', is: '2001:db8:2::1' },
    {
      name: 'a proxy, in the form of IPv6',
      from: '::ffff:10.1.2.3',
      forwarded: '198.51.100.1',
      is: '198.51.100.1',
    },
    { name: 'two proxies', from: '10.1.2.3', forwarded: '198.51.100.1, 192.0.2.7', is: '198.51.100.1' },
    {
      name: 'a proxy, after what a client made up',
      from: '10.1.2.3',
      forwarded: '127.0.0.1, 10.9.9.9, 198.51.100.1',
      is: '198.51.100.1',
    },
    { name: 'a proxy that says nothing', from: '10.1.2.3', is: '10.1.2.3' },
    { name: 'a proxy that says what is no address', from: '10.1.2.3', forwarded: 'unknown', is: '10.1.2.3' },
    { name: 'proxies alone', from: '10.1.2.3', forwarded: '10.0.0.1', is: '10.0.0.1' },
  ])('finds the client behind $name', ({ from, forwarded, is }) => {
    expect(clientAddressBehind(PROXIES)(request(forwarded), from)).toBe(is);
  });

  it('believes nobody unless told to', () => {
    expect(clientAddressBehind([])(request('198.51.100.1'), '10.1.2.3')).toBe('10.1.2.3');
  });
});

describe('parseNetwork', () => {
  it.each(['10.0.0.0/8', '10.0.0.1', '::1', '2001:db8::/32', '0.0.0.0/0'])('takes %s', text => {
    expect(parseNetwork(text)).toBeDefined();
  });

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    'a',
    '::/129',
    '10.0.0.0/-1',
    'fe80::1%lo',
  ])('does not take %j', text => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});
