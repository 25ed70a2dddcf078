import { canonicalIpv6 } from './ipv6.ts';

/** Why no browser sends an origin, and what it would send, where that can be told. */
export interface OriginFault {
  readonly reason: string;
  readonly correction: string | undefined;
}

/** Schemes of the URL standard that no page is loaded with: files, and sockets, which pages open. */
const PAGELESS: ReadonlySet<string> = new Set(['ftp', 'ws', 'wss']);

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * What keeps `text` from being an origin as browsers write it: `scheme://host[:port]`, everything in its one
 * canonical form (HTML, "serialization of an origin"; URL, "host serializing"), or from being one that a page has.
 * Undefined for one that is, and for `null`. Of schemes of extensions and applications host and port can be anything.
 * International names are not looked into: whether `xn--…` is one is not judged.
 *
 * @param text visible ASCII, without a `*`
 */
export function originFault(text: string): OriginFault | undefined {
  const reason = reasonOf(text);
  if (reason === undefined) return undefined;
  if (text.toLowerCase() === 'null') return { reason: 'browsers write `null`', correction: undefined };
  const correction = correct(text);
  if (correction === undefined || reasonOf(correction) !== undefined)
    return { reason, correction: undefined };
  return { reason, correction };
}

interface OriginParts {
  readonly scheme: string;
  readonly host: string;
  /** Undefined when there is no colon behind the host. */
  readonly port: string | undefined;
  /** What stands behind host and port: a path, a query, a fragment. */
  readonly rest: string;
}

function split(text: string): OriginParts | undefined {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)(.*)$/i.exec(text);
  if (!parts) return undefined;
  const [, scheme = '', authority = '', rest = ''] = parts;
  const [, host = authority, port] = /^(\[[^\]]*\]|[^:[]*)(?::(.*))?$/.exec(authority) ?? [];
  return { scheme, host, port, rest };
}

function reasonOf(text: string): string | undefined {
  if (text === 'null') return undefined;
  const parts = split(text);
  if (!parts) return 'it has no scheme';
  const { scheme, host, port, rest } = parts;
  if (rest === '/') return 'it ends in a slash';
  if (rest !== '') return 'it has more than scheme, host and port';
  if (`${host}${port}`.includes('@')) return 'it has a user name';
  if (scheme !== scheme.toLowerCase()) return 'its scheme is not in lower case';
  if (PAGELESS.has(scheme)) return `no page is loaded with \`${scheme}:\``;
  const defaultPort = DEFAULT_PORTS[scheme];
  if (defaultPort === undefined) return undefined;
  return hostReason(host) ?? (port === undefined ? undefined : portReason(port, defaultPort));
}

function hostReason(host: string): string | undefined {
  if (host === '') return 'it has no host';
  const address = /^\[(.*)\]$/.exec(host)?.[1];
  if (address !== undefined) {
    return canonicalIpv6(address) === address ? undefined : 'its IPv6 address is not in the shortest form';
  }
  if (host !== host.toLowerCase()) return 'its host is not in lower case';
  if (/[%:<>[\]^|]/.test(host)) return 'its host has a character that no host has';
  const labels = host.split('.');
  if (labels.length > 1 && labels.at(-1) === '') labels.pop();
  if (labels.includes('')) return 'its host has an empty label';
  const isAddress = /^(\d+|0x[\da-f]*)$/.test(labels.at(-1) ?? '');
  return isAddress && !isDottedQuad(host)
    ? 'its host is not a name, nor an IPv4 address of four numbers'
    : undefined;
}

function isDottedQuad(host: string): boolean {
  const numbers = host.split('.');
  return (
    numbers.length === 4 && numbers.every(each => /^(0|[1-9]\d{0,2})$/.test(each) && Number(each) <= 255)
  );
}

function portReason(port: string, defaultPort: string): string | undefined {
  if (port === defaultPort) return 'browsers leave out the default port';
  if (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535) return undefined;
  return 'its port is not a number from 1 to 65535 without zeros before it';
}

/** The nearest text that might be an origin; the caller looks whether it is. */
function correct(text: string): string | undefined {
  const parts = split(text) ?? split(`https://${text}`);
  if (!parts || `${parts.host}${parts.port}`.includes('@')) return undefined;
  const scheme = parts.scheme.toLowerCase();
  const port = parts.port?.replace(/^0+(?=\d)/, '') ?? '';
  return `${scheme}://${canonicalHost(parts.host)}${port === '' || port === DEFAULT_PORTS[scheme] ? '' : `:${port}`}`;
}

function canonicalHost(host: string): string {
  const address = /^\[(.*)\]$/.exec(host)?.[1];
  const canonical = address === undefined ? undefined : canonicalIpv6(address);
  return canonical === undefined ? host.toLowerCase() : `[${canonical}]`;
}
