import { planFetch } from './browser/plan-fetch.ts';
import type { BrowserRequest, CredentialsMode } from './browser/request.ts';
import type { PreflightRequest } from './decision.ts';

/** The URL standard's class. Browsers, workers and Node have it; the language's own declarations do not. */
declare class URL {
  constructor(url: string);
  readonly origin: string;
}

/** A request of a page, as a person tells of it: not all of it may be known. */
export interface DescribedRequest {
  readonly origin: string | undefined;
  readonly method: string | undefined;
  /** What the page sets. */
  readonly headers: readonly DescribedHeader[];
  readonly credentials: CredentialsMode;
  /** What is fetched; left out, something of another origin. */
  readonly url?: string;
}

export interface DescribedHeader {
  readonly name: string;
  /** Undefined when only the name is known. */
  readonly value: string | undefined;
}

/** A page can have no origin of this domain (RFC 6761, section 6.4), so that the request is always to another one. */
const SERVICE_URL = 'https://storage.invalid/';

/** What a page does that sends the request; undefined where no page can have the origin, or no method is known. */
export function browserRequest(request: DescribedRequest): BrowserRequest | undefined {
  const { origin, method, headers, credentials, url = SERVICE_URL } = request;
  if (!origin || !method || sentOrigin(origin) !== origin) return undefined;
  return {
    pageOrigin: origin,
    url,
    method,
    headers: headers.map(({ name, value = '' }) => [name, value]),
    credentials,
  };
}

/**
 * What browsers send for a page of this origin: the text itself when it is one (HTML, "ASCII serialization of an
 * origin"), another spelling of it, or nothing.
 */
export function sentOrigin(text: string): string | undefined {
  if (text === 'null') return text;
  // Of schemes such as those of extensions only the browser knows what it sends.
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^/?#]+$/.test(text)) return text;
  try {
    const { origin } = new URL(text);
    return origin === 'null' ? undefined : origin;
  } catch {
    return undefined;
  }
}

/**
 * The preflight that asks for the request. A header without a value is asked for as it is named; of one with a value the
 * browser knows whether it has to be.
 */
export function preflightRequest(request: DescribedRequest): PreflightRequest {
  const { origin, method, headers } = request;
  const asked = browserRequest(request);
  const plan = asked && planFetch(asked);
  const needed = plan?.kind === 'planned' ? new Set(plan.preflight?.requestHeaders ?? []) : undefined;
  const names = headers
    .filter(({ name, value }) => value === undefined || !needed || needed.has(name.toLowerCase()))
    .map(({ name }) => name);
  return {
    origin,
    requestMethod: method,
    requestHeaders: names.length > 0 ? names.join(',') : undefined,
  };
}
