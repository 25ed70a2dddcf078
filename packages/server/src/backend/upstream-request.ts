import { randomBytes } from 'node:crypto';
import { headerValue, type RequestHead } from '@crossgate/dialects';
import type { Dispatcher } from 'undici';
import { withoutSessions } from '../admin/access/session-cookie.ts';
import { isHost } from '../request-framing.ts';
import type { BackendCall } from './backend.ts';
import { connectionOptions, isEndToEnd } from './hop-by-hop.ts';

/** This process among the hops of a request (RFC 9110, section 7.6.3). A request that names it has been here. */
const HOP = `1.1 crossgate-${randomBytes(6).toString('hex')}`;

/** Where requests go, and as whom they name it. */
export interface Destination {
  /** The `Host` that is sent; undefined for that of the client. */
  readonly host: string | undefined;
  readonly servername: string;
}

export interface UpstreamRequest {
  readonly options: Dispatcher.DispatchOptions & { readonly servername: string };
  /** Whether the client says that there is no content, rather than nothing. */
  readonly hasLengthZero: boolean;
}

/** Whether a request comes from this process itself. */
export function hasBeenHere(head: RequestHead): boolean {
  return headerValue(head, 'via')?.includes(HOP) ?? false;
}

/**
 * The request as it goes on, without its body. Undefined when its target could be taken for another one: with a fragment,
 * which no target has, and some servers cut off, or in absolute-form with something that is no host.
 */
export function upstreamRequest(
  { exchange: { request: head, location }, request }: BackendCall,
  destination: Destination,
): UpstreamRequest | undefined {
  const absolute = head.target.startsWith('/') ? undefined : /^https?:\/\/[^/?#]*/i.exec(head.target)?.[0];
  if (head.target.includes('#') || (absolute !== undefined && !isHost(location.authority))) return undefined;
  // RFC 9112, section 3.2.2: the host of a target in absolute-form counts, not that of the header.
  const host = destination.host ?? (absolute === undefined ? undefined : location.authority);
  return {
    options: {
      path: originForm(absolute === undefined ? head.target : head.target.slice(absolute.length)),
      method: head.method as Dispatcher.HttpMethod,
      headers: sentHeaders(head, host),
      body: null,
      servername: destination.servername,
    },
    hasLengthZero: request.headers['content-length'] === '0',
  };
}

/** RFC 9112, section 3.2.1: what is sent to a server that is no proxy. Nothing of path and query is changed. */
function originForm(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function sentHeaders({ rawHeaders }: RequestHead, host: string | undefined): string[] {
  const options = connectionOptions(rawHeaders);
  const sent: string[] = [];
  let hops: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (!isEndToEnd(name, options)) continue;
    switch (name.length <= LONGEST_CHANGED ? name.toLowerCase() : '') {
      case 'via':
        hops = hops === undefined ? value : `${hops}, ${value}`;
        break;
      case 'cookie': {
        // A session of the console is nobody else's business.
        const others = withoutSessions(value);
        if (others !== undefined) sent.push(name, others);
        break;
      }
      case 'host':
        if (host === undefined) sent.push(name, value);
        break;
      default:
        sent.push(name, value);
    }
  }
  if (host !== undefined) sent.push('Host', host);
  sent.push('Via', hops === undefined ? HOP : `${hops}, ${HOP}`);
  return sent;
}

/** `Cookie`: a longer name is none that is looked for. */
const LONGEST_CHANGED = 6;
