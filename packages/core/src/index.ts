export type { ComparedHeader } from './analysis/answer-facts.ts';
export { ANALYSIS_STEPS, type Budget, type LimitReached, newBudget } from './analysis/budget.ts';
export { type AnswerDifference, admits, type Comparison, compare } from './analysis/compare.ts';
export { type ConvertedPolicy, type ConvertOptions, convertPolicy } from './analysis/convert.ts';
export type { Loss, LossCode } from './analysis/loss.ts';
export { type RedundantEntry, redundantEntries } from './analysis/redundant-entries.ts';
export { type RuleConflict, type RuleUse, ruleUses } from './analysis/rule-use.ts';
export type { Witness } from './analysis/witness.ts';
export { type CompiledPolicy, type CompiledRule, compile } from './compile.ts';
export { decideActual, decidePreflight } from './decide.ts';
export type {
  ActualDecision,
  ActualRequest,
  PreflightDecision,
  PreflightRequest,
  RefusalReason,
  ResponseHeader,
} from './decision.ts';
export {
  DIAGNOSTICS,
  type Diagnostic,
  type DiagnosticCode,
  diagnostic,
  formatDiagnostic,
  formatPath,
  type PolicyPath,
  type Severity,
  type SourcePosition,
} from './diagnostic.ts';
export { isToken } from './field-name.ts';
export type { Policy, Rule } from './policy.ts';
export type {
  ActualConventions,
  AllowHeadersConvention,
  AllowMethodsConvention,
  AnswerConventions,
  AnswerHeader,
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
export { type ReadPolicyResult, readPolicy } from './read-policy.ts';
export { validate } from './validate.ts';
