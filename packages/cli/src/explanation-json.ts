import type {
  ActualDecision,
  Criterion,
  ExplainedRule,
  Explanation,
  FetchPrediction,
  NearestChange,
  PreflightCause,
  PreflightDecision,
  PreflightExchange,
  ResponseHeader,
  Verdict,
} from '@crossgate/core';
import { type SpanJson, spanJson } from './diagnostic-json.ts';
import type { PolicyFile } from './policy-file.ts';

/** What `crossgate explain --json` prints. Scripts rely on it: it may gain fields, and loses none. */
export interface ExplanationJson {
  readonly decision: DecisionJson;
  readonly rules: readonly RuleJson[];
  /** Of a refusal; else null. */
  readonly nearest: NearestChangeJson | null;
  /** What a browser does for a page of the origin; null where no page can send the request. */
  readonly browser: BrowserJson | null;
}

export interface DecisionJson {
  /**
   * - `malformed`: refused because origin or method is missing, or is none.
   * - `not-cors`: an actual request without an origin.
   */
  readonly kind: 'allowed' | 'refused' | 'malformed' | 'not-cors';
  /** The rule that decided, counted from 0. */
  readonly rule: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Unless it is allowed. Where the service takes the request for no preflight, `not-a-preflight`. */
  readonly reason: string | null;
}

interface RuleJson {
  readonly rule: number;
  readonly outcome: ExplainedRule['outcome'];
  readonly origin: Criterion;
  readonly methods: readonly Criterion[];
  readonly headers: readonly Criterion[];
  /** Where it stands in the document. */
  readonly span: SpanJson | null;
}

interface BrowserJson {
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
type NearestChangeJson = { readonly [Field in keyof NearestChange]: NearestChange[Field] | null };

export function explanationJson(
  { decision, rules, nearest }: Explanation,
  browser: FetchPrediction | undefined,
  { source }: Pick<PolicyFile, 'source'>,
): ExplanationJson {
  return {
    decision: decisionJson(decision),
    rules: rules.map(({ index, outcome, origin, methods, headers }) => {
      const span = source.spanOf?.(['rules', index]);
      return { rule: index, outcome, origin, methods, headers, span: span ? spanJson(span) : null };
    }),
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

const MALFORMED: readonly string[] = ['origin-missing', 'method-missing', 'origin-malformed'];

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
