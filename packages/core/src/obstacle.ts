import type { CandidateChange } from './candidate-change.ts';
import type { CompiledPolicy } from './compile.ts';
import { type Diagnostic, diagnostic, formatPath, type PolicyPath } from './diagnostic.ts';
import type { Rule } from './policy.ts';
import { checkTotalLength, validate } from './validate.ts';

/** What keeps a change from being made. */
export type Obstacle =
  | { readonly kind: 'not-sent'; readonly what: 'origin' | 'method' }
  /** No browser writes the origin so. What they send in its place is let in already. */
  | { readonly kind: 'origin-spelling'; readonly sent: string }
  /** In the list at `path` the value would stand for more than itself. */
  | { readonly kind: 'read-as-wildcard'; readonly path: PolicyPath; readonly value: string }
  /** The service would not take the changed policy. The path is that in the changed policy. */
  | { readonly kind: 'not-taken'; readonly diagnostic: Diagnostic };

/** Everything that keeps a change from being made; empty when it can be. */
export function obstaclesTo(policy: CompiledPolicy, change: CandidateChange): readonly Obstacle[] {
  const { index, source, added, kind } = change;
  const isNew = kind === 'addition';
  const obstacles: Obstacle[] = [];
  for (const [list, values] of Object.entries(added)) {
    for (const value of values) {
      if (value.includes('*')) {
        obstacles.push({ kind: 'read-as-wildcard', path: ['rules', index, list], value });
      }
    }
  }
  const before = isNew ? [] : findings(policy, source, index);
  const known = new Set(before.map(nameOf));
  const after = isNew ? source : extended(source, added);
  for (const finding of findings(policy, after, index)) {
    if (finding.code !== 'rules-too-long' && !known.has(nameOf(finding)))
      obstacles.push({ kind: 'not-taken', diagnostic: finding });
  }
  const limit = policy.profile.limits.rules.max;
  const count = policy.rules.length + 1;
  if (isNew && limit !== undefined && count > limit) {
    obstacles.push({
      kind: 'not-taken',
      diagnostic: diagnostic('rules-too-many', ['rules'], { count, limit }),
    });
  }
  if (policy.profile.limits.totalLength === undefined) return obstacles;
  const rules = policy.rules.map(each => each.source);
  const changed = isNew ? [...rules, after] : rules.map((each, at) => (at === index ? after : each));
  if (tooLong(policy, rules).length === 0) {
    for (const finding of tooLong(policy, changed))
      obstacles.push({ kind: 'not-taken', diagnostic: finding });
  }
  return obstacles;
}

function extended(
  rule: Rule,
  { allowedOrigins, allowedMethods, allowedHeaders }: CandidateChange['added'],
): Rule {
  return {
    ...rule,
    allowedOrigins: [...rule.allowedOrigins, ...allowedOrigins],
    allowedMethods: [...rule.allowedMethods, ...allowedMethods],
    allowedHeaders: [...rule.allowedHeaders, ...allowedHeaders],
  };
}

/** The findings about one rule, which do not depend on the others: looking at these alone keeps long policies cheap. */
function findings({ profile }: CompiledPolicy, rule: Rule, index: number): readonly Diagnostic[] {
  return validate({ rules: [rule] }, profile).map(finding => ({
    ...finding,
    path: ['rules', index, ...finding.path.slice(2)],
  }));
}

function tooLong({ profile }: CompiledPolicy, rules: readonly Rule[]): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  checkTotalLength({ rules }, profile, found);
  return found;
}

function nameOf({ code, path }: Diagnostic): string {
  return `${code} ${formatPath(path)}`;
}
