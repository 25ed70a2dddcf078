import type { HeaderList } from './header-list.ts';

export type CredentialsMode = 'omit' | 'same-origin' | 'include';

/**
 * What a page gives to `fetch(url, { method, headers, credentials })`. The mode is `cors`, redirects are followed, and
 * nothing is cached. A body that brings a `Content-Type` of its own, as a string does, is told of by that header.
 *
 * What else can stop a request is no matter of CORS, and not known here: mixed content, content security policies,
 * blocked ports, service workers, permissions for local networks.
 */
export interface BrowserRequest {
  /** As it stands in `Origin`: `https://app.example`, or `null` for an opaque one (sandboxed frames, `data:`, files). */
  readonly pageOrigin: string;
  /** Absolute, `http:` or `https:`. */
  readonly url: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly credentials: CredentialsMode;
}

/** What a browser reads of a response. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: HeaderList;
}
