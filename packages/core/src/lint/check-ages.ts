import { MAX_AGE_LIMIT_SECONDS } from '../browser/browsers.ts';
import { type Diagnostic, diagnostic } from '../diagnostic.ts';
import type { LintedPolicy } from './linted-policy.ts';

/** For how long browsers keep answers to preflights. Nothing where the service decides that itself. */
export function checkAges({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  const { answers, fields, limits } = profile;
  const convention = answers.maxAge;
  if (convention.kind !== 'rule' || !fields.includes('maxAgeSeconds')) return [];
  return rules.flatMap(({ path, source }) => {
    const field = [...path, 'maxAgeSeconds'];
    const seconds = source.maxAgeSeconds;
    if (seconds === undefined) {
      // Where an age is required, that there is none is an error.
      const isTold = limits.maxAgeSeconds.required || convention.whenUnset !== undefined;
      return isTold ? [] : [diagnostic('max-age-unset', field)];
    }
    if (seconds === 0) return [diagnostic('max-age-zero', field)];
    const exceeded = BROWSERS.filter(({ limitSeconds }) => seconds > limitSeconds);
    if (exceeded.length === 0 || seconds > limits.maxAgeSeconds.max) return [];
    const told = exceeded
      .map(({ name, limitSeconds }) => `${name} keeps them for ${limitSeconds}`)
      .join(', ');
    return [diagnostic('max-age-beyond-browsers', field, { seconds, limits: told })];
  });
}

const BROWSERS: readonly { readonly name: string; readonly limitSeconds: number }[] = [
  { name: 'Chromium', limitSeconds: MAX_AGE_LIMIT_SECONDS.chromium },
  { name: 'Firefox', limitSeconds: MAX_AGE_LIMIT_SECONDS.firefox },
];
