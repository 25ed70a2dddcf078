import type { Budget } from '../analysis/budget.ts';
import { type CompiledPolicy, compile } from '../compile.ts';
import { type Diagnostic, diagnostic, type PolicyPath, type WitnessRequest } from '../diagnostic.ts';
import { parseHeaderPattern } from '../header-pattern.ts';
import { type InvalidPattern, parseOriginPattern } from '../origin-pattern.ts';
import type { Pattern } from '../pattern.ts';
import type { Policy, Rule } from '../policy.ts';
import type { Profile } from '../profile.ts';
import { sentOrigin } from './sent-origin.ts';

/** One entry of a list of a rule, as the service reads it. */
export interface Entry {
  readonly path: PolicyPath;
  /** As written. */
  readonly value: string;
  readonly pattern: Pattern;
}

export interface OriginEntry extends Entry {
  /** An origin that browsers send and the entry allows. */
  readonly sent: string | undefined;
}

/** A rule without what the service cannot read. */
export interface LintedRule {
  readonly index: number;
  readonly path: PolicyPath;
  readonly source: Rule;
  readonly origins: readonly OriginEntry[];
  /** `*` where the service has it is a pattern for any. */
  readonly methods: readonly Entry[];
  readonly headers: readonly Entry[];
  readonly exposed: readonly Entry[];
  /** Whether an answer by this rule says `Access-Control-Allow-Credentials`. */
  readonly answersCredentials: boolean;
}

/** What checks look at: everything of a policy that its service can read. What it cannot read, `validate` tells. */
export interface LintedPolicy {
  readonly profile: Profile;
  readonly rules: readonly LintedRule[];
  readonly compiled: CompiledPolicy;
  /** For what takes long. */
  readonly budget: Budget;
}

export function lintedPolicy(policy: Policy, profile: Profile, budget: Budget): LintedPolicy {
  const rules = policy.rules.map((rule, index) => lintedRule(rule, index, profile));
  return { profile, rules, compiled: compileRules(rules, profile), budget };
}

/** Some of the rules, as if there were no others. */
export function compileRules(rules: readonly LintedRule[], profile: Profile): CompiledPolicy {
  return compile({ rules: rules.map(readablePart) }, profile);
}

function lintedRule(source: Rule, index: number, profile: Profile): LintedRule {
  const path = ['rules', index];
  const { fields, answers } = profile;
  const read = (
    list: 'allowedOrigins' | 'allowedMethods' | 'allowedHeaders' | 'exposeHeaders',
    parse: (value: string) => Pattern | InvalidPattern | undefined,
  ): readonly Entry[] =>
    source[list].flatMap((value, entry) => {
      const pattern = parse(value);
      if (!pattern || pattern.kind === 'invalid') return [];
      return [{ path: [...path, list, entry], value, pattern }];
    });
  const origins = read('allowedOrigins', value => parseOriginPattern(value, profile.origins)).map(entry => ({
    ...entry,
    sent: sentOrigin(entry.pattern, profile.origins),
  }));
  const parseHeader = (value: string) => parseHeaderPattern(value, profile.headers);
  const answersAny =
    answers.allowOrigin === 'any-or-echo' && origins.some(({ pattern }) => pattern.kind === 'any');
  return {
    index,
    path,
    source,
    origins,
    methods: read('allowedMethods', value => parseMethod(value, profile)),
    headers: fields.includes('allowedHeaders') ? read('allowedHeaders', parseHeader) : [],
    exposed: fields.includes('exposeHeaders') ? read('exposeHeaders', parseHeader) : [],
    answersCredentials: answers.preflight.includes('Access-Control-Allow-Credentials') && !answersAny,
  };
}

function parseMethod(value: string, { methods }: Profile): Pattern | undefined {
  if (methods.known.includes(value)) return { kind: 'exact', text: value };
  return value === '*' && methods.any ? { kind: 'any' } : undefined;
}

/** The rule without what cannot be compiled. */
function readablePart({ source, origins, methods, headers, exposed }: LintedRule): Rule {
  return {
    ...source,
    allowedOrigins: origins.map(written),
    allowedMethods: methods.map(written),
    allowedHeaders: headers.map(written),
    exposeHeaders: exposed.map(written),
  };
}

function written({ value }: Entry): string {
  return value;
}

/** The methods of a rule by name: for `*` all that the service names. */
export function methodNames({ methods }: LintedRule, profile: Profile): readonly string[] {
  const named = methods.flatMap(({ pattern }) =>
    pattern.kind === 'exact' ? [pattern.text] : profile.methods.known,
  );
  return [...new Set(named)];
}

/** A request without headers from `origin` that the rule allows; undefined when the rule has no method. */
export function requestFrom(origin: string, rule: LintedRule, profile: Profile): WitnessRequest | undefined {
  const [method] = methodNames(rule, profile);
  return method === undefined ? undefined : { origin, method, headers: [] };
}

/** A finding with the request that shows it. */
export function shownBy(finding: Diagnostic, witness: WitnessRequest | undefined): Diagnostic {
  return witness ? { ...finding, witness } : finding;
}

/** A finding about one entry of a list. */
export function aboutEntry(
  code: Diagnostic['code'],
  { path, value }: Entry,
  parameters: Diagnostic['parameters'] = {},
): Diagnostic {
  return diagnostic(code, path, { value, ...parameters });
}
