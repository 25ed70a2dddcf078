/** What `@crossgate/core` says in lower case and without a period, as a sentence of its own. */
export function sentence(text: string): string {
  const first = text.charAt(0);
  // A quoted value keeps its case.
  return `${first === '`' ? first : first.toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}
