import { describe, expect, it } from 'vitest';
import type { Dialect } from '../src/dialect.ts';
import type { Exchange } from '../src/exchange.ts';
import { DIALECTS, dialectById } from '../src/registry.ts';

function exchangeOf(dialect: Dialect): Exchange {
  const request = {
    method: 'OPTIONS',
    target: dialect.example.path,
    rawHeaders: ['Host', '127.0.0.1:4000'],
  };
  return { request, location: dialect.locate(request), requestId: dialect.newRequestId(0), receivedAt: 0 };
}

describe('dialectById', () => {
  it('finds each by its id, and nothing else', () => {
    for (const dialect of DIALECTS) expect(dialectById(dialect.id)).toBe(dialect);
    expect(dialectById('constructor')).toBeUndefined();
  });
});

describe.each(DIALECTS.map(dialect => ({ id: dialect.id, dialect })))('the dialect $id', ({ dialect }) => {
  const { profile } = dialect;

  it('goes by the id of its profile, and so do its variants', () => {
    expect([profile, ...Object.values(dialect.variants)].map(({ dialect: id }) => id)).toEqual(
      Array(1 + Object.keys(dialect.variants).length).fill(dialect.id),
    );
  });

  it('has a port of its own', () => {
    expect(DIALECTS.filter(({ portOffset }) => portOffset === dialect.portOffset)).toEqual([dialect]);
  });

  it('has an example that is a tenant, and is found in its path', () => {
    expect(dialect.isTenantName(dialect.example.tenant)).toBe(true);
    expect(exchangeOf(dialect).location.tenant).toBe(dialect.example.tenant);
  });

  it.each(['refused', 'incomplete'] as const)('answers a preflight that is %s as its profile says', how => {
    const refusal = profile.preflight[how];
    if (refusal === 'not-a-preflight') return;
    const reason = how === 'refused' ? 'no-rules' : 'origin-missing';
    const reply = dialect.replies.preflight(exchangeOf(dialect), {
      kind: 'refused',
      reason,
      ...refusal,
      headers: [['Vary', 'Origin']],
    });
    expect(reply.status).toBe(refusal.status);
    expect(reply.errorCode).toBe(refusal.code);
    expect(reply.headers).toContainEqual(['Vary', 'Origin']);
  });

  it('answers for an unknown tenant as its profile says', () => {
    const { unknownTenant } = profile.preflight;
    if (unknownTenant === 'as-no-rules') return;
    const reply = dialect.replies.unknownTenant(exchangeOf(dialect));
    expect([reply.status, reply.errorCode]).toEqual([unknownTenant.status, unknownTenant.code]);
  });

  it('refuses an anonymous caller with 401 or 403', () => {
    const error = dialect.replies.fault('credentials-missing', exchangeOf(dialect));
    expect([401, 403]).toContain(error.status);
  });
});
