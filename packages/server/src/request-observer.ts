import { type Exchange, headerValue, type Reply } from '@crossgate/dialects';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/** What came of a request, as far as CORS goes. */
export interface Outcome {
  readonly kind: 'preflight' | 'policy' | 'data' | 'malformed';
  readonly result: 'allowed' | 'refused' | 'not-cors';
  /** Empty unless it was refused. */
  readonly reason: string;
}

/** Counts a request and writes its log line. `started` is of `performance.now()`. */
export type RequestObserver = (exchange: Exchange, reply: Reply, outcome: Outcome, started: number) => void;

/** One line a request at debug, refusals at info: what an operator looks for when a page does not work. */
export function openRequestObserver(dialect: string, metrics: Metrics, log: Logger): RequestObserver {
  const requests = metrics.counter('crossgate_requests_total', 'Requests by what CORS made of them.', [
    'dialect',
    'kind',
    'outcome',
    'reason',
  ]);
  const durations = metrics.histogram(
    'crossgate_request_duration_seconds',
    'Time from the head of the request to the head of the answer.',
    ['dialect', 'kind'],
  );
  return (exchange, reply, { kind, result, reason }, started) => {
    requests.increment(dialect, kind, result, reason);
    durations.observe((performance.now() - started) / 1000, dialect, kind);
    const level = result === 'refused' ? 'info' : 'debug';
    if (!log.isLevelEnabled(level)) return;
    const { request, location, requestId } = exchange;
    log[level](
      {
        requestId,
        kind,
        outcome: result,
        ...(reason && { reason }),
        method: request.method,
        // Without the query, in which presigned URLs have their signature.
        path: location.path,
        tenant: location.tenant,
        origin: headerValue(request, 'origin'),
        requestMethod: headerValue(request, 'access-control-request-method'),
        requestHeaders: headerValue(request, 'access-control-request-headers'),
        status: reply.status,
        ...(reply.errorCode && { code: reply.errorCode }),
      },
      'request',
    );
  };
}
