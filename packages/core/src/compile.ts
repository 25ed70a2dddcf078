import type { ResponseHeader } from './decision.ts';
import { parseHeaderPattern } from './header-pattern.ts';
import { originExtent, parseOriginPattern } from './origin-pattern.ts';
import type { Pattern } from './pattern.ts';
import { buildPatternIndex, type PatternIndex } from './pattern-index.ts';
import type { Policy, Rule } from './policy.ts';
import type { Profile } from './profile.ts';
import { addRule, emptyRuleSet, type RuleSet } from './rule-set.ts';

/** A policy as one service reads it: immutable, indexed, with every header string made that can be made ahead. */
export interface CompiledPolicy {
  readonly profile: Profile;
  readonly rules: readonly CompiledRule[];
  readonly origins: PatternIndex;
  readonly methods: ReadonlyMap<string, RuleSet>;
  /** The rules that allow a method no rule names. */
  readonly anyMethod: RuleSet;
  readonly headers: PatternIndex;
  /** Whether the policy itself asks for `Vary: Origin`. */
  readonly vary: boolean;
}

export interface CompiledRule {
  readonly source: Rule;
  readonly methods: ReadonlySet<string>;
  /** Whether it names `*` as an origin. */
  readonly anyOrigin: boolean;
  readonly anyHeader: boolean;
  /** The allowed headers that are no patterns, in lower case. */
  readonly exactHeaders: readonly string[];
  readonly exposePatterns: readonly Pattern[];
  /** Undefined: there is nothing to say, or it depends on the request. */
  readonly allowMethods: ResponseHeader | undefined;
  readonly allowHeaders: ResponseHeader | undefined;
  readonly exposeHeaders: ResponseHeader | undefined;
  readonly maxAge: ResponseHeader | undefined;
}

/**
 * Compiles a policy that `validate` has no error for.
 *
 * @throws TypeError when an entry of the policy cannot be read
 */
export function compile(policy: Policy, profile: Profile): CompiledPolicy {
  const origins = policy.rules.map(rule =>
    rule.allowedOrigins.map(origin => readable(parseOriginPattern(origin, profile.origins), origin)),
  );
  const headers = policy.rules.map(rule => headerPatterns(rule.allowedHeaders, profile));
  const { methods, anyMethod } = indexMethods(policy.rules, profile);
  return {
    profile,
    rules: policy.rules.map((rule, index) =>
      compileRule(rule, origins[index] ?? [], headers[index] ?? [], profile),
    ),
    origins: buildPatternIndex(origins, originExtent(profile.origins)),
    methods,
    anyMethod,
    headers: buildPatternIndex(headers, 'anything'),
    vary: policy.vary === true,
  };
}

function headerPatterns(names: readonly string[], profile: Profile): Pattern[] {
  return names.map(name => readable(parseHeaderPattern(name, profile.headers), name));
}

function readable(
  pattern: Pattern | { readonly kind: 'invalid'; readonly code: string },
  text: string,
): Pattern {
  if (pattern.kind === 'invalid') {
    throw new TypeError(`cannot compile \`${text}\`: ${pattern.code}; validate the policy first`);
  }
  return pattern;
}

function indexMethods(
  rules: readonly Rule[],
  profile: Profile,
): { readonly methods: ReadonlyMap<string, RuleSet>; readonly anyMethod: RuleSet } {
  const anyMethod = emptyRuleSet(rules.length);
  const methods = new Map<string, RuleSet>();
  rules.forEach((rule, index) => {
    if (profile.methods.any && rule.allowedMethods.includes('*')) addRule(anyMethod, index);
  });
  rules.forEach((rule, index) => {
    for (const method of rule.allowedMethods) {
      if (method === '*') continue;
      const set = methods.get(method) ?? anyMethod.slice();
      addRule(set, index);
      methods.set(method, set);
    }
  });
  return { methods, anyMethod };
}

function compileRule(
  rule: Rule,
  origins: readonly Pattern[],
  headers: readonly Pattern[],
  profile: Profile,
): CompiledRule {
  const { answers } = profile;
  return {
    source: rule,
    methods: new Set(rule.allowedMethods),
    anyOrigin: origins.some(pattern => pattern.kind === 'any'),
    anyHeader: headers.some(pattern => pattern.kind === 'any'),
    exactHeaders: headers.flatMap(pattern => (pattern.kind === 'exact' ? [pattern.text] : [])),
    exposePatterns: headerPatterns(rule.exposeHeaders, profile),
    allowMethods: allowMethods(rule, profile),
    allowHeaders: allowHeaders(rule, headers, profile),
    exposeHeaders:
      answers.exposeHeaders.kind === 'rule'
        ? list('Access-Control-Expose-Headers', rule.exposeHeaders, ',')
        : undefined,
    maxAge: maxAge(rule, profile),
  };
}

function list(name: string, values: readonly string[], separator: string): ResponseHeader | undefined {
  return values.length === 0 ? undefined : [name, values.join(separator)];
}

function allowMethods(rule: Rule, profile: Profile): ResponseHeader | undefined {
  const convention = profile.answers.allowMethods;
  if (convention.kind === 'requested') return undefined;
  const { order } = convention;
  const methods = order ? order.filter(method => rule.allowedMethods.includes(method)) : rule.allowedMethods;
  return list('Access-Control-Allow-Methods', methods, convention.separator);
}

function allowHeaders(
  rule: Rule,
  patterns: readonly Pattern[],
  profile: Profile,
): ResponseHeader | undefined {
  const convention = profile.answers.allowHeaders;
  switch (convention.kind) {
    case 'fixed':
      return ['Access-Control-Allow-Headers', convention.value];
    case 'requested':
      return undefined;
    case 'rule':
      return patterns.every(pattern => pattern.kind === 'exact')
        ? list('Access-Control-Allow-Headers', rule.allowedHeaders.map(lowerCase), ',')
        : undefined;
    default:
      return convention satisfies never;
  }
}

function lowerCase(name: string): string {
  return name.toLowerCase();
}

function maxAge(rule: Rule, profile: Profile): ResponseHeader | undefined {
  const convention = profile.answers.maxAge;
  const seconds =
    convention.kind === 'fixed' ? convention.seconds : (rule.maxAgeSeconds ?? convention.whenUnset);
  return seconds === undefined ? undefined : ['Access-Control-Max-Age', String(seconds)];
}
