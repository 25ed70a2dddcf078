import { createServer, type Server, type ServerOptions, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dialect, Exchange, Fault } from '@crossgate/dialects';
import type { Gate } from './gate.ts';
import { prepareGracefulClose } from './graceful-close.ts';
import type { Connections } from './limits/connections.ts';
import { watchSlowBodies } from './limits/slow-bodies.ts';
import { announcesBody } from './request-body.ts';
import { DEFAULT_LIMITS, type Limits } from './serve-config.ts';
import { trackAnswers } from './track-answers.ts';

/** A bound socket that takes requests. */
export interface Listener {
  readonly port: number;
  /** `host:port`, as it stands in a URL. */
  readonly address: string;
  /** Takes no more connections, lets requests in flight finish for `graceMs`, then ends the rest. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** How often Node looks for requests whose head takes too long. */
const LONGEST_CHECK_MS = 5_000;
/** How long nothing comes before the system asks whether there is still somebody. */
const PROBE_AFTER_MS = 60_000;

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
  return { port: bound.port, address, close };
}

/** The HTTP server of a dialect. Errors that come before a request is understood are in its words as well. */
export function createDialectServer(
  dialect: Dialect,
  gate: Gate,
  limits: Limits = DEFAULT_LIMITS,
  connections?: Connections,
): Server {
  const answers = trackAnswers(connections);
  const slowBodies = watchSlowBodies(limits, request => {
    server.emit('clientError', new RequestTooSlowError(), request.socket);
  });
  const answer: Gate = (request, response) => {
    if (announcesBody(request)) slowBodies.watch(request);
    answers.inTurn(response, () => gate(request, response));
  };
  const headersTimeout = Math.ceil(limits.headersSeconds * 1000);
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout,
    // Uploads may take as long as they move, see `slow-bodies.ts`.
    requestTimeout: 0,
    // A client that vanished without a word is found out also while nothing is to be sent to it.
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    connectionsCheckingInterval: Math.min(headersTimeout, LONGEST_CHECK_MS),
    keepAliveTimeout: Math.ceil(limits.keepAliveSeconds * 1000),
    requireHostHeader: false,
  };
  const server = createServer(options, answer);
  // Node would pass over the headers beyond some number without a word. Their bytes are what is limited.
  server.maxHeadersCount = 0;
  server.setTimeout(Math.ceil(limits.idleSeconds * 1000));
  // An expectation that is not known can be passed over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', answer);
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => {}).resume();
    socket.end(rawReply(dialect, 'request-malformed'), () => socket.destroy());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const fault = PARSER_FAULTS.get(error.code) ?? 'request-malformed';
    answers.afterComplete(socket, () => socket.end(rawReply(dialect, fault)));
  });
  server.on('close', slowBodies.close);
  connections?.watch(server);
  return server;
}

/** A body that trickles is to clients what a head is that does not come to its end. */
class RequestTooSlowError extends Error {
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** By the code of the error that Node's parser ends a connection with; any other is `request-malformed`. */
const PARSER_FAULTS: ReadonlyMap<string | undefined, Fault> = new Map([
  ['HPE_HEADER_OVERFLOW', 'headers-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
]);

/** An answer to something that was no request, written by hand: there is no response object to write it with. */
function rawReply(dialect: Dialect, fault: Fault): Buffer {
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
  const headers = [
    ...reply.headers,
    ...dialect.commonHeaders(exchange, reply),
    ['Date', new Date(receivedAt).toUTCString()],
    ['Connection', 'close'],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = `HTTP/1.1 ${reply.status} ${reply.reason ?? STATUS_CODES[reply.status] ?? ''}\r\n${lines}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(reply.body ?? '')]);
}
