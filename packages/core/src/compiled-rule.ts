import type { ResponseHeader } from './decision.ts';
import { lowerCase } from './field-name.ts';
import { parseHeaderPattern } from './header-pattern.ts';
import { type InvalidPattern, parseOriginPattern } from './origin-pattern.ts';
import type { Pattern } from './pattern.ts';
import type { Rule } from './policy.ts';
import type { Profile } from './profile.ts';

/** A rule, and what is said in its answers: that is made when it answers for the first time, which most rules never do. */
export class CompiledRule {
  readonly source: Rule;
  readonly #profile: Profile;
  #answers: RuleAnswers | undefined;

  /** Every entry of the rule can be read. */
  constructor(source: Rule, profile: Profile) {
    this.source = source;
    this.#profile = profile;
  }

  get answers(): RuleAnswers {
    this.#answers ??= ruleAnswers(this.source, this.#profile);
    return this.#answers;
  }
}

/** What a rule says in every answer, made ahead as far as it can be. */
export interface RuleAnswers {
  /** Whether it names `*` as an origin. */
  readonly anyOrigin: boolean;
  readonly anyHeader: boolean;
  /** The allowed headers that are no patterns, in lower case. */
  readonly exactHeaders: readonly string[];
  /** None where the answer does not depend on which headers it has. */
  readonly exposePatterns: readonly Pattern[];
  /** Undefined: there is nothing to say, or it depends on the request. */
  readonly allowMethods: ResponseHeader | undefined;
  readonly allowHeaders: ResponseHeader | undefined;
  readonly exposeHeaders: ResponseHeader | undefined;
  readonly maxAge: ResponseHeader | undefined;
}

/** @throws TypeError when an entry cannot be read */
export function readOrigins(entries: readonly string[], { origins }: Profile): readonly Pattern[] {
  return entries.map(entry => readable(parseOriginPattern(entry, origins), entry));
}

/** @throws TypeError when a name cannot be read */
export function readHeaders(names: readonly string[], { headers }: Profile): readonly Pattern[] {
  return names.map(name => readable(parseHeaderPattern(name, headers), name));
}

function readable(pattern: Pattern | InvalidPattern, text: string): Pattern {
  if (pattern.kind === 'invalid') {
    throw new TypeError(`cannot compile \`${text}\`: ${pattern.code}; validate the policy first`);
  }
  return pattern;
}

function ruleAnswers(rule: Rule, profile: Profile): RuleAnswers {
  const exactHeaders = rule.allowedHeaders.filter(hasNoStar).map(lowerCase);
  const exposesRuleOnly = profile.answers.exposeHeaders.kind === 'rule';
  return {
    anyOrigin: rule.allowedOrigins.includes('*'),
    anyHeader: rule.allowedHeaders.includes('*'),
    exactHeaders,
    exposePatterns: exposesRuleOnly ? [] : readHeaders(rule.exposeHeaders, profile),
    allowMethods: allowMethods(rule, profile),
    allowHeaders: allowHeaders(rule, exactHeaders, profile),
    exposeHeaders: exposesRuleOnly
      ? list('Access-Control-Expose-Headers', rule.exposeHeaders, ',')
      : undefined,
    maxAge: maxAge(rule, profile),
  };
}

/** Whether a name is one name: what has a star is a pattern. */
function hasNoStar(name: string): boolean {
  return !name.includes('*');
}

function list(name: string, values: readonly string[], separator: string): ResponseHeader | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  return [name, values.length === 1 ? first : values.join(separator)];
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
  exactHeaders: readonly string[],
  profile: Profile,
): ResponseHeader | undefined {
  const convention = profile.answers.allowHeaders;
  switch (convention.kind) {
    case 'fixed':
      return ['Access-Control-Allow-Headers', convention.value];
    case 'requested':
      return undefined;
    case 'rule':
      return exactHeaders.length === rule.allowedHeaders.length
        ? list('Access-Control-Allow-Headers', exactHeaders, ',')
        : undefined;
    default:
      return convention satisfies never;
  }
}

function maxAge(rule: Rule, profile: Profile): ResponseHeader | undefined {
  const convention = profile.answers.maxAge;
  const seconds =
    convention.kind === 'fixed' ? convention.seconds : (rule.maxAgeSeconds ?? convention.whenUnset);
  return seconds === undefined ? undefined : ['Access-Control-Max-Age', String(seconds)];
}
