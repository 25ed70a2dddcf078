/** What the policies of this part allow, and what is asked of them. */
export const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const;
export const HEADERS = ['content-type', 'content-md5', 'x-cos-meta-author'] as const;
export const EXPOSED = ['ETag', 'Content-Length'] as const;
export const MAX_AGE_SECONDS = 600;
export const ASKED_METHOD = 'PUT';

/** A request as a browser makes it, or one that is made to cost. */
export interface Asked {
  readonly kind: 'preflight' | 'actual';
  readonly origin: string;
  /** `Access-Control-Request-Headers`; empty for actual requests. */
  readonly headers: string;
}

/** What was answered, in names of lower case. */
export type Answered = ReadonlyMap<string, string>;

/** One implementation with one policy. */
export interface Side {
  readonly name: string;
  /** What is called over and over: it takes the requests in turns. */
  readonly call: () => unknown;
  /** What such a call has answered. */
  readonly read: (result: unknown) => Answered;
}
