import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, shareOf } from '../src/serve-config.ts';

describe('shareOf', () => {
  const limits = {
    ...DEFAULT_LIMITS,
    connections: 10,
    connectionsPerAddress: 3,
    tenantRate: { requestsPerSecond: 9, burst: 10 },
    addressRate: { requestsPerSecond: 1, burst: 1 },
  };

  it('is all of it for a process alone', () => {
    expect(shareOf(limits, 1)).toEqual(limits);
  });

  it('is its part for one of several, and never nothing', () => {
    expect(shareOf(limits, 3)).toEqual({
      ...limits,
      connections: 4,
      connectionsPerAddress: 1,
      tenantRate: { requestsPerSecond: 3, burst: 3 },
      addressRate: { requestsPerSecond: 1 / 3, burst: 1 },
    });
  });

  it('has no rate where there is none', () => {
    expect(shareOf(DEFAULT_LIMITS, 2)).not.toHaveProperty('tenantRate');
  });
});
