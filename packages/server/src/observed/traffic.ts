import { RecentlySeen, type TenantKey } from '@crossgate/policy-store';
import type { Outcome } from '../request-observer.ts';
import { FrequentEntries } from './frequent-entries.ts';

/** How much was asked of a tenant since it was first seen. Plain data, for another process. */
export interface TenantTraffic extends TenantKey {
  /** All requests, preflights included. */
  readonly requests: number;
  readonly preflights: number;
  /** Those of both that CORS refused. */
  readonly refused: number;
}

/**
 * What one process has answered for each tenant, in bounded memory. When it is full, a tenant that is not known is counted
 * from its second request on, if that comes soon.
 */
export interface Traffic {
  /** Counts a request of a tenant that there could be, at `now`, in milliseconds since the epoch. */
  readonly record: (key: TenantKey, outcome: Outcome, now: number) => void;
  readonly list: () => readonly TenantTraffic[];
}

/** How many tenants are counted: names of tenants that there are not must not take all the memory. */
const TENANTS_KEPT = 2048;

type Counted = { -readonly [Field in keyof TenantTraffic]: TenantTraffic[Field] };

export function openTraffic(): Traffic {
  const tenants = new FrequentEntries<Counted>(TENANTS_KEPT);
  const lately = new RecentlySeen(2 * TENANTS_KEPT);
  return {
    record: ({ dialect, tenant }, { kind, result }, now) => {
      const id = `${dialect}/${tenant}`;
      const known = tenants.addAgain(id, now);
      // Where far more tenants are asked for than are kept, to make an entry of each would cost more than its request.
      if (!known && tenants.isFull && !lately.see(id)) return;
      const { value } =
        known ?? tenants.add(id, now, () => ({ dialect, tenant, requests: 0, preflights: 0, refused: 0 }));
      value.requests += 1;
      if (kind === 'preflight') value.preflights += 1;
      if (result === 'refused') value.refused += 1;
    },
    list: () => tenants.entries().map(({ value }) => ({ ...value })),
  };
}

/** Those of several processes added up, the busiest first. */
export function mergeTraffic(lists: readonly (readonly TenantTraffic[])[]): readonly TenantTraffic[] {
  const merged = new Map<string, TenantTraffic>();
  for (const traffic of lists.flat()) {
    const key = `${traffic.dialect}/${traffic.tenant}`;
    const known = merged.get(key);
    merged.set(key, known ? addUp(known, traffic) : traffic);
  }
  return [...merged.values()].sort((a, b) => b.requests - a.requests);
}

function addUp(a: TenantTraffic, b: TenantTraffic): TenantTraffic {
  return {
    ...a,
    requests: a.requests + b.requests,
    preflights: a.preflights + b.preflights,
    refused: a.refused + b.refused,
  };
}
