import type { RequestHead } from './exchange.ts';

/**
 * The value of a header, several lines joined by a comma and a space (RFC 9110, section 5.3); undefined when there is
 * none. `name` is in lower case.
 */
export function headerValue(request: RequestHead, name: string): string | undefined {
  const { rawHeaders } = request;
  let value: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i];
    if (candidate?.length !== name.length || candidate.toLowerCase() !== name) continue;
    const line = rawHeaders[i + 1] ?? '';
    value = value === undefined ? line : `${value}, ${line}`;
  }
  return value;
}

/** Every line of a header, in order. `name` is in lower case. */
export function headerLines(request: RequestHead, name: string): string[] {
  return request.rawHeaders.filter(
    (_, i, all) => i % 2 === 1 && all[i - 1]?.length === name.length && all[i - 1]?.toLowerCase() === name,
  );
}

/** All headers, line by line, in order. */
export function headerPairs(request: RequestHead): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    pairs.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '']);
  }
  return pairs;
}
