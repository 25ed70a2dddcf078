import { describe, expect, it } from 'vitest';
import { openAttempts } from '../../src/admin/access/attempts.ts';

const A = '192.0.2.1';
const B = '192.0.2.2';

function failTimes(count: number, address: (i: number) => string, now = 0) {
  const attempts = openAttempts();
  for (let i = 0; i < count; i++) attempts.fail(address(i), now);
  return attempts;
}

describe(openAttempts, () => {
  it('hears ten wrong ones of an address, and then one in six seconds', () => {
    expect(failTimes(9, () => A).waitMs(A, 0)).toBe(0);
    const attempts = failTimes(10, () => A);
    expect(attempts.waitMs(A, 0)).toBe(6_000);
    expect(attempts.waitMs(A, 5_000)).toBe(1_000);
    expect(attempts.waitMs(A, 6_000)).toBe(0);
    attempts.fail(A, 6_000);
    expect(attempts.waitMs(A, 6_000)).toBe(6_000);
  });

  it('lets nobody wait longer than that, however many there were', () => {
    const attempts = failTimes(5_000, () => A);
    expect(attempts.waitMs(A, 0)).toBe(6_000);
    expect(attempts.waitMs(B, 0)).toBe(0);
  });

  it('takes addresses of one network of 64 bits for one, however they are written', () => {
    const attempts = failTimes(10, i => `2001:db8:0:7::${i.toString(16)}`);
    expect(attempts.waitMs('2001:0db8::7:ffff:0:0:1', 0)).toBe(6_000);
    expect(attempts.waitMs('2001:db8:0:8::1', 0)).toBe(0);
    expect(failTimes(10, () => A).waitMs(`::ffff:${A}`, 0)).toBe(6_000);
  });

  it('hears only first attempts while very many are tried from everywhere', () => {
    const attempts = failTimes(200, i => `198.51.100.${i}`);
    expect(attempts.waitMs('198.51.100.1', 0)).toBe(300);
    expect(attempts.waitMs(A, 0)).toBe(0);
    attempts.fail(A, 0);
    expect(attempts.waitMs(A, 0)).toBe(300);
    expect(attempts.waitMs(A, 300)).toBe(0);
  });

  it('knows where a token was right, of which others take nothing away', () => {
    const attempts = openAttempts();
    attempts.succeed(A, 'ops');
    for (let i = 0; i < 20; i++) attempts.fail(A, 0);
    expect(attempts.isKnown(A, 'ops')).toBe(true);
    expect(attempts.isKnown(A, 'other')).toBe(false);
    expect(attempts.isKnown(B, 'ops')).toBe(false);
    expect(attempts.waitMs(A, 0)).toBe(6_000);
  });

  it('forgets the oldest of very many addresses', () => {
    const attempts = failTimes(10, () => A);
    for (let i = 0; i < 4096; i++) attempts.fail(`10.0.${i >> 8}.${i & 255}`, 0);
    expect(attempts.waitMs(A, 0)).toBe(0);
    for (let i = 0; i < 1025; i++) attempts.succeed(`10.0.${i >> 8}.${i & 255}`, 'ops');
    expect(attempts.isKnown('10.0.0.0', 'ops')).toBe(false);
    expect(attempts.isKnown('10.0.0.1', 'ops')).toBe(true);
  });

  it('is not confused by a clock that goes back', () => {
    const attempts = failTimes(10, () => A, 1_000_000);
    expect(attempts.waitMs(A, 0)).toBe(6_000);
  });
});
