/**
 * An IPv6 address as browsers write it: lower case, no leading zeros, the longest run of zeros as `::` (URL, "IPv6
 * serializer"). Undefined for what is none, and for one that ends in a dotted IPv4 address.
 */
export function canonicalIpv6(text: string): string | undefined {
  const pieces = expand(text.toLowerCase());
  if (!pieces) return undefined;
  const { start, length } = longestRunOfZeros(pieces);
  const words = pieces.map(piece => piece.toString(16));
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

/** The eight pieces of an address. */
function expand(text: string): readonly number[] | undefined {
  const [before = '', after, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const head = numbers(before);
  const tail = after === undefined ? [] : numbers(after);
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

function numbers(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const words = text.split(':');
  return words.every(word => /^[\da-f]{1,4}$/.test(word))
    ? words.map(word => Number.parseInt(word, 16))
    : undefined;
}

/** The first of the longest ones. */
function longestRunOfZeros(pieces: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  pieces.forEach((piece, index) => {
    if (piece !== 0) start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  });
  return longest;
}
