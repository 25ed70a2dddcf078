import { describe, expect, it } from 'vitest';
import { parseExposition } from '../src/live/exposition.ts';
import { replicaIn } from '../src/live/replica.ts';
import { quantileOf, ratesOf, type Traffic, trafficOf } from '../src/live/traffic.ts';

const EXPOSITION = `# HELP crossgate_requests_total Requests by what CORS made of them.
# TYPE crossgate_requests_total counter
crossgate_requests_total{dialect="cos",kind="preflight",outcome="allowed",reason=""} 7
crossgate_requests_total{dialect="cos",kind="preflight",outcome="refused",reason="a \\"b\\" \\\\ c"} 2
crossgate_requests_total{dialect="boomi",kind="data",outcome="refused",reason="no-rules"} 1
crossgate_request_duration_seconds_bucket{dialect="cos",kind="preflight",le="0.001"} 6
crossgate_request_duration_seconds_bucket{dialect="cos",kind="preflight",le="0.1"} 8
crossgate_request_duration_seconds_bucket{dialect="cos",kind="preflight",le="+Inf"} 9
up 1
`;

describe('parseExposition', () => {
  it('reads names, labels with escapes, and values', () => {
    const samples = parseExposition(EXPOSITION);
    expect(samples).toHaveLength(7);
    expect(samples[1]?.labels).toEqual({
      dialect: 'cos',
      kind: 'preflight',
      outcome: 'refused',
      reason: 'a "b" \\ c',
    });
    expect(samples.at(-1)).toEqual({ name: 'up', labels: {}, value: 1 });
  });
});

describe('trafficOf', () => {
  it('adds up all services, or one', () => {
    const all = trafficOf(parseExposition(EXPOSITION), 0);
    expect(all).toMatchObject({ preflights: 9, refusals: 3 });
    expect(Object.fromEntries(all.outcomes)).toEqual({ allowed: 7, refused: 3 });
    expect(trafficOf(parseExposition(EXPOSITION), 0, 'boomi')).toMatchObject({ preflights: 0, refusals: 1 });
  });

  it('makes single buckets of cumulative ones', () => {
    const { latencies } = trafficOf(parseExposition(EXPOSITION), 0);
    expect(latencies.get('preflight')).toEqual([
      { upToSeconds: 0.001, count: 6 },
      { upToSeconds: 0.1, count: 2 },
      { upToSeconds: Infinity, count: 1 },
    ]);
  });
});

describe('replicaIn', () => {
  it('reads how far the replica is behind', () => {
    const text = ['ready 1', 'lag_revisions 3', 'seconds_since_contact 2.5']
      .map(line => `crossgate_policy_replica_${line}`)
      .join('\n');
    expect(replicaIn(parseExposition(text))).toEqual({
      isReady: true,
      lagRevisions: 3,
      secondsSinceContact: 2.5,
    });
  });

  it('knows of none where the server keeps its own policies', () => {
    expect(replicaIn(parseExposition(EXPOSITION))).toBeUndefined();
  });
});

describe('ratesOf', () => {
  const reading = (atMs: number, preflights: number): Traffic => ({ ...trafficOf([], atMs), preflights });

  it('is per second, and nothing after the server was started anew', () => {
    const readings = [reading(0, 10), reading(2_000, 30), reading(4_000, 5)];
    expect(ratesOf(readings, each => each.preflights)).toEqual([10, 0]);
  });
});

describe('quantileOf', () => {
  const buckets = [
    { upToSeconds: 0.001, count: 98 },
    { upToSeconds: 0.1, count: 1 },
    { upToSeconds: Infinity, count: 1 },
  ];

  it.each([
    { share: 0.5, limit: 0.001 },
    { share: 0.99, limit: 0.1 },
    { share: 1, limit: Infinity },
  ])('is the limit of the bucket in which $share is reached', ({ share, limit }) => {
    expect(quantileOf(buckets, share)).toBe(limit);
  });

  it('is unknown without requests', () => {
    expect(quantileOf([], 0.5)).toBeUndefined();
  });
});
