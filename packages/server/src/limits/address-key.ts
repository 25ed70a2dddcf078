import { isIPv6 } from 'node:net';

/**
 * What an address is counted by: itself, or of IPv6 the first 64 bits, for whoever has one address of such a network has
 * all of them (RFC 6177, section 2). An IPv4 address in the form of IPv6 is what it stands for (RFC 4291, section
 * 2.5.5.2).
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  // Behind `::` there are at most the last groups; what it stands for are zeros.
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const behindCount = behind.length + (tail?.includes('.') ? 1 : 0);
  while (groups.length + behindCount < 8) groups.push('0');
  const network = [...groups, ...behind].slice(0, 4);
  return network.map(group => Number.parseInt(group, 16).toString(16)).join(':');
}
