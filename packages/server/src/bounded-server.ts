import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ResponseHeader } from '@crossgate/core';
import type { Fault } from '@crossgate/dialects';
import type { Gate } from './gate.ts';
import type { Connections } from './limits/connections.ts';
import { watchSlowBodies } from './limits/slow-bodies.ts';
import { openPreflightLane } from './preflight-lane/preflight-lane.ts';
import { replyHead } from './preflight-lane/reply-text.ts';
import { announcesBody } from './request-body.ts';
import type { Limits, TlsKeys } from './serve-config.ts';
import { trackAnswers } from './track-answers.ts';
import { createWebServer } from './web-server.ts';

/** How often Node looks for requests whose head takes too long. */
const LONGEST_CHECK_MS = 5_000;
/** How long a client that is told why its connection ends may take to read it and to end it too. */
const FAREWELL_MS = 2_000;
/** How long nothing comes before the system asks whether there is still somebody. */
const PROBE_AFTER_MS = 60_000;

export type RequestFault = Extract<Fault, 'headers-too-large' | 'request-timeout' | 'request-malformed'>;

/** An answer to something that was no request. */
export interface RawReply {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers: readonly ResponseHeader[];
  readonly body?: string | Uint8Array | undefined;
}

export interface BoundedServerParts {
  readonly limits: Limits;
  /** Makes it one of HTTPS. */
  readonly tls?: TlsKeys | undefined;
  /** Bounds them, together with those of other servers. */
  readonly connections?: Connections | undefined;
  /** From the first byte of a request to the last of its body; 0 where it may take as long as it moves. */
  readonly requestSeconds: number;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers complete, simple preflights before the parser; undefined where there are none. */
  readonly answerPreflight?: Gate['answerPreflight'];
  readonly faultReply: (fault: RequestFault) => RawReply;
}

/** A server of HTTP or HTTPS that takes of strangers what the limits allow, and tells them when that is not enough. */
export function createBoundedServer({
  limits,
  tls,
  connections,
  requestSeconds,
  answer: answerOne,
  answerPreflight,
  faultReply,
}: BoundedServerParts): Server {
  const answers = trackAnswers(connections);
  const slowBodies = watchSlowBodies(limits, request => {
    server.emit('clientError', new RequestTooSlowError(), request.socket);
  });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (announcesBody(request)) slowBodies.watch(request);
    answers.inTurn(response, () => answerOne(request, response));
  };
  const headersTimeout = Math.ceil(limits.headersSeconds * 1000);
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout,
    requestTimeout: Math.ceil(requestSeconds * 1000),
    // A client that vanished without a word is found out also while nothing is to be sent to it.
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    connectionsCheckingInterval: Math.min(headersTimeout, LONGEST_CHECK_MS),
    keepAliveTimeout: Math.ceil(limits.keepAliveSeconds * 1000),
    requireHostHeader: false,
  };
  const server = createWebServer(options, answer, tls);
  if (answerPreflight) openPreflightLane(server, answerPreflight, limits.headerBytes, connections);
  // Node would pass over the headers beyond some number without a word. Their bytes are what is limited.
  server.maxHeadersCount = 0;
  server.setTimeout(Math.ceil(limits.idleSeconds * 1000));
  // An expectation that is not known can be passed over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', answer);
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => {}).resume();
    socket.end(rawReply(faultReply('request-malformed')), () => socket.destroy());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const fault = PARSER_FAULTS.get(error.code) ?? 'request-malformed';
    answers.afterComplete(socket, () => takeLeave(socket, rawReply(faultReply(fault))));
  });
  server.on('close', slowBodies.close);
  connections?.watch(server);
  return server;
}

/** Sends the last answer of a connection. Who neither ends it nor is silent would otherwise have it for good. */
function takeLeave(socket: Socket, answer: Buffer): void {
  // No parser looks after a connection on which nothing was asked.
  socket.on('error', () => {}).end(answer);
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** A body that trickles is to clients what a head is that does not come to its end. */
class RequestTooSlowError extends Error {
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** By the code of the error that Node's parser ends a connection with; any other is `request-malformed`. */
const PARSER_FAULTS: ReadonlyMap<string | undefined, RequestFault> = new Map([
  ['HPE_HEADER_OVERFLOW', 'headers-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
]);

/** Written by hand: there is no response object to write it with. */
function rawReply(reply: RawReply): Buffer {
  const head = replyHead(reply, Date.now(), 'Connection: close\r\n') ?? '';
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(reply.body ?? '')]);
}
