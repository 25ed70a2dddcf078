import type { PreflightCause } from './browser/plan-fetch.ts';
import type { UnsafeHeader, UnsafeReason } from './browser/safelist.ts';
import type { RefusalReason } from './decision.ts';
import { formatDiagnostic, formatPath, shorten } from './diagnostic.ts';
import type { PolicyEdit } from './edit.ts';
import type { NearMissKind, RuleOutcome } from './explanation.ts';
import type { Obstacle } from './obstacle.ts';

// Texts are lower case without a final period, as those of diagnostics are.

/** Why no rule let a request in. */
export const REFUSAL_TEXTS: Readonly<Record<RefusalReason, string>> = {
  'no-rules': 'there is no rule',
  'origin-missing': 'the request has no `Origin`',
  'method-missing': 'the request has no `Access-Control-Request-Method`',
  'origin-malformed': '`Origin` is not one origin',
  'origin-not-allowed': 'no rule allows the origin',
  'method-not-allowed': 'the origin is allowed, but not with this method',
  'headers-not-allowed': 'origin and method are allowed, but not every requested header',
};

/** What became of one rule. */
export const RULE_OUTCOME_TEXTS: Readonly<Record<RuleOutcome, string>> = {
  chosen: 'answers',
  'chosen-refuses-headers': 'is chosen by origin and method, and refuses: a header is not allowed',
  'origin-not-allowed': 'does not allow the origin',
  'method-not-allowed': 'does not allow the method',
  'headers-not-allowed': 'does not allow every requested header',
  'not-reached': 'is not reached: an earlier rule is chosen',
};

/** In what an entry and the value that it does not match differ. */
export const NEAR_MISS_TEXTS: Readonly<Record<NearMissKind, string>> = {
  case: 'differs in case only',
  'trailing-slash': 'ends with `/`, which an origin never does',
  path: 'has a path, and an origin has none',
  'default-port': 'differs in the default port only, which browsers leave out',
  port: 'differs in the port only',
  scheme: 'differs in the scheme only',
  www: 'differs in `www.` only',
  label: 'its `*` stands for at least one label, and the origin has none there',
};

const UNSAFE_TEXTS: Readonly<Record<Exclude<UnsafeReason, 'name'>, string>> = {
  'value-length': 'its value is longer than 128 bytes',
  'value-byte': 'its value has an unusual character',
  'media-type': 'its value is not that of a form or of plain text',
  range: 'its value is not one range with a start',
  'total-length': 'values have more than 1024 bytes together',
};

/** What makes a preflight necessary. */
export function formatCause(cause: PreflightCause): string {
  switch (cause.kind) {
    case 'method':
      return `the method ${shorten(cause.method)}`;
    case 'header':
      return `the header ${shorten(cause.name.toLowerCase())}${causeOfValue(cause)}`;
    default:
      return cause satisfies never;
  }
}

/** Why a header is asked for that need not be, were its value another. Of one without a value there is nothing to say. */
function causeOfValue({ reason, value }: UnsafeHeader): string {
  return reason === 'name' || value === '' ? '' : ` (${UNSAFE_TEXTS[reason]})`;
}

/** What keeps a change from being made. */
export function formatObstacle(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'not-sent':
      return obstacle.what === 'origin' ? REFUSAL_TEXTS['origin-missing'] : REFUSAL_TEXTS['method-missing'];
    case 'origin-spelling':
      return `browsers write the origin \`${shorten(obstacle.sent)}\`, and with that the request is let in already`;
    case 'read-as-wildcard': {
      const { path, value } = obstacle;
      return `in ${formatPath(path)} \`${shorten(value)}\` would stand for more than itself`;
    }
    case 'not-taken':
      return `the service would not take it: ${formatDiagnostic(obstacle.diagnostic)}`;
    default:
      return obstacle satisfies never;
  }
}

const ADDED = { 'add-origin': 'origin', 'add-method': 'method', 'add-header': 'header' } as const;

/**
 * What to do by hand.
 *
 * @param ruleCount of the policy that is edited
 */
export function formatEdit(edit: PolicyEdit, ruleCount: number): string {
  const rule = formatPath(edit.path.slice(0, 2));
  if (edit.kind !== 'add-rule') {
    return `add the allowed ${ADDED[edit.kind]} \`${shorten(edit.value)}\` to ${rule}`;
  }
  return edit.path[1] < ruleCount ? `add a rule before ${rule}` : 'add a rule after all others';
}
