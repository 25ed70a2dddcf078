/** One response header as it goes on the wire. */
export type ResponseHeader = readonly [name: string, value: string];

/** What the engine is told of a preflight: header values as received, several lines of one header joined by `, `. */
export interface PreflightRequest {
  readonly origin: string | undefined;
  /** `Access-Control-Request-Method` */
  readonly requestMethod: string | undefined;
  /** `Access-Control-Request-Headers` */
  readonly requestHeaders: string | undefined;
}

/** What the engine is told of an actual request and the response that is about to be sent. */
export interface ActualRequest {
  readonly origin: string | undefined;
  readonly method: string;
  /** Names of the response's headers, for the services that expose by what is there. */
  readonly responseHeaderNames?: readonly string[];
}

/** Why no rule let a request in: how far the best rule came. */
export type RefusalReason =
  | 'no-rules'
  | 'origin-missing'
  | 'method-missing'
  | 'origin-malformed'
  | 'origin-not-allowed'
  | 'method-not-allowed'
  | 'headers-not-allowed';

export type PreflightDecision =
  | {
      readonly kind: 'allowed';
      /** Index of the rule that decided. */
      readonly rule: number;
      readonly status: number;
      readonly headers: readonly ResponseHeader[];
    }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      /** Index of the rule that decided, where the service lets a rule refuse. */
      readonly rule?: number;
      readonly status: number;
      /** The service's error code; undefined where a refusal has no error body. */
      readonly code?: string;
      readonly headers: readonly ResponseHeader[];
    }
  /** An `OPTIONS` that this service treats as any other method. */
  | { readonly kind: 'not-a-preflight' };

/** The headers are added to the answer, whatever it is. CORS never blocks an actual request. */
export type ActualDecision =
  | { readonly kind: 'allowed'; readonly rule: number; readonly headers: readonly ResponseHeader[] }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly headers: readonly ResponseHeader[] }
  /** There is no `Origin`. A service may have something to say all the same. */
  | { readonly kind: 'not-cors'; readonly headers: readonly ResponseHeader[] };
