import { describe, expect, it } from 'vitest';
import { RecentlySeen } from '../src/recently-seen.ts';

describe('RecentlySeen', () => {
  it('knows a text from the first time on', () => {
    const seen = new RecentlySeen(4);
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
});
