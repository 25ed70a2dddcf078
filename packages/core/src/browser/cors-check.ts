import { getHeader } from './header-list.ts';
import type { FetchPlan } from './plan-fetch.ts';
import type { FetchResponse } from './request.ts';
import { type Blocked, blocked } from './verdict.ts';

/**
 * Whether the page may have the response at all (Fetch, "CORS check"): undefined when it may. Comparison is of bytes,
 * `true` included.
 */
export function corsCheck(
  plan: FetchPlan,
  response: FetchResponse,
  phase: 'preflight' | 'actual',
): Blocked | undefined {
  const { pageOrigin, credentials } = plan;
  const allowOrigin = getHeader(response.headers, 'access-control-allow-origin');
  const wanted = `answer \`Access-Control-Allow-Origin: ${pageOrigin}\``;
  if (allowOrigin === undefined) return blocked(phase, 'allow-origin-missing', wanted);
  if (allowOrigin === '*') {
    return credentials === 'include'
      ? blocked(phase, 'allow-origin-any', `${wanted}: \`*\` is not for requests with credentials`)
      : undefined;
  }
  if (allowOrigin !== pageOrigin) {
    return blocked(phase, 'allow-origin-different', `${wanted}, which is not \`${allowOrigin}\``);
  }
  if (credentials !== 'include') return undefined;
  return getHeader(response.headers, 'access-control-allow-credentials') === 'true'
    ? undefined
    : blocked(
        phase,
        'allow-credentials',
        'answer `Access-Control-Allow-Credentials: true`, or fetch without credentials',
      );
}
