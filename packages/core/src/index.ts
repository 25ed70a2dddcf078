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
  locatedAt,
  type PolicyPath,
  type Severity,
  type SourcePosition,
  type SourceSpan,
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
