import { corsCheck } from './cors-check.ts';
import { extractTokens, getHeader } from './header-list.ts';
import { type FetchPlan, redirectTarget } from './plan-fetch.ts';
import type { FetchResponse } from './request.ts';
import { isForbiddenResponseHeader, SAFELISTED_RESPONSE_HEADERS } from './response-headers.ts';
import { blocked, type Verdict } from './verdict.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The answer to the actual request: HTTP fetch from its CORS check on, and what the page can read of it. */
export function checkActual(plan: FetchPlan, response: FetchResponse): Verdict {
  const refused = plan.isCrossOrigin ? corsCheck(plan, response, 'actual') : undefined;
  if (refused) return refused;
  const location = getHeader(response.headers, 'location');
  if (REDIRECTS.has(response.status) && location !== undefined) return redirect(plan, location);
  return { kind: 'readable', status: response.status, exposedHeaders: exposedHeaders(plan, response) };
}

function redirect(plan: FetchPlan, to: string): Verdict {
  const target = redirectTarget(plan, to);
  return target === undefined
    ? blocked('actual', 'redirect-location', `redirect to an HTTP URL without credentials, not to \`${to}\``)
    : { kind: 'redirected', location: target.url, pageOrigin: target.pageOrigin };
}

/** Filtered responses: a CORS one shows the safelist and what is exposed, any other shows all. */
function exposedHeaders(plan: FetchPlan, response: FetchResponse): readonly string[] {
  const present = new Set(response.headers.map(([name]) => name.toLowerCase()));
  const isExposed = plan.isCrossOrigin ? exposure(plan, response) : () => true;
  return [...present].filter(name => !isForbiddenResponseHeader(name) && isExposed(name)).sort();
}

/** HTTP fetch, where it reads `Access-Control-Expose-Headers`. A list that cannot be read exposes nothing. */
function exposure({ credentials }: FetchPlan, { headers }: FetchResponse): (name: string) => boolean {
  const extracted = extractTokens(headers, 'access-control-expose-headers');
  const list = extracted === undefined || extracted === 'failure' ? [] : extracted;
  if (credentials !== 'include' && list.includes('*')) return () => true;
  const names = new Set([...SAFELISTED_RESPONSE_HEADERS, ...list.map(name => name.toLowerCase())]);
  return name => names.has(name);
}
