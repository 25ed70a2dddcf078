import type { HeaderList } from './header-list.ts';
import type { BrowserRequest, CredentialsMode } from './request.ts';
import { fillHeaders } from './request-headers.ts';
import { isRequestMethod, normalizeMethod } from './request-method.ts';
import { isSafelistedMethod, type UnsafeHeader, unsafeHeaders } from './safelist.ts';
import { type Blocked, blocked } from './verdict.ts';

/** The URL standard's class. Browsers, workers and Node have it; the language's own declarations do not. */
declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
}

/** What a browser sends for a `fetch`, before anything is answered. */
export interface FetchPlan {
  readonly kind: 'planned';
  /** As `Origin` has it. */
  readonly pageOrigin: string;
  readonly url: string;
  readonly method: string;
  readonly credentials: CredentialsMode;
  /** Those that the page gave and may send. The browser adds its own. */
  readonly headers: HeaderList;
  /** Those that the page gave and may not send: they are left out silently. */
  readonly droppedHeaders: HeaderList;
  /** Whether the answer is for another origin, so that CORS has a say. */
  readonly isCrossOrigin: boolean;
  /** Whether the actual request has `Origin`: every cross-origin one, and others that are not `GET` or `HEAD`. */
  readonly sendsOrigin: boolean;
  /** Undefined when there is none. */
  readonly preflight: Preflight | undefined;
}

/** The `OPTIONS` request that goes before. It has no credentials, and no header of the page. */
export interface Preflight {
  /** What makes it necessary, at least one. */
  readonly causes: readonly PreflightCause[];
  /** `Origin` and `Access-Control-Request-*`, as they stand on the wire. */
  readonly headers: HeaderList;
  /** The names that it asks for: in lower case, each once, sorted. */
  readonly requestHeaders: readonly string[];
}

export type PreflightCause =
  | { readonly kind: 'method'; readonly method: string }
  | ({ readonly kind: 'header' } & UnsafeHeader);

/** The Request constructor, and main fetch up to the network. */
export function planFetch(request: BrowserRequest): FetchPlan | Blocked {
  const url = parseUrl(request.url);
  if (!url) return blocked('request', 'request-url', `\`${request.url}\` is no absolute URL`);
  if (hasCredentials(url)) {
    return blocked('request', 'request-url', 'send credentials in a header, not in the URL');
  }
  if (!isRequestMethod(request.method)) {
    return blocked('request', 'request-method', `no page can send the method \`${request.method}\``);
  }
  const headers = fillHeaders(request.headers);
  if (headers.kind === 'invalid') {
    const help = `\`${headers.name}\` is no header: its name is not a token, or its value has NUL, CR, LF or no bytes`;
    return blocked('request', 'request-header', help);
  }
  if (!isHttp(url)) {
    return blocked('request', 'scheme', `\`${url.protocol}\` is not fetched with CORS: use \`https:\``);
  }
  const { pageOrigin, credentials } = request;
  const method = normalizeMethod(request.method);
  const isCrossOrigin = url.origin !== pageOrigin;
  return {
    kind: 'planned',
    pageOrigin,
    url: url.href,
    method,
    credentials,
    headers: headers.sent,
    droppedHeaders: headers.dropped,
    isCrossOrigin,
    sendsOrigin: isCrossOrigin || (method !== 'GET' && method !== 'HEAD'),
    preflight: isCrossOrigin ? preflightOf(pageOrigin, method, headers.sent) : undefined,
  };
}

/** Main fetch and CORS-preflight fetch, steps 1 to 5. */
function preflightOf(origin: string, method: string, headers: HeaderList): Preflight | undefined {
  const unsafe = unsafeHeaders(headers);
  const causes: PreflightCause[] = unsafe.map(header => ({ kind: 'header', ...header }));
  if (!isSafelistedMethod(method)) causes.unshift({ kind: 'method', method });
  if (causes.length === 0) return undefined;
  const names = [...new Set(unsafe.map(({ name }) => name.toLowerCase()))].sort();
  const lines: (readonly [string, string])[] = [
    ['Origin', origin],
    ['Access-Control-Request-Method', method],
  ];
  if (names.length > 0) lines.push(['Access-Control-Request-Headers', names.join(',')]);
  return { causes, headers: lines, requestHeaders: names };
}

/** HTTP-redirect fetch: where a `Location` leads to; undefined where it cannot be followed. */
export function redirectTarget(
  plan: FetchPlan,
  location: string,
): { readonly url: string; readonly pageOrigin: string } | undefined {
  const url = parseUrl(location, plan.url);
  if (!url || !isHttp(url)) return undefined;
  if (hasCredentials(url) && (plan.isCrossOrigin || url.origin !== plan.pageOrigin)) return undefined;
  const isTainted = plan.isCrossOrigin && url.origin !== parseUrl(plan.url)?.origin;
  return { url: url.href, pageOrigin: isTainted ? 'null' : plan.pageOrigin };
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
