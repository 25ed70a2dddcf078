const FORBIDDEN: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2']);

/** Headers of a response that no script sees, by name in lower case (Fetch, "forbidden response-header name"). */
export function isForbiddenResponseHeader(name: string): boolean {
  return FORBIDDEN.has(name);
}

/** Headers that need not be exposed (Fetch, "CORS-safelisted response-header name"), in lower case. */
export const SAFELISTED_RESPONSE_HEADERS: readonly string[] = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
];
