import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { ResponseHeader } from '@crossgate/core';
import type {
  Analytics,
  Dialect,
  Exchange,
  Reply,
  RequestHead,
  Usage,
  UsageMeasures,
} from '@crossgate/dialects';
import type { PolicyStore } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import type { UsageLog } from './usage-log.ts';

/** An answer that is on its way. */
export interface AnsweredRequest {
  readonly exchange: Exchange;
  readonly reply: Reply;
  readonly delivery: Delivery;
  /** When the request came, of `performance.now()`. */
  readonly started: number;
}

/** How a request came, and how its answer goes. */
export interface Delivery {
  /** Of the client. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** That the request announced. */
  readonly bodyBytes: number;
  /** Calls back when the answer has been handed to the system, or nobody is there any more. */
  readonly onceSent: (then: () => void) => void;
}

export function httpDelivery({ socket, headers }: IncomingMessage, response: ServerResponse): Delivery {
  return {
    address: socket.remoteAddress,
    port: socket.remotePort,
    bodyBytes: Number(headers['content-length'] ?? 0),
    onceSent: then => response.once('close', then),
  };
}

/** Counts a request as the service accounts for it, and writes a line where the tenant keeps a log. */
export type UsageRecorder = (answered: AnsweredRequest) => void;

const DAY_MS = 24 * 60 * 60 * 1000;

export function openUsageRecorder(
  dialect: Dialect,
  analytics: Analytics,
  policies: PolicyStore,
  metrics: Metrics,
  usageLog: UsageLog,
  log: Logger,
): UsageRecorder {
  const requests = metrics.counter(
    'crossgate_analytics_requests_total',
    'Requests as the service accounts for them: its operations, statuses and what it bills.',
    ['dialect', 'operation', 'status', 'billable'],
  );
  /** The file that a tenant wrote to last: with the next one, old ones are looked for. */
  const lastFiles = new Map<string, string>();

  function writeLine(
    answered: AnsweredRequest,
    usage: Usage,
    tenant: string,
    keptDays: number | undefined,
  ): void {
    const { exchange, reply, delivery, started } = answered;
    const serverMilliseconds = performance.now() - started;
    delivery.onceSent(() => {
      const measures: UsageMeasures = {
        elapsedMilliseconds: performance.now() - started,
        serverMilliseconds,
        client: `${delivery.address ?? ''}:${delivery.port ?? ''}`,
        requestHeaderBytes: requestHeaderBytes(exchange.request),
        requestBodyBytes: delivery.bodyBytes,
        responseHeaderBytes: responseHeaderBytes(reply),
        responseBodyBytes: bodyBytes(reply),
      };
      const file = analytics.file(exchange.receivedAt);
      usageLog.append(tenant, file, analytics.line(usage, exchange, reply, measures));
      if (keptDays === undefined || lastFiles.get(tenant) === file) return;
      lastFiles.set(tenant, file);
      usageLog.removeOlder(tenant, Date.now() - keptDays * DAY_MS).catch((error: unknown) => {
        log.error({ err: error, tenant }, 'old logs of use could not be removed');
      });
    });
  }

  return answered => {
    try {
      record(answered);
    } catch (error) {
      log.error(
        { err: error, requestId: answered.exchange.requestId },
        'a request could not be accounted for',
      );
    }
  };

  function record(answered: AnsweredRequest): void {
    const { exchange, reply } = answered;
    const usage = analytics.classify(exchange, reply);
    if (!usage) return;
    requests.increment(dialect.id, usage.operation, usage.status, String(usage.billable));
    const { tenant } = exchange.location;
    if (tenant === undefined || !dialect.isTenantName(tenant)) return;
    const settings = policies.get({ dialect: dialect.id, tenant })?.settings;
    if (analytics.isLogged(usage, exchange, settings)) {
      writeLine(answered, usage, tenant, analytics.retentionDays(settings));
    }
  }
}

function requestHeaderBytes({ method, target, rawHeaders }: RequestHead): number {
  // The request line, and `: ` with a line break for each header.
  let bytes = method.length + target.length + ' HTTP/1.1'.length + 3 + 2;
  for (const part of rawHeaders) bytes += part.length + 2;
  return bytes;
}

/** Without what the HTTP server adds for the connection. */
function responseHeaderBytes({ status, reason, headers }: Reply): number {
  const statusLine = `HTTP/1.1 ${status} ${reason ?? STATUS_CODES[status] ?? ''}`;
  return headers.reduce(
    (bytes, [name, value]: ResponseHeader) => bytes + name.length + value.length + 4,
    statusLine.length + 4,
  );
}

function bodyBytes({ body }: Reply): number {
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
}
