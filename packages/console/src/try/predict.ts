import {
  browserRequest,
  type CompiledPolicy,
  type DescribedRequest,
  type Explanation,
  explainActual,
  explainPreflight,
  type FetchPrediction,
  predictFetch,
  preflightRequest,
  sentOrigin,
} from '@crossgate/core';
import { headersIn, type TriedRequest } from './try-query.ts';

/** What becomes of a request, or why no page can send it. */
export type Prediction =
  | {
      readonly kind: 'predicted';
      readonly prediction: FetchPrediction;
      /** Of the preflight where there is one, else of the request. Undefined where the browser sends nothing. */
      readonly explanation: Explanation | undefined;
    }
  | { readonly kind: 'no-origin' }
  /** @property sent what browsers send for it; undefined where nothing could be */
  | { readonly kind: 'not-an-origin'; readonly sent: string | undefined };

export function predict(policy: CompiledPolicy, request: TriedRequest): Prediction {
  const origin = request.origin.trim();
  if (origin === '') return { kind: 'no-origin' };
  if (sentOrigin(origin) !== origin) return { kind: 'not-an-origin', sent: sentOrigin(origin) };
  const described = describe({ ...request, origin });
  const asked = browserRequest(described);
  if (!asked) return { kind: 'no-origin' };
  const prediction = predictFetch(policy, asked);
  return { kind: 'predicted', prediction, explanation: explain(policy, described, prediction) };
}

function explain(
  policy: CompiledPolicy,
  described: DescribedRequest,
  { plan }: FetchPrediction,
): Explanation | undefined {
  if (plan.kind === 'blocked') return undefined;
  if (plan.preflight) return explainPreflight(policy, preflightRequest(described));
  const { pageOrigin, method, sendsOrigin } = plan;
  return sendsOrigin
    ? explainActual(policy, { origin: pageOrigin, method, responseHeaderNames: [] })
    : undefined;
}

function describe({ origin, url, method, headers, credentials }: TriedRequest): DescribedRequest {
  return {
    origin,
    url: url.trim(),
    method: method.trim() || 'GET',
    headers: headersIn(headers),
    credentials,
  };
}
