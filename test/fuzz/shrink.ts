/**
 * The shortest text that is found which still has the property: parts are taken out as long as it keeps it, then
 * characters are made plain. Ends when `mayGoOn` says so.
 */
export async function shrink(
  text: string,
  keeps: (candidate: string) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<string> {
  let shortest = text;
  for (let size = Math.ceil(shortest.length / 2); size >= 1; ) {
    let removed = false;
    for (let at = 0; at < shortest.length && mayGoOn(); ) {
      const candidate = shortest.slice(0, at) + shortest.slice(at + size);
      if (await keeps(candidate)) {
        shortest = candidate;
        removed = true;
      } else at += size;
    }
    if (!mayGoOn()) return shortest;
    if (size === 1 && !removed) break;
    size = removed && size === 1 ? 1 : Math.max(1, Math.floor(size / 2));
    if (size === 1 && shortest.length === 0) break;
  }
  for (let at = 0; at < shortest.length && mayGoOn(); at++) {
    if (/[a\s]/.test(shortest[at] ?? '')) continue;
    const candidate = `${shortest.slice(0, at)}a${shortest.slice(at + 1)}`;
    if (await keeps(candidate)) shortest = candidate;
  }
  return shortest;
}
