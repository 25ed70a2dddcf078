import { BlockList, isIP } from 'node:net';
import { headerValue, type RequestHead } from '@crossgate/dialects';

/** The address that a request came from, by what it says and by that of its connection. */
export type ClientAddress = (request: RequestHead, remoteAddress: string | undefined) => string | undefined;

/**
 * The address of the connection; behind proxies that are trusted, the last one of `X-Forwarded-For` that is of none of
 * them: a proxy adds whom it was called by at the end, and everything before that can be the client's invention.
 *
 * @param trustedProxies addresses, or networks as `10.0.0.0/8`
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (_request, remoteAddress) => remoteAddress;
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const network = parseNetwork(entry);
    if (network) trusted.addSubnet(network.address, network.prefixLength, network.family);
  }
  const isTrusted = (address: string): boolean =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (request, remoteAddress) => {
    if (remoteAddress === undefined || !isTrusted(remoteAddress)) return remoteAddress;
    const hops = (headerValue(request, 'x-forwarded-for') ?? '').split(',').slice(-LONGEST_WAY);
    let address = remoteAddress;
    for (const hop of hops.reverse()) {
      const next = hop.trim();
      // What is no address was not written by a proxy that is trusted.
      if (isIP(next) === 0) break;
      address = next;
      if (!isTrusted(address)) break;
    }
    return address;
  };
}

/** More proxies than these, one behind the other, are not looked through. */
const LONGEST_WAY = 16;

export interface Network {
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Reads an address, or a network as `10.0.0.0/8`; undefined when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...others] = text.split('/');
  const version = isIP(address);
  if (version === 0 || others.length > 0 || address.includes('%')) return undefined;
  const longest = version === 6 ? 128 : 32;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefixLength = length === undefined ? longest : Number(length);
  return prefixLength <= longest
    ? { address, prefixLength, family: version === 6 ? 'ipv6' : 'ipv4' }
    : undefined;
}
