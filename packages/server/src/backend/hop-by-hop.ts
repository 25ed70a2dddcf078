import type { ResponseHeader } from '@crossgate/core';

/**
 * Headers of one connection, which end at each end of it (RFC 9110, section 7.6.1), those of HTTP authentication at
 * proxies among them, and `Expect`, which is answered here.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What a message means depends on them: they go on, whatever `Connection` says. */
const KEPT: ReadonlySet<string> = new Set(['content-length', 'host']);

/** The headers that go on to the next hop: all but those of the connection and those that `Connection` names. */
export function endToEndHeaders(headers: readonly ResponseHeader[]): ResponseHeader[] {
  const named = optionsOfConnection(headers);
  const kept: ResponseHeader[] = [];
  for (const header of headers) {
    const key = header[0].toLowerCase();
    if (HOP_BY_HOP.has(key) || (named?.has(key) && !KEPT.has(key))) continue;
    kept.push(header);
  }
  return kept;
}

/** Undefined when there are none, as nearly always. */
function optionsOfConnection(headers: readonly ResponseHeader[]): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (const [name, value] of headers) {
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    if (value === 'keep-alive' || value === 'close') continue;
    named ??= new Set();
    for (const option of value.split(',')) named.add(option.trim().toLowerCase());
  }
  return named;
}
