import type { Blocked, FetchPlan, FetchResponse, HeaderList, ResponseHeader, Verdict } from '@crossgate/core';
import type { PageFetch, PageOutcome } from './browser-site.ts';
import type { RecordedExchange } from './recording-gateway.ts';

/** What can be seen of a fetch: by the server, and by the page. */
export interface Observation {
  /** The lines by which a preflight asks, sorted; undefined when none is sent. */
  readonly preflight: HeaderList | undefined;
  /** Undefined when it is not sent. */
  readonly actual: ActualObservation | undefined;
  /** What the answers say of CORS, sorted. */
  readonly preflightAnswer: FetchResponse | undefined;
  readonly actualAnswer: FetchResponse | undefined;
  readonly outcome: string;
  readonly headerNames: readonly string[] | undefined;
}

interface ActualObservation {
  readonly method: string;
  readonly origin: string | undefined;
  /** The values of the headers that the page gave; undefined for one that is not sent. */
  readonly given: readonly (string | undefined)[];
}

/** What was seen. */
export function observed(
  fetch: PageFetch,
  exchanges: readonly RecordedExchange[],
  outcome: PageOutcome | undefined,
): Observation {
  const preflight = exchanges.find(isPreflight);
  const actual = exchanges.find(exchange => !isPreflight(exchange));
  if (exchanges.length > (preflight ? 1 : 0) + (actual ? 1 : 0)) throw new Error('a request was sent again');
  return {
    preflight: preflight && askingLines(preflight.headers),
    actual: actual && actualOf(fetch, actual.method, actual.headers, joinedValue(actual.headers, 'origin')),
    preflightAnswer: preflight && corsOf(preflight.response),
    actualAnswer: actual && corsOf(actual.response),
    outcome: outcome?.kind === 'readable' ? `readable ${outcome.status}` : (outcome?.error ?? 'none'),
    headerNames: outcome?.kind === 'readable' ? outcome.headerNames : undefined,
  };
}

/** What is seen when a plan meets these answers, and ends in this verdict. */
export function expectedOf(
  fetch: PageFetch,
  plan: FetchPlan | Blocked,
  preflight: FetchResponse | undefined,
  actual: FetchResponse | undefined,
  verdict: Verdict,
): Observation {
  const sent = plan.kind === 'planned' ? plan : undefined;
  const origin = sent?.sendsOrigin ? sent.pageOrigin : undefined;
  return {
    preflight: sent?.preflight && askingLines(sent.preflight.headers),
    actual: actual && sent && actualOf(fetch, sent.method, sent.headers, origin),
    preflightAnswer: preflight && corsOf(preflight),
    actualAnswer: actual && corsOf(actual),
    outcome: verdict.kind === 'readable' ? `readable ${verdict.status}` : 'TypeError',
    headerNames: verdict.kind === 'readable' ? verdict.exposedHeaders : undefined,
  };
}

/** Where two observations differ, for people; undefined when they do not. */
export function difference(name: string, seen: Observation, expected: Observation): string | undefined {
  const keys = Object.keys(expected) as (keyof Observation)[];
  const parts = keys
    .map(key => [key, JSON.stringify(seen[key]), JSON.stringify(expected[key])])
    .filter(([, is, should]) => is !== should)
    .map(([key, is, should]) => `${key}: ${is}, not ${should}`);
  return parts.length === 0 ? undefined : [name, ...parts].join('\n  ');
}

export function isPreflight({ method, headers }: Pick<RecordedExchange, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && joinedValue(headers, 'access-control-request-method') !== undefined;
}

export function isOfCors([name, value]: ResponseHeader): boolean {
  return name.startsWith('Access-Control-') || (name === 'Vary' && value === 'Origin');
}

/** Headers that a browser sends by itself are not told apart from those that the page gave. */
const OF_BROWSERS = /^(?:accept-encoding|connection|cookie|date|dnt|host|origin|referer|te|sec-.*)$/i;

function actualOf(
  fetch: PageFetch,
  method: string,
  headers: HeaderList,
  origin: string | undefined,
): ActualObservation {
  const given = fetch.headers.map(([name]) => name).filter(name => !OF_BROWSERS.test(name));
  return { method, origin, given: given.map(name => joinedValue(headers, name)) };
}

function joinedValue(headers: HeaderList, name: string): string | undefined {
  const values = headers.filter(([each]) => each.toLowerCase() === name.toLowerCase());
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(', ');
}

function askingLines(headers: HeaderList): HeaderList {
  return headers
    .filter(([name]) => /^(?:origin|access-control-.*|authorization|cookie)$/i.test(name))
    .toSorted();
}

function corsOf({ status, headers }: FetchResponse): FetchResponse {
  const lines = headers.filter(isOfCors).map(([name, value]) => [name, value.trim()] as const);
  return { status, headers: lines.toSorted() };
}
