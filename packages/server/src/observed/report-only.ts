import type { CompiledPolicy } from '@crossgate/core';
import { type Dialect, type Exchange, headerValue, type Reply } from '@crossgate/dialects';
import type { PolicyStore, TenantKey } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import { openCompiledPolicies } from '../compiled-policies.ts';
import type { Metrics } from '../metrics.ts';
import type { Outcome } from '../request-observer.ts';
import { boundedText } from './bounded-text.ts';
import { candidateKey } from './candidate-key.ts';
import type { CandidateTenants } from './candidate-tenants.ts';
import { FrequentEntries } from './frequent-entries.ts';
import { differenceFor, type ObservedRequest, type PolicyDifference } from './policy-difference.ts';

/** What a candidate would have changed since it, or the policy, was set. Plain data, for another process. */
export interface ReportOnlyCounts {
  /** Null while there is no policy. */
  readonly policyRevision: number | null;
  readonly candidateRevision: number;
  /** The requests with `Origin` that were evaluated, and those of them that would be answered differently. */
  readonly evaluated: number;
  readonly differing: number;
  readonly samples: readonly DifferenceSample[];
}

/** Requests of one shape that would be answered differently in the same way. */
export interface DifferenceSample extends PolicyDifference {
  readonly kind: ObservedRequest['kind'];
  readonly origin: string;
  /** What the preflight asked for, or that of the actual request. */
  readonly method: string;
  /** What the preflight asked for; null when it asked for none. */
  readonly requestHeaders: string | null;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** The candidates of one dialect's tenants, held beside the policies in force. What is answered never depends on it. */
export interface ReportOnly {
  readonly evaluate: (exchange: Exchange, reply: Reply, outcome: Outcome) => void;
  /** Undefined when the tenant has no candidate, or nothing was evaluated against the two as they are now. */
  readonly counts: (tenant: string) => ReportOnlyCounts | undefined;
}

/** How many kinds of differences are remembered of each candidate. */
export const SAMPLES_KEPT = 64;
const TEXT_LIMIT = 1024;

type Sample = Omit<DifferenceSample, 'count' | 'firstSeen' | 'lastSeen'>;

interface Tally {
  readonly policyRevision: number | null;
  readonly candidateRevision: number;
  evaluated: number;
  differing: number;
  readonly samples: FrequentEntries<Sample>;
}

export function openReportOnly(
  dialect: Dialect,
  policies: PolicyStore,
  candidates: CandidateTenants,
  metrics: Metrics,
  log: Logger,
): ReportOnly {
  const compiled = openCompiledPolicies(policies, dialect.profile, log);
  const evaluations = metrics.counter(
    'crossgate_report_only_total',
    'Requests held against a candidate policy, by what it would change.',
    ['dialect', 'outcome'],
  );
  const tallies = new Map<string, Tally>();

  function tallyOf(key: TenantKey): Tally | undefined {
    const candidate = policies.get(candidateKey(key));
    if (!candidate) {
      tallies.delete(key.tenant);
      return undefined;
    }
    const candidateRevision = candidate.revision;
    const policyRevision = policies.get(key)?.revision ?? null;
    let tally = tallies.get(key.tenant);
    if (tally?.candidateRevision !== candidateRevision || tally.policyRevision !== policyRevision) {
      const samples = new FrequentEntries<Sample>(SAMPLES_KEPT);
      tally = { policyRevision, candidateRevision, evaluated: 0, differing: 0, samples };
      tallies.set(key.tenant, tally);
    }
    return tally;
  }

  function evaluate(tenant: string, exchange: Exchange, reply: Reply, { kind }: Outcome): void {
    const observed = observe(exchange, reply, kind === 'preflight');
    if (!observed) return;
    const key: TenantKey = { dialect: dialect.id, tenant };
    const tally = tallyOf(key);
    const candidate = compiled.get(candidateKey(key));
    if (!tally || !candidate) return;
    const enforced: CompiledPolicy = compiled.get(key) ?? compiled.none;
    const difference = differenceFor(enforced, candidate, observed);
    evaluations.increment(dialect.id, difference.outcome);
    tally.evaluated += 1;
    if (difference.outcome === 'same') return;
    tally.differing += 1;
    const sample = { ...describe(observed), ...difference };
    tally.samples.add(JSON.stringify(sample), exchange.receivedAt, () => sample);
  }

  return {
    evaluate: (exchange, reply, outcome) => {
      const { tenant } = exchange.location;
      if (tenant === undefined || !candidates.has(tenant)) return;
      try {
        evaluate(tenant, exchange, reply, outcome);
      } catch (error) {
        log.error({ requestId: exchange.requestId, err: error }, 'a candidate could not be evaluated');
      }
    },
    counts: tenant => {
      const tally = candidates.has(tenant) ? tallyOf({ dialect: dialect.id, tenant }) : undefined;
      if (!tally) return undefined;
      const samples = tally.samples
        .entries()
        .map(({ value, count, firstSeen, lastSeen }) => ({ ...value, count, firstSeen, lastSeen }));
      return { ...tally, samples };
    },
  };
}

/** Undefined for what is no CORS request (Fetch, "CORS request"). */
function observe({ request }: Exchange, reply: Reply, isPreflight: boolean): ObservedRequest | undefined {
  const origin = headerValue(request, 'origin');
  if (!origin) return undefined;
  if (isPreflight) {
    const requestMethod = headerValue(request, 'access-control-request-method');
    const requestHeaders = headerValue(request, 'access-control-request-headers');
    return { kind: 'preflight', request: { origin, requestMethod, requestHeaders } };
  }
  // Without what the policy in force has added.
  const responseHeaderNames = reply.headers
    .map(([name]) => name)
    .filter(name => !name.toLowerCase().startsWith('access-control-'));
  return { kind: 'actual', request: { origin, method: request.method, responseHeaderNames } };
}

function describe({ kind, request }: ObservedRequest): Omit<Sample, keyof PolicyDifference> {
  const preflight = kind === 'preflight' ? request : undefined;
  const method = kind === 'preflight' ? (request.requestMethod ?? '') : request.method;
  return {
    kind,
    origin: boundedText(request.origin ?? '', TEXT_LIMIT),
    method: boundedText(method, TEXT_LIMIT),
    requestHeaders:
      preflight?.requestHeaders === undefined ? null : boundedText(preflight.requestHeaders, TEXT_LIMIT),
  };
}

/** What several processes counted for these two policies, as one. What was counted for others is left out. */
export function mergeReportOnly(
  answers: readonly (ReportOnlyCounts | null)[],
  { policyRevision, candidateRevision }: Pick<ReportOnlyCounts, 'policyRevision' | 'candidateRevision'>,
): ReportOnlyCounts {
  const counts = answers
    .filter(each => each !== null)
    .filter(each => each.candidateRevision === candidateRevision && each.policyRevision === policyRevision);
  const samples = new Map<string, DifferenceSample>();
  for (const sample of counts.flatMap(each => each.samples)) {
    const { count, firstSeen, lastSeen, ...what } = sample;
    const key = JSON.stringify(what);
    const known = samples.get(key);
    samples.set(key, {
      ...what,
      count: count + (known?.count ?? 0),
      firstSeen: Math.min(firstSeen, known?.firstSeen ?? firstSeen),
      lastSeen: Math.max(lastSeen, known?.lastSeen ?? lastSeen),
    });
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    policyRevision,
    candidateRevision,
    evaluated: sum(counts.map(each => each.evaluated)),
    differing: sum(counts.map(each => each.differing)),
    samples: [...samples.values()].sort((a, b) => b.count - a.count || b.lastSeen - a.lastSeen),
  };
}
