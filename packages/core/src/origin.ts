/**
 * Whether the value of an `Origin` header is one origin: visible ASCII without a comma. Two `Origin` lines arrive
 * joined by a comma, and are none. Services take more than the Fetch standard's serialisation (`www.example.com`),
 * so that nothing else is asked here.
 */
export function isSingleOrigin(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === 0x2c) return false;
  }
  return value !== '';
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/**
 * `http(s)://host[:port]` in its canonical form: scheme and host in lower case, the scheme's default port left out.
 * Undefined when the text is not of that form. The host may hold `*`, for patterns.
 */
export function canonicalUrlOrigin(text: string): string | undefined {
  const parts = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._*-]+)(?::([0-9]{1,5}))?$/i.exec(text);
  if (!parts) return undefined;
  const [, scheme = '', host = '', digits] = parts;
  if (host.startsWith('.') || host.includes('..')) return undefined;
  const canonical = `${scheme}://${host}`.toLowerCase();
  if (digits === undefined) return canonical;
  const port = Number(digits);
  if (port > 65_535) return undefined;
  return port === DEFAULT_PORTS[scheme.toLowerCase()] ? canonical : `${canonical}:${port}`;
}
