import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dialect, Exchange } from '@crossgate/dialects';
import { createBoundedServer, type RawReply, type RequestFault } from './bounded-server.ts';
import type { Gate } from './gate.ts';
import { prepareGracefulClose } from './graceful-close.ts';
import type { Connections } from './limits/connections.ts';
import { DEFAULT_LIMITS, type Limits, type TlsKeys } from './serve-config.ts';
import { isTlsServer } from './web-server.ts';

/** A bound socket that takes requests. */
export interface Listener {
  readonly port: number;
  /** `host:port`, as it stands in a URL. */
  readonly address: string;
  /** The same with `http` or `https` before it. */
  readonly origin: string;
  /** Takes no more connections, lets requests in flight finish for `graceMs`, then ends the rest. */
  readonly close: (graceMs: number) => Promise<void>;
}

export async function listen(server: Server, host: string, port: number): Promise<Listener> {
  const close = prepareGracefulClose(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  const address = `${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
  const origin = `${isTlsServer(server) ? 'https' : 'http'}://${address}`;
  return { port: bound.port, address, origin, close };
}

/** Uploads may take as long as they move, see `slow-bodies.ts`. */
const REQUEST_SECONDS = 0;

/** The HTTP server of a dialect. Errors that come before a request is understood are in its words as well. */
export function createDialectServer(
  dialect: Dialect,
  gate: Gate,
  limits: Limits = DEFAULT_LIMITS,
  tls?: TlsKeys,
  connections?: Connections,
): Server {
  return createBoundedServer({
    limits,
    tls,
    connections,
    requestSeconds: REQUEST_SECONDS,
    answer: gate.handle,
    answerPreflight: gate.answerPreflight,
    faultReply: fault => faultReply(dialect, fault),
  });
}

/**
 * New limits for a server that runs. How long a connection may be idle counts for new ones; how large a head may be stays
 * as it was.
 *
 * @param requestSeconds as of `createBoundedServer`
 */
export function changeLimits(server: Server, limits: Limits, requestSeconds: number = REQUEST_SECONDS): void {
  server.requestTimeout = Math.ceil(requestSeconds * 1000);
  server.headersTimeout = Math.ceil(limits.headersSeconds * 1000);
  server.keepAliveTimeout = Math.ceil(limits.keepAliveSeconds * 1000);
  server.setTimeout(Math.ceil(limits.idleSeconds * 1000));
}

function faultReply(dialect: Dialect, fault: RequestFault): RawReply {
  const receivedAt = Date.now();
  const request = { method: '', target: '/', rawHeaders: [] };
  const exchange: Exchange = {
    request,
    location: dialect.locate(request),
    requestId: dialect.newRequestId(receivedAt),
    receivedAt,
  };
  const error = dialect.replies.fault(fault, exchange);
  const reply = dialect.replies.error(exchange, error);
  return { ...reply, headers: [...reply.headers, ...dialect.commonHeaders(exchange, reply)] };
}
