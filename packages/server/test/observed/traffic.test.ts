import { describe, expect, it } from 'vitest';
import { mergeTraffic, openTraffic } from '../../src/observed/traffic.ts';
import type { Outcome } from '../../src/request-observer.ts';

const ALLOWED: Outcome = { kind: 'preflight', result: 'allowed', reason: '' };
const REFUSED: Outcome = { kind: 'preflight', result: 'refused', reason: 'no-rules' };
const PLAIN: Outcome = { kind: 'data', result: 'not-cors', reason: '' };

describe('openTraffic', () => {
  it('counts requests, preflights and refusals of each tenant', () => {
    const traffic = openTraffic();
    const key = { dialect: 'cos', tenant: 'a-1250000000' };
    for (const outcome of [ALLOWED, REFUSED, PLAIN]) traffic.record(key, outcome, 1);
    traffic.record({ dialect: 'boomi', tenant: 'a-1250000000' }, PLAIN, 1);
    expect(traffic.list()).toEqual(
      expect.arrayContaining([
        { ...key, requests: 3, preflights: 2, refused: 1 },
        { dialect: 'boomi', tenant: 'a-1250000000', requests: 1, preflights: 0, refused: 0 },
      ]),
    );
  });

  it('keeps those that are busy when many are asked for once', () => {
    const traffic = openTraffic();
    const busy = { dialect: 'cos', tenant: 'busy-1250000000' };
    for (let i = 0; i < 3; i++) traffic.record(busy, ALLOWED, 1);
    for (let i = 0; i < 5_000; i++) traffic.record({ dialect: 'cos', tenant: `t${i}-1250000000` }, PLAIN, 2);
    expect(traffic.list()).toContainEqual({ ...busy, requests: 3, preflights: 3, refused: 0 });
    expect(traffic.list().length).toBeLessThanOrEqual(2_048);
  });

  it('counts a tenant that is new when it is full from its second request on', () => {
    const traffic = openTraffic();
    for (let i = 0; i < 3_000; i++) traffic.record({ dialect: 'cos', tenant: `t${i}-1250000000` }, PLAIN, 1);
    const key = { dialect: 'cos', tenant: 'new-1250000000' };
    const counted = (): unknown => traffic.list().find(({ tenant }) => tenant === key.tenant);
    traffic.record(key, PLAIN, 2);
    expect(counted()).toBeUndefined();
    for (let i = 0; i < 2; i++) traffic.record(key, PLAIN, 2);
    expect(counted()).toEqual({ ...key, requests: 2, preflights: 0, refused: 0 });
  });
});

describe('mergeTraffic', () => {
  it('adds up what processes have counted, the busiest tenant first', () => {
    const a = { dialect: 'cos', tenant: 'a', requests: 3, preflights: 2, refused: 1 };
    const b = { dialect: 'cos', tenant: 'b', requests: 4, preflights: 0, refused: 0 };
    expect(mergeTraffic([[a, b], [a]])).toEqual([{ ...a, requests: 6, preflights: 4, refused: 2 }, b]);
  });
});
