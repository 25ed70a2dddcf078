/**
 * What an address is counted by: itself, or of IPv6 the first 64 bits, for whoever has one address of such a network has
 * all of them (RFC 6177, section 2). An IPv4 address in the form of IPv6 is what it stands for (RFC 4291, section
 * 2.5.5.2). However an address is written, its key is the same.
 *
 * @param address as the system tells it, or one that `isIP` takes
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = '::ffff:';
  if (address.includes('.') && address.slice(0, mapped.length).toLowerCase() === mapped) {
    return address.slice(mapped.length);
  }
  const { groups, gap } = readGroups(address);
  const zeros = GROUPS - groups.length;
  const group = (index: number): string => {
    if (index < gap) return (groups[index] ?? 0).toString(16);
    return (index < gap + zeros ? 0 : (groups[index - zeros] ?? 0)).toString(16);
  };
  return `${group(0)}:${group(1)}:${group(2)}:${group(3)}`;
}

const GROUPS = 8;
const COLON = 0x3a;
const DOT = 0x2e;
const PERCENT = 0x25;

/** The groups that are written, and how many of them stand before `::`. Dotted numbers at the end are two. */
function readGroups(address: string): { readonly groups: readonly number[]; readonly gap: number } {
  const groups: number[] = [];
  let gap = GROUPS;
  let value = 0;
  let digits = 0;
  let isDotted = false;
  for (let i = 0; i <= address.length; i++) {
    const code = i < address.length ? address.charCodeAt(i) : PERCENT;
    // A zone follows, or nothing.
    if (code === PERCENT || code === COLON) {
      if (digits > 0) groups.push(value);
      if (code === PERCENT) break;
      if (digits === 0 && i > 0) gap = groups.length;
      value = 0;
      digits = 0;
    } else if (code === DOT) {
      isDotted = true;
    } else {
      value = value * 16 + (code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57);
      digits += 1;
    }
  }
  if (isDotted) groups.splice(-1, 1, 0, 0);
  return { groups, gap };
}
