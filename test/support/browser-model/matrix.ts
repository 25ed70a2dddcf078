import { predictFetch } from '@crossgate/core';
import { PAGES, type PageFetch, type PageName } from './browser-site.ts';
import { ALL_METHODS, METHODS_IN_UPPER_CASE, matrixRequest } from './matrix-requests.ts';
import type { MatrixServices, MatrixTarget } from './matrix-services.ts';
import { expectedOf, isOfCors, isPreflight, type Observation } from './observation.ts';
import type { RecordedExchange } from './recording-gateway.ts';

/** One fetch of one page, and where it goes. */
export interface MatrixCase {
  readonly name: string;
  readonly page: PageName;
  readonly target: MatrixTarget;
  readonly fetch: PageFetch;
}

/**
 * Every page to every target, with `perPage` requests. Each has a URL of its own, so that no cache has a say. Node's
 * parser knows no method in lower case: there is no `patch` where no preflight may stop it, to the page's own origin
 * and where a rule can allow any method.
 */
export function matrixCases({ site, targets }: MatrixServices, perPage: number): readonly MatrixCase[] {
  const cases: MatrixCase[] = [];
  for (const target of targets) {
    for (const page of PAGES) {
      for (let i = 0; i < perPage; i++) {
        const id = String(cases.length);
        const isOwn = new URL(target.url).origin === site.origins[page];
        const anyIsSent = isOwn || target.policy.profile.methods.any;
        const request = matrixRequest(anyIsSent ? METHODS_IN_UPPER_CASE : ALL_METHODS, cases.length);
        const { method, headers, credentials } = request;
        cases.push({
          name: `${page} -> ${target.name}: ${method} ${JSON.stringify(headers)} ${credentials}`,
          page,
          target,
          fetch: { id, url: `${target.url}?case=${id}`, ...request, times: 1 },
        });
      }
    }
  }
  return cases;
}

/** What the model says will be seen, when the service answers the actual request with headers of its own as it did. */
export function matrixExpectation(
  { page, target, fetch }: MatrixCase,
  origins: Readonly<Record<PageName, string>>,
  exchanges: readonly RecordedExchange[],
): Observation {
  const own = exchanges.find(exchange => !isPreflight(exchange))?.response;
  const { plan, preflight, actual, verdict } = predictFetch(
    target.policy,
    { pageOrigin: origins[page], ...fetch },
    own && { status: own.status, headers: own.headers.filter(header => !isOfCors(header)) },
  );
  return expectedOf(fetch, plan, preflight?.response, actual?.response, verdict);
}
