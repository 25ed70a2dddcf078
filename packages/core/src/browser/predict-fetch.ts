import type { CompiledPolicy } from '../compile.ts';
import { decideActual, decidePreflight } from '../decide.ts';
import type { ActualDecision, PreflightDecision } from '../decision.ts';
import { checkActual } from './check-actual.ts';
import { checkPreflight, type PreflightPassed } from './check-preflight.ts';
import { getHeader } from './header-list.ts';
import { type FetchPlan, planFetch } from './plan-fetch.ts';
import type { BrowserRequest, FetchResponse } from './request.ts';
import type { Blocked, Verdict } from './verdict.ts';

/** What becomes of a `fetch` of a page to a service with a policy, step by step. */
export interface FetchPrediction {
  readonly plan: FetchPlan | Blocked;
  /** Undefined when none is sent. */
  readonly preflight: PreflightExchange | undefined;
  /** Undefined when it is not sent. */
  readonly actual: ActualExchange | undefined;
  readonly verdict: Verdict;
}

export interface PreflightExchange {
  readonly decision: Decision;
  readonly response: FetchResponse;
  readonly verdict: PreflightPassed | Blocked;
}

export interface ActualExchange {
  readonly decision: Decision;
  readonly response: FetchResponse;
}

type Decision = ActualDecision | Exclude<PreflightDecision, { kind: 'not-a-preflight' }>;

/**
 * @param own What the service answers to the actual request, apart from CORS: its status and its own headers
 * @param maxAgeLimitSeconds as of {@link checkPreflight}
 */
export function predictFetch(
  policy: CompiledPolicy,
  request: BrowserRequest,
  own: FetchResponse = { status: 200, headers: [] },
  maxAgeLimitSeconds?: number,
): FetchPrediction {
  const plan = planFetch(request);
  if (plan.kind === 'blocked') return { plan, preflight: undefined, actual: undefined, verdict: plan };
  let preflight: PreflightExchange | undefined;
  if (plan.preflight) {
    const { headers } = plan.preflight;
    const exchange = answerOptions(policy, name => getHeader(headers, name), own);
    preflight = { ...exchange, verdict: checkPreflight(plan, exchange.response, maxAgeLimitSeconds) };
    if (preflight.verdict.kind === 'blocked') {
      return { plan, preflight, actual: undefined, verdict: preflight.verdict };
    }
  }
  const origin = plan.sendsOrigin ? plan.pageOrigin : undefined;
  const actual =
    plan.method === 'OPTIONS'
      ? answerOptions(policy, name => (name === 'origin' ? origin : undefined), own)
      : answerActual(policy, plan.method, origin, own);
  return { plan, preflight, actual, verdict: checkActual(plan, actual.response) };
}

/** A service cannot tell an actual `OPTIONS` from a preflight but by what it lacks. */
function answerOptions(
  policy: CompiledPolicy,
  header: (name: string) => string | undefined,
  own: FetchResponse,
): ActualExchange {
  const origin = header('origin');
  const decision = decidePreflight(policy, {
    origin,
    requestMethod: header('access-control-request-method'),
    requestHeaders: header('access-control-request-headers'),
  });
  if (decision.kind === 'not-a-preflight') return answerActual(policy, 'OPTIONS', origin, own);
  return { decision, response: { status: decision.status, headers: [...own.headers, ...decision.headers] } };
}

function answerActual(
  policy: CompiledPolicy,
  method: string,
  origin: string | undefined,
  own: FetchResponse,
): ActualExchange {
  const responseHeaderNames = own.headers.map(([name]) => name);
  const decision = decideActual(policy, { origin, method, responseHeaderNames });
  return { decision, response: { status: own.status, headers: [...own.headers, ...decision.headers] } };
}
