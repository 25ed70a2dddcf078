import { type Exchange, headerValue, type Reply } from '@crossgate/dialects';
import type { TenantKey } from '@crossgate/policy-store';
import type { Outcome } from '../request-observer.ts';
import { boundedText, isWhole } from './bounded-text.ts';
import { FrequentEntries, type FrequentEntry } from './frequent-entries.ts';

/** Requests of one kind that were refused for one reason. Plain data, for another process. */
export interface Refusal extends TenantKey {
  readonly kind: 'preflight' | 'actual';
  /** Null when there was none. */
  readonly origin: string | null;
  /** What the preflight asked for, or that of the actual request; null when a preflight asked for none. */
  readonly method: string | null;
  /** What no rule had for it. */
  readonly reason: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The last of them. */
  readonly sample: RefusalSample;
}

export interface RefusalSample {
  /** As in the log. */
  readonly requestId: string;
  readonly path: string;
  /** What the preflight asked for; null when it asked for none. */
  readonly requestHeaders: string | null;
  readonly status: number;
  /** Whether something that the decision depends on was too long to be kept. */
  readonly isCut: boolean;
}

/** Which refusals are asked for; left out, of all tenants. */
export interface RefusalQuery extends Partial<TenantKey> {
  readonly order: RefusalOrder;
  readonly limit: number;
}

export type RefusalOrder = 'newest' | 'most-frequent';

/** The recent refusals of one process. */
export interface Refusals {
  /** Remembers a request that was refused, of a tenant that there could be. */
  readonly record: (key: TenantKey, exchange: Exchange, reply: Reply, outcome: Outcome) => void;
  readonly list: (query: RefusalQuery) => readonly Refusal[];
}

type Kept = Pick<Refusal, 'kind' | 'origin' | 'method' | 'reason' | 'sample'>;

interface Tenant extends TenantKey {
  readonly refusals: FrequentEntries<Kept>;
}

/** How many tenants are remembered, and how many kinds of refusals of each of them. */
export const TENANTS_KEPT = 256;
export const REFUSALS_KEPT = 64;

/** Longest texts that are kept, in characters: a host of 253 fits, with scheme and port. */
const ORIGIN_LIMIT = 300;
const METHOD_LIMIT = 64;
const HEADERS_LIMIT = 1024;
const PATH_LIMIT = 256;

export function openRefusals(): Refusals {
  const tenants = new FrequentEntries<Tenant>(TENANTS_KEPT);
  return {
    record: ({ dialect, tenant }, exchange, reply, { kind, reason }) => {
      const now = exchange.receivedAt;
      const { value } = tenants.add(
        `${dialect}/${tenant}`,
        now,
        former => former ?? { dialect, tenant, refusals: new FrequentEntries<Kept>(REFUSALS_KEPT) },
      );
      const kept = describe(exchange, reply, kind === 'preflight', reason);
      const key = [kept.kind, kept.origin, kept.method, reason].join('\0');
      value.refusals.add(key, now, () => kept);
    },
    list: query => {
      const chosen =
        query.dialect !== undefined && query.tenant !== undefined
          ? [tenants.get(`${query.dialect}/${query.tenant}`)]
          : tenants.entries();
      return inOrder(
        chosen.flatMap(entry => (entry ? refusalsOf(entry.value) : [])),
        query,
      );
    },
  };
}

function refusalsOf({ dialect, tenant, refusals }: Tenant): readonly Refusal[] {
  return refusals.entries().map(({ value, count, firstSeen, lastSeen }: FrequentEntry<Kept>) => ({
    dialect,
    tenant,
    ...value,
    count,
    firstSeen,
    lastSeen,
  }));
}

function describe(exchange: Exchange, reply: Reply, isPreflight: boolean, reason: string): Kept {
  const { request, location, requestId } = exchange;
  const origin = headerValue(request, 'origin');
  const method = isPreflight ? headerValue(request, 'access-control-request-method') : request.method;
  const requestHeaders = isPreflight ? headerValue(request, 'access-control-request-headers') : undefined;
  return {
    kind: isPreflight ? 'preflight' : 'actual',
    origin: origin === undefined ? null : boundedText(origin, ORIGIN_LIMIT),
    method: method === undefined ? null : boundedText(method, METHOD_LIMIT),
    reason,
    sample: {
      requestId,
      path: boundedText(location.path, PATH_LIMIT),
      requestHeaders: requestHeaders === undefined ? null : boundedText(requestHeaders, HEADERS_LIMIT),
      status: reply.status,
      isCut: !(
        isWhole(origin ?? '', ORIGIN_LIMIT) &&
        isWhole(method ?? '', METHOD_LIMIT) &&
        isWhole(requestHeaders ?? '', HEADERS_LIMIT)
      ),
    },
  };
}

/** What several processes remember, as one list: the same refusals added up. */
export function mergeRefusals(
  lists: readonly (readonly Refusal[])[],
  query: RefusalQuery,
): readonly Refusal[] {
  const merged = new Map<string, Refusal>();
  for (const refusal of lists.flat()) {
    const { dialect, tenant, kind, origin, method, reason } = refusal;
    const key = [dialect, tenant, kind, origin, method, reason].join('\0');
    const known = merged.get(key);
    merged.set(key, known ? addUp(known, refusal) : refusal);
  }
  return inOrder([...merged.values()], query);
}

function addUp(a: Refusal, b: Refusal): Refusal {
  return {
    ...(a.lastSeen < b.lastSeen ? b : a),
    count: a.count + b.count,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
  };
}

function inOrder(refusals: readonly Refusal[], { order, limit }: RefusalQuery): readonly Refusal[] {
  const newest = (a: Refusal, b: Refusal) => b.lastSeen - a.lastSeen;
  const compare = order === 'newest' ? newest : (a: Refusal, b: Refusal) => b.count - a.count || newest(a, b);
  return refusals.toSorted(compare).slice(0, limit);
}
