import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type Dialect,
  type Fault,
  headerPairs,
  headerValue,
  type Reply,
  type RequestHead,
} from '@crossgate/dialects';
import type { Logger } from 'pino';
import { type Dispatcher, Pool } from 'undici';
import { announcesBody, BodyIncompleteError, requestBody } from '../request-body.ts';
import type { UpstreamConfig } from '../serve-config.ts';
import type { Backend, BackendCall } from './backend.ts';
import { endToEndHeaders } from './hop-by-hop.ts';
import { readUpstreamHead, type UpstreamHead } from './upstream-response.ts';

/** Answers of known length up to this are passed on when they are complete: an upstream that breaks off in one is a 502. */
const WHOLE_BYTES = 16 * 1024;
const LARGEST_HEAD_BYTES = 64 * 1024;

/** This process among the hops of a request (RFC 9110, section 7.6.3). A request that names it has been here. */
const HOP = `1.1 crossgate-${randomBytes(6).toString('hex')}`;

/**
 * The real service: requests go there as they came, but for the headers of the connection, and answers come back the
 * same way. What goes wrong in between is told in the words of the dialect.
 */
export function openUpstream(dialect: Dialect, config: UpstreamConfig, log: Logger): Backend {
  const url = new URL(config.url);
  const hostHeader = (config.host ?? dialect.gateway.host) === 'upstream' ? url.host : undefined;
  const pool = new Pool(url.origin, {
    connectTimeout: config.connectTimeoutSeconds * 1000,
    headersTimeout: config.headersTimeoutSeconds * 1000,
    bodyTimeout: config.idleTimeoutSeconds * 1000,
    maxHeaderSize: LARGEST_HEAD_BYTES,
  });

  function fail({ exchange }: BackendCall, fault: Fault, error: unknown): Reply {
    log.warn({ requestId: exchange.requestId, upstream: url.origin, err: error }, UPSTREAM_FAULTS);
    return dialect.replies.error(exchange, dialect.replies.fault(fault, exchange));
  }

  return {
    tenantExists: () => 'unknown',
    handle: async call => {
      const { request: head } = call.exchange;
      if (headerValue(head, 'via')?.includes(HOP)) {
        return fail(call, 'upstream-failed', new Error('the upstream leads back to this gateway'));
      }
      const options: Dispatcher.DispatchOptions & { readonly servername: string } = {
        path: originForm(head.target),
        method: head.method as Dispatcher.HttpMethod,
        headers: sentHeaders(head, hostHeader),
        body: announcesBody(call.request)
          ? Readable.from(requestBody(call.request).stream(), { objectMode: false })
          : null,
        servername: url.hostname,
      };
      try {
        return await send(pool, options, call);
      } catch (error) {
        if (error instanceof BodyIncompleteError) throw error;
        return fail(call, faultOf(error), error);
      }
    },
    close: () => pool.destroy(),
  };
}

const UPSTREAM_FAULTS = 'an upstream failed';

/** RFC 9112, section 3.2.1: what is sent to a server that is no proxy. Nothing of path and query is changed. */
function originForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

function sentHeaders(head: RequestHead, hostHeader: string | undefined): string[] {
  const sent: string[] = [];
  const via: string[] = [];
  for (const [name, value] of endToEndHeaders(headerPairs(head))) {
    const key = name.toLowerCase();
    if (key === 'via') via.push(value);
    else if (key !== 'host' || hostHeader === undefined) sent.push(name, value);
  }
  if (hostHeader !== undefined) sent.push('Host', hostHeader);
  sent.push('Via', [...via, HOP].join(', '));
  return sent;
}

/** Sends a request and gives the answer as soon as its head is there, or with a small body when that is complete. */
function send(pool: Pool, options: Dispatcher.DispatchOptions, { response }: BackendCall): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: UpstreamHead | undefined;
    let whole: Buffer[] | undefined;
    let stream: Readable | undefined;

    const onClientGone = (): void => controller?.abort(new BodyIncompleteError());
    const finish = (): void => {
      response.off('close', onClientGone);
    };
    response.once('close', onClientGone);

    pool.dispatch(options, {
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
        finish();
        if (stream) stream.push(null);
        else if (head) resolve(replyOf(head, Buffer.concat(whole ?? [])));
      },
      onResponseError: (_started, error) => {
        finish();
        if (stream) stream.destroy(error);
        reject(error);
      },
    });
  });
}

function replyOf({ status, reason, headers }: UpstreamHead, body: Reply['body']): Reply {
  return { status, reason, headers, ...(body && { body }), fromUpstream: true };
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

function faultOf(error: unknown): Fault {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (TIMEOUTS.has(code)) return 'upstream-timeout';
  if (code === 'UND_ERR_INVALID_ARG') return 'request-malformed';
  return syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    code.startsWith('ERR_TLS') ||
    code.includes('CERT')
    ? 'upstream-unreachable'
    : 'upstream-failed';
}
