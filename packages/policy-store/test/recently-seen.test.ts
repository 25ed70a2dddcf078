import { describe, expect, it } from 'vitest';
import { RecentlySeen } from '../src/recently-seen.ts';

describe('RecentlySeen', () => {
  it('knows a text from the first time on', () => {
    const seen = new RecentlySeen(2 ** 20);
    expect([seen.see('a'), seen.see('a'), seen.see('b'), seen.see('a')]).toEqual([false, true, false, true]);
  });

  it('remembers most of as many as it is made for', () => {
    const seen = new RecentlySeen(1024);
    const texts = Array.from({ length: 512 }, (_, n) => `tenant-${n}`);
    for (const text of texts) seen.see(text);
    expect(texts.filter(text => seen.see(text)).length).toBeGreaterThan(256);
  });

  it('forgets what was seen long ago', () => {
    const seen = new RecentlySeen(16);
    seen.see('a');
    for (let n = 0; n < 1000; n++) seen.see(`${n}`);
    expect(seen.see('a')).toBe(false);
  });

  it('has another text in the place of one each time', () => {
    const texts = Array.from({ length: 4096 }, (_, n) => `${n}`);
    const displace = (seen: RecentlySeen): readonly string[] =>
      texts.filter(text => {
        seen.see('a');
        seen.see(text);
        return !seen.see('a');
      });
    const first = displace(new RecentlySeen(64));
    const second = new Set(displace(new RecentlySeen(64)));
    expect(first.length).toBeGreaterThan(0);
    expect(first.filter(text => second.has(text)).length).toBeLessThan(first.length / 2);
  });
});
