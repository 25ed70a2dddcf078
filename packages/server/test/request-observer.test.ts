import type { Exchange, Reply } from '@crossgate/dialects';
import { cosDialect } from '@crossgate/dialects';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { formatMetrics, newMetrics } from '../src/metrics.ts';
import { type Outcome, openRequestObserver } from '../src/request-observer.ts';

function exchangeOf(target: string, headers: readonly string[] = []): Exchange {
  const request = { method: 'GET', target, rawHeaders: ['Host', '127.0.0.1', ...headers] };
  return { request, location: cosDialect.locate(request), requestId: 'r1', receivedAt: 0 };
}

const REPLY: Reply = { status: 200, headers: [] };
const REFUSED: Outcome = { kind: 'data', result: 'refused', reason: 'origin-not-allowed' };

/** Observes one request, and gives what was written. */
function observed(
  level: 'debug' | 'info',
  exchange: Exchange,
  outcome: Outcome,
  reply = REPLY,
): { readonly lines: Record<string, unknown>[]; readonly metrics: string } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level, base: null }, { write: line => lines.push(JSON.parse(line)) });
  const metrics = newMetrics();
  openRequestObserver('cos', metrics, log)(exchange, reply, outcome, performance.now());
  return { lines, metrics: formatMetrics([metrics.snapshot()]) };
}

describe(openRequestObserver, () => {
  it('writes a refusal at info, with its reason', () => {
    const exchange = exchangeOf('/examplebucket-1250000000/a.txt', ['Origin', 'https://evil.example']);
    expect(observed('info', exchange, REFUSED).lines).toMatchObject([
      {
        level: 30,
        requestId: 'r1',
        outcome: 'refused',
        reason: 'origin-not-allowed',
        method: 'GET',
        path: '/examplebucket-1250000000/a.txt',
        tenant: 'examplebucket-1250000000',
        origin: 'https://evil.example',
        status: 200,
      },
    ]);
  });

  it.each<{ name: string; reply: Reply; result?: 'limited'; count: number }>([
    { name: 'an error of its own', reply: { status: 500, headers: [] }, count: 1 },
    { name: 'a store that takes nothing', reply: { status: 503, headers: [] }, count: 1 },
    { name: 'one of the upstream', reply: { status: 503, headers: [], fromUpstream: true }, count: 0 },
    { name: 'one too many', reply: { status: 503, headers: [] }, result: 'limited', count: 0 },
    { name: 'an upstream that is away', reply: { status: 502, headers: [] }, count: 0 },
  ])('counts $name as failed, or not', ({ reply, result, count }) => {
    const outcome: Outcome = { kind: 'data', result: result ?? 'not-cors', reason: '' };
    const { metrics } = observed('info', exchangeOf('/b-1/a'), outcome, reply);
    const sample = 'crossgate_failed_requests_total{dialect="cos",kind="data"} 1\n';
    expect(metrics.includes(sample)).toBe(count === 1);
  });

  it('writes what is not refused at debug only', () => {
    const exchange = exchangeOf('/examplebucket-1250000000/a.txt');
    const outcome: Outcome = { kind: 'data', result: 'not-cors', reason: '' };
    expect(observed('info', exchange, outcome).lines).toEqual([]);
    expect(observed('debug', exchange, outcome).lines).toMatchObject([{ level: 20, outcome: 'not-cors' }]);
  });

  it.each([
    { name: 'the signature of a presigned URL', target: '/b-1/a?q-ak=AKID&q-signature=SECRET' },
    { name: 'the token of a presigned URL', target: 'http://b-1.localhost/a?x-cos-security-token=SECRET' },
    { name: 'the Authorization header', target: '/b-1/a', headers: ['Authorization', 'q-signature=SECRET'] },
    { name: 'a security token header', target: '/b-1/a', headers: ['x-cos-security-token', 'SECRET'] },
  ])('never writes $name', ({ target, headers }) => {
    const { lines } = observed('debug', exchangeOf(target, headers), REFUSED);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('SECRET');
  });

  it('counts every request, whatever is logged', () => {
    const { metrics } = observed('info', exchangeOf('/b-1/a'), REFUSED);
    expect(metrics).toContain(
      'crossgate_requests_total{dialect="cos",kind="data",outcome="refused",reason="origin-not-allowed"} 1\n',
    );
    expect(metrics).toContain('crossgate_request_duration_seconds_count{dialect="cos",kind="data"} 1\n');
  });

  it('writes one line a second of requests that were one too many, with how many had none', () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'info', base: null }, { write: line => lines.push(JSON.parse(line)) });
    const metrics = newMetrics();
    const observe = openRequestObserver('cos', metrics, log);
    const outcome: Outcome = { kind: 'preflight', result: 'limited', reason: 'address' };
    for (const started of [5_000, 5_001, 5_999, 6_000, 6_001, 8_000]) {
      observe(exchangeOf('/b-1/a'), REPLY, outcome, started);
    }
    expect(lines.map(({ reason, untold }) => [reason, untold])).toEqual([
      ['address', undefined],
      ['address', 2],
      ['address', 1],
    ]);
    expect(formatMetrics([metrics.snapshot()])).toContain('outcome="limited",reason="address"} 6\n');
  });
});
