import type { PreflightCause } from '../browser/plan-fetch.ts';
import type { FetchPrediction, PreflightExchange } from '../browser/predict-fetch.ts';
import type { Verdict } from '../browser/verdict.ts';
import type { ActualDecision, PreflightDecision, RefusalReason, ResponseHeader } from '../decision.ts';
import type { Criterion, ExplainedRule, Explanation } from '../explanation.ts';
import type { NearestChange } from '../nearest-change.ts';
import type { PolicySource } from '../read-policy.ts';
import { type SpanJson, spanJson } from './span-json.ts';

/**
 * An explanation for programs, as `crossgate explain --json` and the admin API tell it. They rely on it: it may gain
 * fields, and loses none.
 */
export interface ExplanationJson {
  readonly decision: DecisionJson;
  /** Every rule in order; empty when the request is answered before a rule is looked at. */
  readonly rules: readonly RuleJson[];
  /** Of a refusal; else null. */
  readonly nearest: NearestChangeJson | null;
  /** What a browser does for a page of the origin; null where no page can send the request. */
  readonly browser: BrowserJson | null;
}

export interface DecisionJson {
  /**
   * - `malformed`: refused because origin or method is missing, or the origin is none.
   * - `not-cors`: an actual request without an origin.
   */
  readonly kind: 'allowed' | 'refused' | 'malformed' | 'not-cors';
  /** The rule that decided, counted from 0. */
  readonly rule: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Unless it is allowed. Where the service takes the request for no preflight, `not-a-preflight`. */
  readonly reason: RefusalReason | 'not-a-preflight' | null;
}

export interface RuleJson {
  /** Counted from 0. */
  readonly rule: number;
  readonly outcome: ExplainedRule['outcome'];
  readonly origin: Criterion;
  readonly methods: readonly Criterion[];
  readonly headers: readonly Criterion[];
  /** Where it stands in the document; null where that is not known. */
  readonly span: SpanJson | null;
}

export interface BrowserJson {
  /** Null when none is sent. */
  readonly preflight: {
    readonly causes: readonly PreflightCause[];
    readonly requestHeaders: readonly string[];
    readonly status: number;
    readonly verdict: PreflightExchange['verdict'];
  } | null;
  /** Whether the page gets the response. */
  readonly verdict: Verdict;
}

/** With null in place of a rule that there is not. */
export type NearestChangeJson = { readonly [Field in keyof NearestChange]: NearestChange[Field] | null };

export function explanationJson(
  { decision, rules, nearest }: Explanation,
  browser: FetchPrediction | undefined,
  source: PolicySource,
): ExplanationJson {
  return {
    decision: decisionJson(decision),
    rules: rules.map(({ index, outcome, origin, methods, headers }) => ({
      rule: index,
      outcome,
      origin,
      methods,
      headers,
      span: spanJson(source.spanOf?.(['rules', index])),
    })),
    nearest: nearest ? { ...nearest, rule: nearest.rule ?? null } : null,
    browser: browser ? browserJson(browser) : null,
  };
}

function browserJson({ plan, preflight, verdict }: FetchPrediction): BrowserJson {
  const asked = plan.kind === 'planned' ? plan.preflight : undefined;
  if (!asked || !preflight) return { preflight: null, verdict };
  const { causes, requestHeaders } = asked;
  const { status } = preflight.response;
  return { preflight: { causes, requestHeaders, status, verdict: preflight.verdict }, verdict };
}

const MALFORMED: readonly RefusalReason[] = ['origin-missing', 'method-missing', 'origin-malformed'];

export function decisionJson(decision: PreflightDecision | ActualDecision): DecisionJson {
  switch (decision.kind) {
    case 'allowed':
      return { kind: 'allowed', rule: decision.rule, headers: headersJson(decision.headers), reason: null };
    case 'refused':
      return {
        kind: MALFORMED.includes(decision.reason) ? 'malformed' : 'refused',
        rule: ('rule' in decision ? decision.rule : undefined) ?? null,
        headers: headersJson(decision.headers),
        reason: decision.reason,
      };
    case 'not-a-preflight':
      return { kind: 'malformed', rule: null, headers: {}, reason: 'not-a-preflight' };
    case 'not-cors':
      return {
        kind: 'not-cors',
        rule: null,
        headers: headersJson(decision.headers),
        reason: 'origin-missing',
      };
    default:
      return decision satisfies never;
  }
}

/** No answer has a CORS header twice. */
function headersJson(headers: readonly ResponseHeader[]): Readonly<Record<string, string>> {
  return Object.fromEntries(headers);
}
