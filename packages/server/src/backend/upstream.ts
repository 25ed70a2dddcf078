import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import type { Dialect, Fault, Reply } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { buildConnector, Pool } from 'undici';
import { announcesBody, BodyError, requestBody } from '../request-body.ts';
import type { UpstreamConfig } from '../serve-config.ts';
import type { Backend, BackendCall } from './backend.ts';
import { type Connections, forward, type Outcomes, WHOLE_BYTES } from './forward.ts';
import { describeError, faultOf, isGivenUp, type UpstreamFailure } from './upstream-fault.ts';
import { type Destination, hasBeenHere, type UpstreamRequest, upstreamRequest } from './upstream-request.ts';

const LARGEST_HEAD_BYTES = 64 * 1024;

/**
 * The real service: requests go there as they came, but for the headers of the connection, and answers come back the
 * same way. What goes wrong in between is told in the words of the dialect, and counted once for a request.
 */
export function openUpstream(
  dialect: Dialect,
  config: UpstreamConfig,
  count: (failure: UpstreamFailure) => void,
  log: Logger,
): Backend {
  const url = new URL(config.url);
  const options: Pool.Options = {
    connect: connectorTo(url.hostname, config.connectTimeoutSeconds * 1000),
    headersTimeout: config.headersTimeoutSeconds * 1000,
    bodyTimeout: config.idleTimeoutSeconds * 1000,
    maxHeaderSize: LARGEST_HEAD_BYTES,
  };
  const kept = new Pool(url.origin, options);
  // undici opens another connection in the place of one whose request was given up: it must not be there for the next one.
  const fresh = new Pool(url.origin, { ...options, pipelining: 0, keepAliveTimeout: 1 });
  const connections: Connections = { kept, fresh };
  const destination: Destination = {
    host: (config.host ?? dialect.gateway.host) === 'upstream' ? url.host : undefined,
    servername: url.hostname,
  };

  let waiting = 0;
  let allAnswered: (() => void) | undefined;

  function tell({ exchange }: BackendCall, error: unknown): void {
    const { requestId } = exchange;
    log.warn({ requestId, upstream: url.origin, ...describeError(error) }, 'an upstream failed');
  }

  function fault({ exchange }: BackendCall, kind: Fault): Reply {
    return dialect.replies.error(exchange, dialect.replies.fault(kind, exchange));
  }

  function failed(call: BackendCall, error: unknown): Reply {
    if (error instanceof BodyError) throw error;
    if (isGivenUp(error)) return fault(call, 'unavailable');
    tell(call, error);
    const kind = faultOf(error);
    if (kind !== 'request-malformed') count(kind);
    return fault(call, kind);
  }

  function brokeOff(call: BackendCall, error: Error): void {
    if (call.response.destroyed || isGivenUp(error)) return;
    tell(call, error);
    count('upstream-broke-off');
  }

  function answered(): void {
    waiting -= 1;
    if (waiting === 0) allAnswered?.();
  }

  const outcomes: Outcomes = { answered, failed, brokeOff };

  /** A small body is sent when all of it is there: in one piece with the head. */
  function forwardWhole(call: BackendCall, request: UpstreamRequest): Promise<Reply> {
    return requestBody(call.request)
      .read(WHOLE_BYTES)
      .then(
        body => {
          // It has no more than its Content-Length.
          if (body === 'too-large') throw new Error('a small body was too large');
          return forward(connections, withBody(request, body), call, outcomes);
        },
        (error: unknown) => {
          answered();
          throw error;
        },
      );
  }

  return {
    tenantExists: () => 'unknown',
    handle: call => {
      if (hasBeenHere(call.exchange.request)) {
        return Promise.resolve(failed(call, new Error('the upstream leads back to this gateway')));
      }
      const problem = call.authorizer.upstreamProblem(call.exchange);
      if (problem) return Promise.resolve(dialect.replies.error(call.exchange, problem));
      const request = upstreamRequest(call, destination);
      if (!request) return Promise.resolve(fault(call, 'request-malformed'));
      waiting += 1;
      if (!announcesBody(call.request)) return forward(connections, request, call, outcomes);
      if (hasSmallBody(call.request)) return forwardWhole(call, request);
      const body = Readable.from(requestBody(call.request).stream(), { objectMode: false });
      return forward(connections, withBody(request, body), call, outcomes);
    },
    retire: async () => {
      // A request may need a pool once more. What is being answered is waited for by the pools themselves.
      if (waiting > 0) await new Promise<void>(resolve => (allAnswered = resolve));
      if (!kept.destroyed) await Promise.all([kept.close(), fresh.close()]);
    },
    close: async () => {
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}

/** undici would ask for the host of the request, whoever is connected to, and take an address for a name. */
function connectorTo(hostname: string, timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout });
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return isAddress ? (options, callback) => connect({ ...options, servername: '' }, callback) : connect;
}

function withBody(request: UpstreamRequest, body: Uint8Array | Readable): UpstreamRequest {
  return { ...request, options: { ...request.options, body } };
}

function hasSmallBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length !== undefined && length !== '0' && Number(length) <= WHOLE_BYTES;
}
