import { cosDialect, type Exchange } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import {
  mergeRefusals,
  openRefusals,
  REFUSALS_KEPT,
  type Refusal,
  type Refusals,
  TENANTS_KEPT,
} from '../../src/observed/refusals.ts';

const ALL = { order: 'most-frequent', limit: 1_000_000 } as const;

function exchange(origin: string, receivedAt = 0, headers: readonly string[] = []): Exchange {
  const request = {
    method: 'OPTIONS',
    target: '/key',
    rawHeaders: [
      'Host',
      'b-1.cos.r.myqcloud.com',
      'Origin',
      origin,
      'Access-Control-Request-Method',
      'GET',
      ...headers,
    ],
  };
  return { request, location: cosDialect.locate(request), requestId: `id${receivedAt}`, receivedAt };
}

function refuse(
  refusals: Refusals,
  { tenant = 'b-1', origin = 'https://a.example', at = 0, headers = [] as readonly string[] },
): void {
  const outcome = { kind: 'preflight', result: 'refused', reason: 'origin-not-allowed' } as const;
  const reply = { status: 403, headers: [] };
  refusals.record({ dialect: 'cos', tenant }, exchange(origin, at, headers), reply, outcome);
}

describe(openRefusals, () => {
  it('adds up those of one origin, method and reason, with the last as a sample', () => {
    const refusals = openRefusals();
    refuse(refusals, { at: 10 });
    refuse(refusals, { at: 30, headers: ['Access-Control-Request-Headers', 'x-a'] });
    expect(refusals.list(ALL)).toEqual([
      {
        dialect: 'cos',
        tenant: 'b-1',
        kind: 'preflight',
        origin: 'https://a.example',
        method: 'GET',
        reason: 'origin-not-allowed',
        count: 2,
        firstSeen: 10,
        lastSeen: 30,
        sample: { requestId: 'id30', path: '/key', requestHeaders: 'x-a', status: 403, isCut: false },
      },
    ]);
  });

  it('tells those of one tenant, or of all', () => {
    const refusals = openRefusals();
    refuse(refusals, { tenant: 'b-1' });
    refuse(refusals, { tenant: 'b-2' });
    const tenants = (query: object) => refusals.list({ ...ALL, ...query }).map(({ tenant }) => tenant);
    expect(tenants({})).toEqual(['b-1', 'b-2']);
    expect(tenants({ dialect: 'cos', tenant: 'b-2' })).toEqual(['b-2']);
    expect(tenants({ dialect: 'qingstor', tenant: 'b-2' })).toEqual([]);
  });

  it.each([
    { order: 'newest', origins: ['https://late.example', 'https://often.example'] },
    { order: 'most-frequent', origins: ['https://often.example', 'https://late.example'] },
  ] as const)('tells the $order first', ({ order, origins }) => {
    const refusals = openRefusals();
    refuse(refusals, { origin: 'https://often.example', at: 1 });
    refuse(refusals, { origin: 'https://often.example', at: 2 });
    refuse(refusals, { origin: 'https://late.example', at: 3 });
    const listed = (limit: number) => refusals.list({ order, limit }).map(({ origin }) => origin);
    expect(listed(10)).toEqual(origins);
    expect(listed(1)).toEqual(origins.slice(0, 1));
  });

  it('is bounded for one tenant and over all, in entries and in their length', () => {
    const refusals = openRefusals();
    const long = 'x'.repeat(10_000);
    for (let i = 0; i < 3 * TENANTS_KEPT; i++) refuse(refusals, { tenant: `b-${i}` });
    for (let i = 0; i < 3 * REFUSALS_KEPT; i++) {
      const headers = ['Access-Control-Request-Headers', long];
      refuse(refusals, { origin: `https://${i}${long}.example`, headers });
    }
    const listed = refusals.list(ALL);
    expect(new Set(listed.map(({ tenant }) => tenant)).size).toBeLessThanOrEqual(TENANTS_KEPT);
    expect(listed.filter(({ tenant }) => tenant === 'b-1').length).toBeLessThanOrEqual(REFUSALS_KEPT);
    for (const refusal of listed) expect(JSON.stringify(refusal).length).toBeLessThan(2500);
    expect(listed.find(({ tenant }) => tenant === 'b-1')?.sample.isCut).toBe(true);
  });

  it.each([
    { name: 'an origin', origin: `https://${'a'.repeat(1000)}.example`, headers: [] },
    {
      name: 'headers',
      origin: 'https://a.example',
      headers: ['Access-Control-Request-Headers', 'x'.repeat(1025)],
    },
  ])('knows that something was cut: $name', ({ origin, headers }) => {
    const refusals = openRefusals();
    refuse(refusals, { origin, headers });
    expect(refusals.list(ALL)).toMatchObject([{ sample: { isCut: true } }]);
  });

  it('keeps a tenant that is refused again and again through a flood of names', () => {
    const refusals = openRefusals();
    for (let i = 0; i < 3; i++) refuse(refusals, { tenant: 'b-1' });
    for (let i = 0; i < 3 * TENANTS_KEPT; i++) refuse(refusals, { tenant: `stranger-${i}` });
    expect(refusals.list({ ...ALL, dialect: 'cos', tenant: 'b-1' })).toMatchObject([{ count: 3 }]);
  });
});

describe(mergeRefusals, () => {
  const one: Refusal = {
    dialect: 'cos',
    tenant: 'b-1',
    kind: 'preflight',
    origin: 'https://a.example',
    method: 'GET',
    reason: 'origin-not-allowed',
    count: 2,
    firstSeen: 10,
    lastSeen: 20,
    sample: { requestId: 'early', path: '/', requestHeaders: null, status: 403, isCut: false },
  };
  const later = {
    ...one,
    count: 3,
    firstSeen: 15,
    lastSeen: 30,
    sample: { ...one.sample, requestId: 'late' },
  };

  it('adds up what several processes saw', () => {
    const added = { ...later, count: 5, firstSeen: 10 };
    expect(mergeRefusals([[one], [later]], ALL)).toEqual([added]);
    expect(mergeRefusals([[later], [one]], ALL)).toEqual([added]);
  });

  it.each([
    { dialect: 'qingstor' },
    { tenant: 'b-2' },
    { kind: 'actual' as const },
    { origin: null },
    { method: 'PUT' },
    { reason: 'no-rules' },
  ])('keeps apart what differs: %o', difference => {
    expect(mergeRefusals([[one], [{ ...one, ...difference }]], ALL)).toHaveLength(2);
  });

  it('has no more than are asked for', () => {
    expect(mergeRefusals([[one], [{ ...one, tenant: 'b-2' }]], { ...ALL, limit: 1 })).toHaveLength(1);
  });
});
