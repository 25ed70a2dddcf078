import {
  type ActualDecision,
  type ActualRequest,
  type CompiledPolicy,
  decideActual,
  decidePreflight,
  type PreflightDecision,
  type PreflightRequest,
} from '@crossgate/core';

/** A request as the engine is told of it. */
export type ObservedRequest =
  | { readonly kind: 'preflight'; readonly request: PreflightRequest }
  | { readonly kind: 'actual'; readonly request: ActualRequest };

/** What another policy would have made of a request. */
export interface PolicyDifference {
  /** `answer`: it is let in by both, and answered with other headers. */
  readonly outcome: 'same' | 'gained' | 'lost' | 'answer';
  readonly old: ObservedOutcome;
  readonly new: ObservedOutcome;
  /** The `Access-Control-*` headers whose values differ, sorted. */
  readonly headers: readonly string[];
}

export interface ObservedOutcome {
  readonly kind: 'allowed' | 'refused';
  /** Why not; null when it is allowed. */
  readonly reason: string | null;
}

/**
 * Compares what is answered, as far as CORS goes, and not why: two refusals are the same. `Vary` is left out, which is
 * for caches.
 */
export function differenceFor(
  enforced: CompiledPolicy,
  candidate: CompiledPolicy,
  observed: ObservedRequest,
): PolicyDifference {
  const before = decide(enforced, observed);
  const after = decide(candidate, observed);
  const headers = before.kind === 'allowed' && after.kind === 'allowed' ? changed(before, after) : [];
  return { outcome: outcome(before, after, headers), old: told(before), new: told(after), headers };
}

type Decision = PreflightDecision | ActualDecision;

function decide(policy: CompiledPolicy, observed: ObservedRequest): Decision {
  return observed.kind === 'preflight'
    ? decidePreflight(policy, observed.request)
    : decideActual(policy, observed.request);
}

function outcome(before: Decision, after: Decision, headers: readonly string[]): PolicyDifference['outcome'] {
  const [was, is] = [before.kind === 'allowed', after.kind === 'allowed'];
  if (was !== is) return is ? 'gained' : 'lost';
  return headers.length > 0 ? 'answer' : 'same';
}

function told(decision: Decision): ObservedOutcome {
  return decision.kind === 'allowed'
    ? { kind: 'allowed', reason: null }
    : { kind: 'refused', reason: decision.kind === 'refused' ? decision.reason : decision.kind };
}

type Answered = Extract<Decision, { readonly kind: 'allowed' }>;

function changed(before: Answered, after: Answered): readonly string[] {
  const [old, now] = [new Map(before.headers), new Map(after.headers)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].filter(name => name !== 'Vary' && old.get(name) !== now.get(name)).sort();
}
