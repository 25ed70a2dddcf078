import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import type { Dialect, Fault, Reply } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { announcesBody, BodyError, bodyIncomplete, requestBody } from '../request-body.ts';
import type { UpstreamConfig } from '../serve-config.ts';
import type { Backend, BackendCall } from './backend.ts';
import { dispatchWithLengthZero } from './length-zero.ts';
import {
  describeError,
  faultOf,
  isGivenUp,
  isLostConnection,
  type UpstreamFailure,
} from './upstream-fault.ts';
import { type Destination, hasBeenHere, type UpstreamRequest, upstreamRequest } from './upstream-request.ts';
import { readUpstreamHead, type UpstreamHead } from './upstream-response.ts';

/**
 * Bodies of known length up to this are passed on when they are complete, both ways: an upstream that breaks off in one is
 * a 502.
 */
const WHOLE_BYTES = 16 * 1024;
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
  const pool = new Pool(url.origin, {
    connect: connectorTo(url.hostname, config.connectTimeoutSeconds * 1000),
    headersTimeout: config.headersTimeoutSeconds * 1000,
    bodyTimeout: config.idleTimeoutSeconds * 1000,
    maxHeaderSize: LARGEST_HEAD_BYTES,
  });
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

  function passOn(call: BackendCall, request: UpstreamRequest): Promise<Reply> {
    return send(pool, request, call, brokeOff).then(answered, (error: unknown) => {
      const isWorthIt = isRepeatable(request) && isLostConnection(error) && !call.response.destroyed;
      if (!isWorthIt) return answeredBy(() => failed(call, error));
      return send(pool, request, call, brokeOff).then(answered, (again: unknown) =>
        answeredBy(() => failed(call, again)),
      );
    });
  }

  /** A small body is sent when all of it is there: in one piece with the head. */
  function passOnWhole(call: BackendCall, request: UpstreamRequest): Promise<Reply> {
    return requestBody(call.request)
      .read(WHOLE_BYTES)
      .then(
        body => {
          if (body === 'too-large') throw new Error('a body has more than its Content-Length');
          return passOn(call, withBody(request, body));
        },
        (error: unknown) => answeredBy(() => failed(call, error)),
      );
  }

  function answered(reply: Reply): Reply {
    waiting -= 1;
    if (waiting === 0) allAnswered?.();
    return reply;
  }

  function answeredBy(reply: () => Reply): Reply {
    try {
      return reply();
    } finally {
      waiting -= 1;
      if (waiting === 0) allAnswered?.();
    }
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
      if (!announcesBody(call.request)) return passOn(call, request);
      if (hasSmallBody(call.request)) return passOnWhole(call, request);
      const body = Readable.from(requestBody(call.request).stream(), { objectMode: false });
      return passOn(call, withBody(request, body));
    },
    retire: async () => {
      // A request may need the pool once more. What is being answered is waited for by the pool itself.
      if (waiting > 0) await new Promise<void>(resolve => (allAnswered = resolve));
      if (!pool.destroyed) await pool.close();
    },
    close: () => pool.destroy(),
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

/** RFC 9110, section 9.2.2: sent twice, it is as if it were sent once. A body is not sent twice. */
function isRepeatable({ options: { method, body } }: UpstreamRequest): boolean {
  return body === null && ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'].includes(method);
}

/**
 * Sends a request and gives the answer as soon as its head is there, or with a small body when that is complete.
 * `brokeOff` is told of what ends an answer after that.
 */
function send(
  pool: Pool,
  { options, hasLengthZero }: UpstreamRequest,
  call: BackendCall,
  brokeOff: (call: BackendCall, error: Error) => void,
): Promise<Reply> {
  const { response } = call;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: UpstreamHead | undefined;
    let whole: Buffer[] | undefined;
    let stream: Readable | undefined;

    let isOver = false;

    const onClientGone = (): void => {
      if (!isOver) controller?.abort(bodyIncomplete());
    };
    // It is emitted once, and then the response is forgotten: taking the listener off after an answer would cost more.
    response.on('close', onClientGone);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: started => {
        controller = started;
        if (response.destroyed) onClientGone();
      },
      onResponseStart: (started, status, _headers, reason = '') => {
        if (status < 200) return;
        const raw = started.rawHeaders;
        head = readUpstreamHead(status, reason, Array.isArray(raw) ? raw : []);
        if (!head) {
          started.abort(new Error('the head of the answer has what no header can have'));
          return;
        }
        if (status === 204 || status === 304) {
          // No content, whatever its headers say of a length: undici misses it in a 304, and fails the request.
          resolve(replyOf(head, undefined));
          return;
        }
        if (head.lengthBytes !== undefined && head.lengthBytes <= WHOLE_BYTES) {
          whole = [];
          return;
        }
        stream = new Readable({
          read: () => started.resume(),
          destroy: (error, done) => {
            if (error) started.abort(error);
            done(error);
          },
        });
        resolve(replyOf(head, stream));
      },
      onResponseData: (started, chunk) => {
        if (whole) whole.push(chunk);
        else if (stream && !stream.push(chunk)) started.pause();
      },
      onResponseEnd: () => {
        isOver = true;
        if (stream) stream.push(null);
        else if (head) resolve(replyOf(head, whole?.length === 1 ? whole[0] : Buffer.concat(whole ?? [])));
      },
      onResponseError: (_started, error) => {
        isOver = true;
        // The response may still be there for another attempt, and has room for few listeners.
        response.off('close', onClientGone);
        if (stream) brokeOff(call, error);
        stream?.destroy(error);
        reject(error);
      },
    };
    if (hasLengthZero) dispatchWithLengthZero(pool, options, handler);
    else pool.dispatch(options, handler);
  });
}

function replyOf({ status, reason, headers }: UpstreamHead, body: Reply['body']): Reply {
  return body === undefined
    ? { status, reason, headers, fromUpstream: true }
    : { status, reason, headers, body, fromUpstream: true };
}
