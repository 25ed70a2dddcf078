import { corsCheck } from './cors-check.ts';
import { extractSeconds, extractTokens } from './header-list.ts';
import type { FetchPlan } from './plan-fetch.ts';
import type { FetchResponse } from './request.ts';
import { isSafelistedMethod } from './safelist.ts';
import { type Blocked, blocked } from './verdict.ts';

/** The answer to a preflight lets the actual request go. */
export interface PreflightPassed {
  readonly kind: 'passed';
  /** How long it may be kept, so that no other is sent; 0: not at all. */
  readonly maxAgeSeconds: number;
}

/** How long an answer is kept that does not say, or does not say it well (CORS-preflight fetch, step 7.9). */
const DEFAULT_MAX_AGE_SECONDS = 5;

/**
 * CORS-preflight fetch from step 7, for a plan that has a preflight.
 *
 * @param maxAgeLimitSeconds the limit that the browser sets, of {@link MAX_AGE_LIMIT_SECONDS} or none
 */
export function checkPreflight(
  plan: FetchPlan,
  response: FetchResponse,
  maxAgeLimitSeconds: number = Number.POSITIVE_INFINITY,
): PreflightPassed | Blocked {
  const refused =
    corsCheck(plan, response, 'preflight') ?? checkStatus(response) ?? checkLists(plan, response);
  if (refused) return refused;
  return { kind: 'passed', maxAgeSeconds: Math.min(maxAge(response), maxAgeLimitSeconds) };
}

/** A redirect is no answer to a preflight either. */
function checkStatus({ status }: FetchResponse): Blocked | undefined {
  if (status >= 200 && status <= 299) return undefined;
  const help = `answer the preflight with a status from 200 to 299, not ${status}`;
  return blocked('preflight', 'preflight-status', help);
}

function checkLists(plan: FetchPlan, response: FetchResponse): Blocked | undefined {
  const methods = extractTokens(response.headers, 'access-control-allow-methods');
  const names = extractTokens(response.headers, 'access-control-allow-headers');
  if (methods === 'failure') return malformed('preflight-methods-malformed', 'Access-Control-Allow-Methods');
  if (names === 'failure') return malformed('preflight-headers-malformed', 'Access-Control-Allow-Headers');
  return checkMethod(plan, methods ?? []) ?? checkHeaders(plan, names ?? []);
}

function malformed(
  step: 'preflight-methods-malformed' | 'preflight-headers-malformed',
  name: string,
): Blocked {
  return blocked('preflight', step, `write \`${name}\` as a list of tokens with \`,\` between`);
}

/** Step 7.5. Methods are case-sensitive, and three need not be named. */
function checkMethod(plan: FetchPlan, methods: readonly string[]): Blocked | undefined {
  const { method } = plan;
  if (isSafelistedMethod(method) || methods.includes(method) || coversAll(plan, methods)) return undefined;
  const help = `answer \`Access-Control-Allow-Methods\` with \`${method}\`${insteadOfAny(plan, methods)}`;
  return blocked('preflight', 'preflight-method', help);
}

/** Steps 7.6 and 7.7. Names are not case-sensitive; `Authorization` is the one that `*` never covers. */
function checkHeaders(plan: FetchPlan, names: readonly string[]): Blocked | undefined {
  const allowed = new Set(names.map(name => name.toLowerCase()));
  const missing = plan.preflight?.requestHeaders.filter(name => !allowed.has(name)) ?? [];
  if (missing.includes('authorization')) {
    const help = 'answer `Access-Control-Allow-Headers` with `authorization`: `*` does not stand for it';
    return blocked('preflight', 'preflight-authorization', help);
  }
  const [name] = missing;
  if (name === undefined || coversAll(plan, names)) return undefined;
  const help = `answer \`Access-Control-Allow-Headers\` with \`${name}\`${insteadOfAny(plan, names)}`;
  return blocked('preflight', 'preflight-header', help);
}

/** With credentials, `*` is a name like any other. */
function coversAll({ credentials }: FetchPlan, list: readonly string[]): boolean {
  return credentials !== 'include' && list.includes('*');
}

function insteadOfAny({ credentials }: FetchPlan, list: readonly string[]): string {
  return credentials === 'include' && list.includes('*') ? ': `*` is not for requests with credentials' : '';
}

function maxAge(response: FetchResponse): number {
  const seconds = extractSeconds(response.headers, 'access-control-max-age');
  return seconds === undefined || seconds === 'failure' ? DEFAULT_MAX_AGE_SECONDS : seconds;
}
