import type { ResponseHeader } from '@crossgate/core';

/** The answer's own headers and those of CORS, with one `Vary` that has every name once (RFC 9110, section 12.5.5). */
export function mergeHeaders(
  own: readonly ResponseHeader[],
  cors: readonly ResponseHeader[],
): readonly ResponseHeader[] {
  if (!hasVary(cors) || !hasVary(own)) {
    if (cors.length === 0) return own;
    const all = own.slice();
    for (const header of cors) all.push(header);
    return all;
  }
  const names = new Map<string, string>();
  for (const [, value] of [...own.filter(isVary), ...cors.filter(isVary)]) {
    for (const part of value.split(',')) {
      const name = part.trim();
      if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  // A `*` says all that can be said.
  const vary: ResponseHeader = ['Vary', names.has('*') ? '*' : [...names.values()].join(', ')];
  return [...own.filter(header => !isVary(header)), ...cors.filter(header => !isVary(header)), vary];
}

function hasVary(headers: readonly ResponseHeader[]): boolean {
  for (const header of headers) if (isVary(header)) return true;
  return false;
}

function isVary(header: ResponseHeader): boolean {
  const name = header[0];
  return name.length === 4 && name.toLowerCase() === 'vary';
}
