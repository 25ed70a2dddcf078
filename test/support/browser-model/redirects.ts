import { checkActual, type FetchResponse, planFetch } from '@crossgate/core';
import type { BrowserSite, PageFetch } from './browser-site.ts';
import { allowOrigin, type ScriptedCase, scriptFor } from './scripted-case.ts';

/** What is found where a redirect leads to: anybody may read it. */
export const LANDED: FetchResponse = { status: 200, headers: [['Access-Control-Allow-Origin', '*']] };

/** The query of such a place, by which requests for it are told apart. */
const LANDED_CASE = /[?&]case=(landed-[0-9]+)$/;

export function isLanding(url: string): boolean {
  return LANDED_CASE.test(url);
}

export interface RedirectCase extends ScriptedCase {
  /** Where it begins, an origin. */
  readonly base: string;
  readonly location: string;
}

/** Redirects of a page of `localhost`. `elsewhere` is an origin before the same server. */
export function redirectCases({ origins }: BrowserSite, elsewhere: string): readonly RedirectCase[] {
  const own = origins.localhost;
  const script = scriptFor(own);
  const ways: readonly (readonly [name: string, base: string, to: string])[] = [
    ['to its own origin', own, own],
    ['from its own origin to another', own, elsewhere],
    ['from another origin to the same', elsewhere, elsewhere],
    ['from another origin to the same, by a relative location', elsewhere, ''],
    ['from another origin to a third', elsewhere, origins.address],
    ['from another origin to its own', elsewhere, own],
    ['from another origin to an URL with credentials', elsewhere, elsewhere.replace('//', '//user@')],
    ['from another origin to no URL', elsewhere, 'http://'],
    ['from another origin to another scheme', elsewhere, 'data:,'],
  ];
  return ways.flatMap(([name, base, to], way) =>
    [301, 302, 303, 307, 308].map((status, i) => {
      const location = `${to}/?case=landed-${way * 5 + i}`;
      const headers = [allowOrigin(own), ['Location', location] as const];
      return { ...script(`${status} ${name}`, { actual: { status, headers } }), base, location };
    }),
  );
}

export interface RedirectObservation {
  readonly outcome: string;
  /** `Origin` where the redirect leads to; undefined when there is none, or nobody arrives. */
  readonly origin: string | undefined;
}

export function observedRedirect(
  { location }: RedirectCase,
  readable: boolean,
  exchangesOf: BrowserSite['exchangesOf'],
): RedirectObservation {
  const [arrival] = exchangesOf(LANDED_CASE.exec(location)?.[1] ?? '');
  return {
    outcome: readable ? 'readable' : 'blocked',
    origin: arrival?.headers.find(([name]) => name.toLowerCase() === 'origin')?.[1],
  };
}

/** What the model says, asked anew for the place that a redirect leads to. */
export function expectedRedirect(
  { actual }: RedirectCase,
  fetch: PageFetch,
  pageOrigin: string,
): RedirectObservation {
  const plan = planFetch({ pageOrigin, ...fetch });
  const verdict = plan.kind === 'planned' ? checkActual(plan, actual) : plan;
  if (verdict.kind !== 'redirected') return { outcome: verdict.kind, origin: undefined };
  const next = planFetch({ ...fetch, pageOrigin: verdict.pageOrigin, url: verdict.location });
  return {
    outcome: next.kind === 'planned' ? checkActual(next, LANDED).kind : next.kind,
    origin: next.kind === 'planned' && next.sendsOrigin ? next.pageOrigin : undefined,
  };
}
