/**
 * The steps of the Fetch standard at which a request ends as a network error, or as a `TypeError` before it is sent.
 * A page sees a `TypeError` in every case.
 */
export type BlockingStep =
  | 'request-url'
  | 'request-method'
  | 'request-header'
  | 'scheme'
  | 'allow-origin-missing'
  | 'allow-origin-any'
  | 'allow-origin-different'
  | 'allow-credentials'
  | 'preflight-status'
  | 'preflight-methods-malformed'
  | 'preflight-headers-malformed'
  | 'preflight-method'
  | 'preflight-authorization'
  | 'preflight-header'
  | 'redirect-location';

const STANDARD = 'https://fetch.spec.whatwg.org/';

/** Where the standard says so: the algorithm, its step where it has many ends, and the address. */
export const CITATIONS: Readonly<Record<BlockingStep, string>> = {
  'request-url': cite('Request constructor', 'dom-request'),
  'request-method': cite('Request constructor', 'dom-request'),
  'request-header': cite('append to a Headers object', 'concept-headers-append'),
  scheme: cite('main fetch', 'concept-main-fetch'),
  'allow-origin-missing': cite('CORS check, step 2', 'concept-cors-check'),
  'allow-origin-any': cite('CORS check, steps 3 and 4', 'concept-cors-check'),
  'allow-origin-different': cite('CORS check, step 4', 'concept-cors-check'),
  'allow-credentials': cite('CORS check, steps 6 to 8', 'concept-cors-check'),
  'preflight-status': cite('CORS-preflight fetch, step 7', 'cors-preflight-fetch'),
  'preflight-methods-malformed': cite('CORS-preflight fetch, step 7.3', 'cors-preflight-fetch'),
  'preflight-headers-malformed': cite('CORS-preflight fetch, step 7.3', 'cors-preflight-fetch'),
  'preflight-method': cite('CORS-preflight fetch, step 7.5', 'cors-preflight-fetch'),
  'preflight-authorization': cite('CORS-preflight fetch, step 7.6', 'cors-preflight-fetch'),
  'preflight-header': cite('CORS-preflight fetch, step 7.7', 'cors-preflight-fetch'),
  'redirect-location': cite('HTTP-redirect fetch', 'concept-http-redirect-fetch'),
};

function cite(algorithm: string, anchor: string): string {
  return `Fetch, ${algorithm} (${STANDARD}#${anchor})`;
}

/** The page gets a `TypeError`, and nothing of a response. */
export interface Blocked {
  readonly kind: 'blocked';
  /** What was being done: making the request, judging the answer to its preflight, or the answer to itself. */
  readonly phase: 'request' | 'preflight' | 'actual';
  readonly step: BlockingStep;
  readonly citation: string;
  /** What to change, in one line. */
  readonly help: string;
}

/** The page has a response. */
export interface Readable {
  readonly kind: 'readable';
  readonly status: number;
  /** Names of the headers that it can read, in lower case, sorted. */
  readonly exposedHeaders: readonly string[];
}

/** The browser goes on with a request of its own to another place, which is to be judged anew. */
export interface Redirected {
  readonly kind: 'redirected';
  /** Absolute. */
  readonly location: string;
  /** What it then has for `Origin`: `null` once a redirect has led from one foreign origin to another. */
  readonly pageOrigin: string;
}

/** How a fetch ends. */
export type Verdict = Readable | Redirected | Blocked;

export function blocked(phase: Blocked['phase'], step: BlockingStep, help: string): Blocked {
  return { kind: 'blocked', phase, step, citation: CITATIONS[step], help };
}
