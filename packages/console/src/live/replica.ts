import type { Sample } from './exposition.ts';

/** How a server stands that has its policies from a store of several machines. */
export interface Replica {
  /** Whether it was complete once. */
  readonly isReady: boolean;
  readonly lagRevisions: number;
  /** Since the store last answered. */
  readonly secondsSinceContact: number;
}

/** Undefined where the policies are kept by the server itself. */
export function replicaIn(samples: readonly Sample[]): Replica | undefined {
  const gauge = (name: string): number | undefined =>
    samples.find(sample => sample.name === `crossgate_policy_replica_${name}`)?.value;
  const ready = gauge('ready');
  if (ready === undefined) return undefined;
  return {
    isReady: ready > 0,
    lagRevisions: gauge('lag_revisions') ?? 0,
    secondsSinceContact: gauge('seconds_since_contact') ?? 0,
  };
}
