import type { ActualDecision, ActualRequest, PreflightDecision, PreflightRequest } from './decision.ts';
import type { NearestChange } from './nearest-change.ts';
import type { Rule } from './policy.ts';

/** A decision with everything that led to it, as data: texts are made from it. */
export type Explanation = PreflightExplanation | ActualExplanation;

export interface PreflightExplanation {
  readonly kind: 'preflight';
  readonly request: PreflightRequest;
  /** What `decidePreflight` says, with the headers that are answered. */
  readonly decision: PreflightDecision;
  /** Every rule in order; empty when the request is refused before a rule is looked at. */
  readonly rules: readonly ExplainedRule[];
  readonly leftOut: LeftOut;
  /** Only of a refusal. What it adds is the origin as browsers send it, where that is another spelling. */
  readonly nearest: NearestChange | undefined;
}

export interface ActualExplanation {
  readonly kind: 'actual';
  readonly request: ActualRequest;
  /** What `decideActual` says, with the headers that are added. */
  readonly decision: ActualDecision;
  /** Every rule in order; empty when no rule is looked at. */
  readonly rules: readonly ExplainedRule[];
  /** Only of a refusal. What it adds is the origin as browsers send it, where that is another spelling. */
  readonly nearest: NearestChange | undefined;
}

export interface ExplainedRule {
  readonly index: number;
  readonly source: Rule;
  readonly outcome: RuleOutcome;
  /** Each criterion is compared for each rule, also for those that the service did not reach. */
  readonly origin: Criterion;
  /** One, or as many as the service reads from `Access-Control-Request-Method`: one that matches is enough. */
  readonly methods: readonly Criterion[];
  /** The requested headers as sent, without those that repeat one. Empty for an actual request. */
  readonly headers: readonly Criterion[];
}

/** The first criterion that fails says why a rule was passed over. */
export type RuleOutcome =
  /** This rule answers. */
  | 'chosen'
  /** Origin and method chose this rule, and it refuses because of headers; no later rule is tried. */
  | 'chosen-refuses-headers'
  | 'origin-not-allowed'
  | 'method-not-allowed'
  | 'headers-not-allowed'
  /** An earlier rule was chosen. */
  | 'not-reached';

/** One thing that a request asks for, held against one list of a rule. */
export interface Criterion {
  /** As sent. An actual request without `Origin` that is answered as any origin has `*` here. */
  readonly value: string;
  readonly match: Match;
}

export type Match =
  /** The first entry of the rule's list that stands for the value. */
  | { readonly kind: 'entry'; readonly index: number; readonly text: string }
  /** The same, and it is `*`. */
  | { readonly kind: 'any'; readonly index: number; readonly text: '*' }
  | { readonly kind: 'none'; readonly nearMisses: readonly NearMiss[] }
  /** The service does not compare requested headers with the rule. */
  | { readonly kind: 'not-compared' };

/** An entry that would match if it, or the value, were a little different. */
export interface NearMiss {
  readonly kind: NearMissKind;
  /** In the rule's list. */
  readonly index: number;
  readonly text: string;
}

/** The only thing in which an entry and the value differ. Methods have no other near miss than `case`. */
export type NearMissKind =
  | 'case'
  /** The entry ends with `/`; an origin never does. */
  | 'trailing-slash'
  /** The entry has a path; an origin has none. */
  | 'path'
  /** The scheme's own port is written out in one of them; a browser leaves it out. */
  | 'default-port'
  | 'port'
  /** Also an entry without a scheme. */
  | 'scheme'
  /** One of them begins with `www.`. */
  | 'www'
  /** The entry has a `*` that would have to stand for one more label: `https://*.a.com` for `https://a.com`. */
  | 'label';

/**
 * What was requested and is not in an allowed answer. A browser compares the answer with the actual request
 * and gives up when a header is left out, or a method other than GET, HEAD and POST (Fetch, CORS-preflight fetch).
 */
export interface LeftOut {
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly browserRefuses: boolean;
}
