import { CompiledRule, readHeaders, readOrigins } from './compiled-rule.ts';
import { type MethodIndex, newMethodIndex } from './method-index.ts';
import { originExtent } from './origin-pattern.ts';
import { newPatternIndex, type PatternIndex } from './pattern-index.ts';
import type { Policy } from './policy.ts';
import type { Profile } from './profile.ts';

/**
 * A policy as one service reads it. To compile costs little: indexes and the headers of answers are made as far as the
 * policy is asked for, and what it says never changes.
 */
export interface CompiledPolicy {
  readonly profile: Profile;
  readonly rules: readonly CompiledRule[];
  readonly origins: PatternIndex;
  readonly methods: MethodIndex;
  readonly headers: PatternIndex;
  /** Whether the policy itself asks for `Vary: Origin`. */
  readonly vary: boolean;
}

/**
 * Compiles a policy that `validate` has no error for.
 *
 * @throws TypeError when an entry of the policy cannot be read
 */
export function compile({ rules, vary = false }: Policy, profile: Profile): CompiledPolicy {
  for (const { exposeHeaders } of rules) readHeaders(exposeHeaders, profile);
  return {
    profile,
    rules: rules.map(rule => new CompiledRule(rule, profile)),
    origins: newPatternIndex(
      rules.map(({ allowedOrigins }) => readOrigins(allowedOrigins, profile)),
      originExtent(profile.origins),
    ),
    methods: newMethodIndex(rules, profile),
    headers: newPatternIndex(
      rules.map(({ allowedHeaders }) => readHeaders(allowedHeaders, profile)),
      'anything',
    ),
    vary,
  };
}
