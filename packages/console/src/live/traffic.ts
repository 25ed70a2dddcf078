import type { Sample } from './exposition.ts';

/** What is read of the metrics at one time. Everything counts from the start of the server. */
export interface Traffic {
  readonly atMs: number;
  readonly preflights: number;
  readonly refusals: number;
  /** Requests by what CORS made of them. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** By kind of request: how many were answered within each limit, in seconds, the last without one. */
  readonly latencies: ReadonlyMap<string, readonly Bucket[]>;
}

export interface Bucket {
  readonly upToSeconds: number;
  readonly count: number;
}

/** @param dialect of the service that is looked at; undefined for all */
export function trafficOf(samples: readonly Sample[], atMs: number, dialect?: string): Traffic {
  const own = samples.filter(({ labels }) => dialect === undefined || isOf(labels, 'dialect', dialect));
  const requests = own.filter(({ name }) => name === 'crossgate_requests_total');
  const buckets = own.filter(({ name }) => name === 'crossgate_request_duration_seconds_bucket');
  return {
    atMs,
    preflights: sum(requests.filter(({ labels }) => isOf(labels, 'kind', 'preflight'))),
    refusals: sum(requests.filter(({ labels }) => isOf(labels, 'outcome', 'refused'))),
    outcomes: new Map(groups(requests, 'outcome').map(([outcome, found]) => [outcome, sum(found)] as const)),
    latencies: new Map(groups(buckets, 'kind').map(([kind, found]) => [kind, bucketsOf(found)] as const)),
  };
}

function isOf(labels: Sample['labels'], label: string, value: string): boolean {
  return labels[label] === value;
}

/** Cumulative buckets of several services, as single ones. */
function bucketsOf(samples: readonly Sample[]): readonly Bucket[] {
  const limits = groups(samples, 'le')
    .map(([limit, found]) => ({
      upToSeconds: limit === '+Inf' ? Infinity : Number(limit),
      total: sum(found),
    }))
    .sort((a, b) => a.upToSeconds - b.upToSeconds);
  return limits.map(({ upToSeconds, total }, i) => ({
    upToSeconds,
    count: total - (limits[i - 1]?.total ?? 0),
  }));
}

function groups(samples: readonly Sample[], label: string): [string, Sample[]][] {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) {
    const value = sample.labels[label] ?? '';
    const group = found.get(value);
    if (group) group.push(sample);
    else found.set(value, [sample]);
  }
  return [...found];
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/** Per second, between each reading and the one before it. A server that was started anew begins at nothing. */
export function ratesOf(
  readings: readonly Traffic[],
  count: (reading: Traffic) => number,
): readonly number[] {
  return readings.slice(1).map((reading, i) => {
    const before = readings[i];
    if (!before) return 0;
    const seconds = (reading.atMs - before.atMs) / 1000;
    const grown = count(reading) - count(before);
    return seconds > 0 && grown > 0 ? grown / seconds : 0;
  });
}

/** The limit within which this share of the requests was answered; undefined where there were none. */
export function quantileOf(buckets: readonly Bucket[], share: number): number | undefined {
  const total = buckets.reduce((all, { count }) => all + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const { upToSeconds, count } of buckets) {
    seen += count;
    if (seen >= share * total) return upToSeconds;
  }
  return Infinity;
}
