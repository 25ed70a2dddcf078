/**
 * How one service reads a policy and answers by it, as data. Everything in which the services differ about matching
 * and answering is here; the engine has one code path and never asks which service it decides for.
 */
export interface Profile {
  /** The id of the dialect whose profile this is. */
  readonly dialect: string;
  readonly origins: OriginConventions;
  readonly methods: MethodConventions;
  readonly headers: HeaderConventions;
  readonly preflight: PreflightConventions;
  readonly actual: ActualConventions;
  readonly answers: AnswerConventions;
  readonly limits: PolicyLimits;
  /** The optional fields that a policy of this service can have. */
  readonly fields: readonly OptionalField[];
  /** Unset where nothing but what the service answers anyway is needed. */
  readonly browserClient?: BrowserClientNeeds;
}

/** What pages need that use the service's own SDK for browsers. No decision depends on it; `lint` looks at it. */
export interface BrowserClientNeeds {
  /** Headers that every signed request has, by name in lower case. */
  readonly requestHeaders: readonly string[];
  /** Headers of the answer to a PUT that it reads, and cannot do without. */
  readonly readAfterPut: readonly string[];
}

export type OptionalField = 'id' | 'allowedHeaders' | 'exposeHeaders' | 'maxAgeSeconds' | 'vary';

export interface OriginConventions {
  /** Whether an entry of only `*` stands for every origin. */
  readonly any: boolean;
  /**
   * - `anywhere`: one `*` at any place, for zero or more characters of any kind.
   * - `subdomain`: `scheme://*.domain`, for one or more labels; the domain itself is not meant.
   * - `host`: one `*` at any place of the host, for one or more host characters.
   */
  readonly wildcard: 'anywhere' | 'subdomain' | 'host';
  /**
   * - `text`: character by character; an entry need not be a URL.
   * - `url`: entries are `http(s)://host[:port]`, scheme and host in any case, and the default port is as none.
   */
  readonly compare: 'text' | 'url';
}

export interface MethodConventions {
  /** The methods that a rule can name, case-sensitive. */
  readonly known: readonly string[];
  /** Whether a rule can say `*` for every method. */
  readonly any: boolean;
  /** Whether `Access-Control-Request-Method` is one method, or a comma list of which those allowed are answered. */
  readonly requested: 'one' | 'list';
}

export interface HeaderConventions {
  /** Where a `*` can stand beside other characters in a header name: one at any place, or one at the end. */
  readonly wildcard: 'anywhere' | 'end';
  /**
   * What a requested header does that the rule does not name:
   * - `next-rule`: the rule does not match, a later one may.
   * - `refuse`: the rule is the one that decides, and it refuses.
   * - `filter`: the header is left out of the answer.
   * - `ignore`: nothing; the browser is left to compare.
   */
  readonly unlisted: 'next-rule' | 'refuse' | 'filter' | 'ignore';
}

/** A refusal in the service's terms. A refusal without a code has no error body. */
export interface Refusal {
  readonly status: number;
  readonly code?: string;
}

export interface PreflightConventions {
  /** Of an allowed preflight. */
  readonly status: number;
  /** No rule allows it. */
  readonly refused: Refusal;
  /** `OPTIONS` without `Origin` or without `Access-Control-Request-Method`. */
  readonly incomplete: Refusal | 'not-a-preflight';
  /** The tenant does not exist. */
  readonly unknownTenant: Refusal | 'as-no-rules';
}

export interface ActualConventions {
  /**
   * Methods whose answer to a request without `Origin` is that for any origin, when a rule for any origin allows the
   * method. For the others a request without `Origin` gets no `Access-Control-*` header.
   */
  readonly answeredWithoutOrigin: readonly string[];
  /**
   * When `Vary: Origin` is added without the policy asking for it:
   * - `origin-matters`: a rule allows the method, so that origins (or none) can be answered differently.
   * - `origin-not-any`: the method is among `varyMethods`, there are rules, and the answer is not `*`.
   */
  readonly vary: 'origin-matters' | 'origin-not-any';
  /** For `origin-not-any`. */
  readonly varyMethods: readonly string[];
}

/** The response headers that CORS is made of, as they are written on the wire. */
export type AnswerHeader =
  | 'Access-Control-Allow-Credentials'
  | 'Access-Control-Allow-Headers'
  | 'Access-Control-Allow-Methods'
  | 'Access-Control-Allow-Origin'
  | 'Access-Control-Expose-Headers'
  | 'Access-Control-Max-Age';

export interface AnswerConventions {
  /** The headers of an allowed preflight, in wire order. One that has nothing to say is left out. */
  readonly preflight: readonly AnswerHeader[];
  /** The headers added to an allowed actual request, in wire order. */
  readonly actual: readonly AnswerHeader[];
  /** `echo` repeats the request's `Origin`; `any-or-echo` says `*` when the rule names `*`. */
  readonly allowOrigin: 'echo' | 'any-or-echo';
  readonly allowMethods: AllowMethodsConvention;
  readonly allowHeaders: AllowHeadersConvention;
  readonly exposeHeaders: ExposeHeadersConvention;
  readonly maxAge: MaxAgeConvention;
}

export type AllowMethodsConvention =
  /** The rule's methods, in its order or, when given, in that of the service. */
  | { readonly kind: 'rule'; readonly separator: string; readonly order?: readonly string[] }
  /** Those requested that the rule allows, in the order of the request. */
  | { readonly kind: 'requested'; readonly separator: string };

export type AllowHeadersConvention =
  /**
   * The rule's names in lower case, whatever is requested; a pattern stands for the requested names it matches. A
   * rule with `*` repeats the request's list as it was sent.
   */
  | { readonly kind: 'rule' }
  /** Those requested that the rule allows. */
  | { readonly kind: 'requested'; readonly form: 'as-sent' | 'lower-case-sorted' }
  /** The same for every rule. */
  | { readonly kind: 'fixed'; readonly value: string };

export type ExposeHeadersConvention =
  /** The rule's list as it stands. */
  | { readonly kind: 'rule' }
  /**
   * The names of the response's headers that the rule's list matches; then, whether or not they are there, those of
   * `always` that it matches; then what the list names without a `*`.
   */
  | { readonly kind: 'present'; readonly always: readonly string[] };

export type MaxAgeConvention =
  /** The rule's age; when it has none, `whenUnset`, or no header. */
  | { readonly kind: 'rule'; readonly whenUnset?: number }
  | { readonly kind: 'fixed'; readonly seconds: number };

/** What a service takes. An absent limit is one that the service does not have, or that nobody knows. */
export interface PolicyLimits {
  readonly rules: { readonly min: number; readonly max?: number };
  readonly originsPerRule?: number;
  /** Characters of one origin or header name. */
  readonly entryLength?: number;
  /** Header names in one list of one rule: those without, and those with a `*` beside other characters. */
  readonly headersPerList?: { readonly literal: number; readonly wildcard: number };
  /** Characters of all rules together: the entries with a comma between those of one list, and the ages. */
  readonly totalLength?: number;
  readonly maxAgeSeconds: { readonly max: number; readonly required: boolean };
}
