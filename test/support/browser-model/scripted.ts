import { checkActual, checkPreflight, type FetchPlan, planFetch } from '@crossgate/core';
import type { PageFetch } from './browser-site.ts';
import { sendAnswer, startTestServer, type TestServer } from './deciding-server.ts';
import { expectedOf, isPreflight, type Observation } from './observation.ts';
import { isLanding, LANDED } from './redirects.ts';
import type { ScriptedCase } from './scripted-case.ts';

/** Answers the case of the query `?case=INDEX` as it says, and what redirects lead to. */
export function startScriptedServer(cases: readonly ScriptedCase[]): Promise<TestServer> {
  return startTestServer(({ url = '', method = '', rawHeaders }, response) => {
    const scripted = cases[Number(new URL(url, 'http://scripted').searchParams.get('case'))];
    const headers = rawHeaders.map(name => [name, ''] as const);
    if (isLanding(url)) sendAnswer(response, '', LANDED);
    else if (!scripted) response.writeHead(404).end();
    else sendAnswer(response, '', isPreflight({ method, headers }) ? scripted.preflight : scripted.actual);
  });
}

/** @param base of the server, as an origin */
export function scriptedFetch(scripted: ScriptedCase, base: string, index: number): PageFetch {
  const { method, headers, credentials, times } = scripted;
  return { id: String(index), url: `${base}/?case=${index}`, method, headers, credentials, times };
}

/** What the model says will be seen of a case. */
export function scriptedExpectation(
  scripted: ScriptedCase,
  fetch: PageFetch,
  pageOrigin: string,
): Observation {
  const { preflight, actual } = scripted;
  const plan = planFetch({ pageOrigin, ...fetch });
  if (plan.kind === 'blocked') return expectedOf(fetch, plan, undefined, undefined, plan);
  const asked = plan.preflight && checkPreflight(plan, preflight);
  if (asked?.kind === 'blocked') return expectedOf(fetch, plan, preflight, undefined, asked);
  return expectedOf(fetch, plan, asked && preflight, actual, checkActual(plan, actual));
}

/** How many preflights the model says are sent for a case that is fetched `times` times. */
export function expectedPreflights(
  { preflight, times }: ScriptedCase,
  plan: FetchPlan,
  maxAgeLimitSeconds: number,
): number {
  const checked = checkPreflight(plan, preflight, maxAgeLimitSeconds);
  return checked.kind === 'passed' && checked.maxAgeSeconds > 0 ? 1 : times;
}
