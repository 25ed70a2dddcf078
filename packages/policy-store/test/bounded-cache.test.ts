import { describe, expect, it } from 'vitest';
import { BoundedCache } from '../src/bounded-cache.ts';

/** One of four entries that has taken in as many: `a` and `b` are of the old generation. */
function fullCache(): BoundedCache<string> {
  const cache = new BoundedCache<string>(4);
  for (const id of IDS) cache.offer(id, id);
  return cache;
}

const IDS = ['a', 'b', 'c', 'd'];

describe('BoundedCache', () => {
  it('takes in at once what it has room for', () => {
    for (const id of IDS) expect(fullCache().get(id)).toBe(id);
  });

  it('then takes in what it is offered for the second time', () => {
    const cache = fullCache();
    cache.offer('new', 'new');
    expect(cache.get('new')).toBeUndefined();
    cache.offer('new', 'newer');
    expect(cache.get('new')).toBe('newer');
  });

  it('keeps what is used while thousands are asked for once', () => {
    const cache = fullCache();
    for (let n = 0; n < 10_000; n++) {
      cache.offer(`stranger-${n}`, '');
      expect(cache.get('a')).toBe('a');
    }
  });

  it('takes in everything again when it was cleared', () => {
    const cache = fullCache();
    cache.clear();
    expect(cache.get('a')).toBeUndefined();
    cache.offer('new', 'new');
    expect(cache.get('new')).toBe('new');
  });

  it('forgets what is deleted, in either generation', () => {
    const cache = fullCache();
    for (const id of ['a', 'd']) {
      cache.delete(id);
      expect(cache.get(id)).toBeUndefined();
    }
  });

  it('holds no more than its limit', () => {
    const cache = fullCache();
    const ids = Array.from({ length: 1000 }, (_, n) => `${n}`);
    for (const id of ids.flatMap(id => [id, id])) cache.offer(id, id);
    expect(ids.filter(id => cache.get(id) !== undefined).length).toBeLessThanOrEqual(4);
  });
});
