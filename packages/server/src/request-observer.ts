import { type Exchange, headerValue, type Reply } from '@crossgate/dialects';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/** What came of a request, as far as CORS goes. */
export interface Outcome {
  readonly kind: 'preflight' | 'policy' | 'data' | 'malformed';
  /** `limited`: one too many, by the rate of whom the reason names. */
  readonly result: 'allowed' | 'refused' | 'not-cors' | 'limited';
  /** Empty unless it was refused or limited. */
  readonly reason: string;
}

/** Counts a request and writes its log line. `started` is of `performance.now()`. */
export type RequestObserver = (exchange: Exchange, reply: Reply, outcome: Outcome, started: number) => void;

/** Between two lines of requests that were one too many: a flood of them must not become one of lines. */
const LIMITED_EVERY_MS = 1_000;

/**
 * One line a request at debug, refusals at info: what an operator looks for when a page does not work. Of those that were
 * one too many there is a line at info now and then, with how many had none.
 */
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
  const failures = metrics.counter(
    'crossgate_failed_requests_total',
    'Requests that were answered with 500 or 503 because something is wrong here.',
    ['dialect', 'kind'],
  );
  const countersOf = ({ kind, result, reason }: Outcome) => ({
    kind,
    result,
    reason,
    requests: requests.of(dialect, kind, result, reason),
    durations: durations.of(dialect, kind),
  });
  /** Those of the last request: the next one mostly ends the same way, and looking them up costs more than counting. */
  let counters: ReturnType<typeof countersOf> | undefined;
  let limitedSince = 0;
  let lastLimited = Number.NEGATIVE_INFINITY;
  return (exchange, reply, outcome, started) => {
    const { kind, result, reason } = outcome;
    if (counters?.result !== result || counters.reason !== reason || counters.kind !== kind) {
      counters = countersOf(outcome);
    }
    counters.requests.increment();
    if (isFailure(reply) && result !== 'limited') failures.increment(dialect, kind);
    counters.durations.observe((performance.now() - started) / 1000);
    const isSample = result === 'limited' && started - lastLimited >= LIMITED_EVERY_MS;
    const level = result === 'refused' || isSample ? 'info' : 'debug';
    if (result === 'limited' && !isSample) limitedSince += 1;
    if (!log.isLevelEnabled(level)) return;
    const untold = isSample ? limitedSince : 0;
    if (isSample) {
      limitedSince = 0;
      lastLimited = started;
    }
    const { request, location, requestId } = exchange;
    log[level](
      {
        requestId,
        kind,
        outcome: result,
        ...(reason && { reason }),
        ...(untold > 0 && { untold }),
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

function isFailure({ status, fromUpstream }: Reply): boolean {
  return !fromUpstream && (status === 500 || status === 503);
}
