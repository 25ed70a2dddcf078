export type { ComparedHeader } from './analysis/answer-facts.ts';
export { ANALYSIS_STEPS, type Budget, type LimitReached, newBudget } from './analysis/budget.ts';
export { type AnswerDifference, admits, type Comparison, compare } from './analysis/compare.ts';
export { type ConvertedPolicy, type ConvertOptions, convertPolicy } from './analysis/convert.ts';
export type { Loss, LossCode } from './analysis/loss.ts';
export { type RedundantEntry, redundantEntries } from './analysis/redundant-entries.ts';
export { type RuleConflict, type RuleUse, ruleUses } from './analysis/rule-use.ts';
export type { Witness } from './analysis/witness.ts';
export { type BrowserName, MAX_AGE_LIMIT_SECONDS } from './browser/browsers.ts';
export { checkActual } from './browser/check-actual.ts';
export { checkPreflight, type PreflightPassed } from './browser/check-preflight.ts';
export { DEPARTURES, type Departure, type DepartureId } from './browser/departures.ts';
export type { HeaderList } from './browser/header-list.ts';
export { type FetchPlan, type Preflight, type PreflightCause, planFetch } from './browser/plan-fetch.ts';
export {
  type ActualExchange,
  type FetchPrediction,
  type PreflightExchange,
  predictFetch,
} from './browser/predict-fetch.ts';
export type { BrowserRequest, CredentialsMode, FetchResponse } from './browser/request.ts';
export type { UnsafeHeader, UnsafeReason } from './browser/safelist.ts';
export type { Blocked, BlockingStep, Readable, Redirected, Verdict } from './browser/verdict.ts';
export { type CompiledPolicy, compile } from './compile.ts';
export type { CompiledRule } from './compiled-rule.ts';
export { decideActual, decidePreflight, isPreflight } from './decide.ts';
export type {
  ActualDecision,
  ActualRequest,
  PreflightDecision,
  PreflightRequest,
  RefusalReason,
  ResponseHeader,
} from './decision.ts';
export {
  actualRequest,
  browserRequest,
  type DescribedHeader,
  type DescribedRequest,
  preflightRequest,
  sentOrigin,
} from './described-request.ts';
export {
  DIAGNOSTICS,
  type Diagnostic,
  type DiagnosticCode,
  diagnostic,
  diagnosticTexts,
  formatDiagnostic,
  formatPath,
  locatedAt,
  type PolicyPath,
  type Severity,
  type SourcePosition,
  type SourceSpan,
  shorten,
  type WitnessRequest,
} from './diagnostic.ts';
export { applyEdits, type PolicyEdit } from './edit.ts';
export { explainActual, explainPreflight } from './explain.ts';
export type {
  ActualExplanation,
  Criterion,
  ExplainedRule,
  Explanation,
  LeftOut,
  Match,
  NearMiss,
  NearMissKind,
  PreflightExplanation,
  RuleOutcome,
} from './explanation.ts';
export {
  formatCause,
  formatEdit,
  formatObstacle,
  NEAR_MISS_TEXTS,
  REFUSAL_TEXTS,
  RULE_OUTCOME_TEXTS,
} from './explanation-text.ts';
export { isToken } from './field-name.ts';
export { type ComparisonJson, comparisonJson, type WitnessJson } from './json/comparison-json.ts';
export { type ConversionJson, conversionJson } from './json/conversion-json.ts';
export { type DiagnosticJson, diagnosticJson } from './json/diagnostic-json.ts';
export {
  type BrowserJson,
  type DecisionJson,
  decisionJson,
  type ExplanationJson,
  explanationJson,
  type NearestChangeJson,
  type ObstacleJson,
  type RuleJson,
} from './json/explanation-json.ts';
export { type SpanJson, spanJson } from './json/span-json.ts';
export { lint } from './lint/lint.ts';
export type { LintCode } from './lint/lint-findings.ts';
export { type OriginFault, originFault } from './lint/origin-fault.ts';
export { formatLoss } from './loss-text.ts';
export type { NearestChange } from './nearest-change.ts';
export type { Obstacle } from './obstacle.ts';
export type { Policy, Rule, Settings } from './policy.ts';
export type {
  ActualConventions,
  AllowHeadersConvention,
  AllowMethodsConvention,
  AnswerConventions,
  AnswerHeader,
  BrowserClientNeeds,
  ExposeHeadersConvention,
  HeaderConventions,
  MaxAgeConvention,
  MethodConventions,
  OptionalField,
  OriginConventions,
  PolicyLimits,
  PreflightConventions,
  Profile,
  Refusal,
} from './profile.ts';
export { type PolicySource, type ReadPolicyResult, readPolicy } from './read-policy.ts';
export { validate } from './validate.ts';
