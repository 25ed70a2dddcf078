import { type Diagnostic, diagnostic, type PolicyPath } from '../diagnostic.ts';
import type { LintedPolicy } from './linted-policy.ts';

/** A limit of fewer is met as a matter of course. */
const FEWEST_TOLD = 5;
const NEAR = 0.9;

/** How near to what the service takes the policy is. What is over a limit, `validate` tells. */
export function checkLimits({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  const { limits } = profile;
  const lists = rules.flatMap(({ path, source, headers, exposed }) => [
    ...near('origins of the rule', source.allowedOrigins.length, limits.originsPerRule, [
      ...path,
      'allowedOrigins',
    ]),
    ...[
      { names: headers, list: 'allowedHeaders' },
      { names: exposed, list: 'exposeHeaders' },
    ].flatMap(({ names, list }) => {
      const count = names.filter(({ pattern }) => pattern.kind === 'exact').length;
      return near('header names in one list', count, limits.headersPerList?.literal, [...path, list]);
    }),
  ]);
  const empty = rules.length === 0 && limits.rules.min === 0 ? [diagnostic('policy-empty', [])] : [];
  return [...empty, ...near('rules', rules.length, limits.rules.max, ['rules']), ...lists];
}

function near(
  what: string,
  count: number,
  limit: number | undefined,
  path: PolicyPath,
): readonly Diagnostic[] {
  if (limit === undefined || limit < FEWEST_TOLD || count > limit || count < limit * NEAR) return [];
  return [diagnostic('limit-near', path, { what, count, limit })];
}
