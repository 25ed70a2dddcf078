import type { Profile } from '../profile.ts';
import type { LintedRule } from './linted-policy.ts';
import { allowsHeaders } from './rule-requests.ts';

/**
 * What a page would notice when its request was answered by `b` in place of `a`, both of which allow it; empty when
 * nothing. That the lists of methods or headers of the answers differ makes no difference for a request whose own are in
 * both.
 */
export function answerDifferences(a: LintedRule, b: LintedRule, profile: Profile): readonly string[] {
  const { answers, headers } = profile;
  const names = new Set([...answers.preflight, ...answers.actual]);
  const differences: string[] = [];
  if (a.answersCredentials !== b.answersCredentials) differences.push('Access-Control-Allow-Credentials');
  if (names.has('Access-Control-Expose-Headers') && exposedBy(a) !== exposedBy(b)) {
    differences.push('Access-Control-Expose-Headers');
  }
  if (names.has('Access-Control-Max-Age') && ageOf(a, profile) !== ageOf(b, profile)) {
    differences.push('Access-Control-Max-Age');
  }
  const ruleRefuses = headers.unlisted === 'refuse' || headers.unlisted === 'filter';
  if (ruleRefuses && !(allowsHeaders(a, b) && allowsHeaders(b, a))) {
    differences.push('Access-Control-Allow-Headers');
  }
  return differences;
}

function exposedBy({ exposed }: LintedRule): string {
  return [...new Set(exposed.map(({ value }) => value.toLowerCase()))].sort().join();
}

function ageOf({ source }: LintedRule, { answers }: Profile): number | undefined {
  const { maxAge } = answers;
  return maxAge.kind === 'fixed' ? maxAge.seconds : (source.maxAgeSeconds ?? maxAge.whenUnset);
}
