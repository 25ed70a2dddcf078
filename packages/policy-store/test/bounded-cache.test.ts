import { describe, expect, it } from 'vitest';
import { BoundedCache } from '../src/bounded-cache.ts';

const IDS = ['a', 'b', 'c', 'd'];

/** Takes an entry in, whether it was offered before or not. */
function take(cache: BoundedCache<string>, id: string): void {
  cache.offer(id, id);
  if (cache.get(id) === undefined) cache.offer(id, id);
}

function fullCache(): BoundedCache<string> {
  const cache = new BoundedCache<string>(4);
  for (const id of IDS) take(cache, id);
  return cache;
}

function kept(cache: BoundedCache<string>, ids: readonly string[]): readonly string[] {
  return ids.flatMap(id => cache.get(id) ?? []);
}

describe('BoundedCache', () => {
  it('takes in at once as many as its limit', () => {
    const cache = new BoundedCache<string>(4);
    for (const id of IDS) cache.offer(id, id);
    expect(kept(cache, IDS)).toEqual(IDS);
  });

  it('then takes in what it is offered for the second time', () => {
    const cache = fullCache();
    cache.offer('new', 'new');
    expect(cache.get('new')).toBeUndefined();
    cache.offer('new', 'newer');
    expect(cache.get('new')).toBe('newer');
  });

  it('holds no more than its limit', () => {
    const cache = fullCache();
    const ids = Array.from({ length: 1000 }, (_, n) => `${n}`);
    for (const id of ids) take(cache, id);
    expect(kept(cache, [...IDS, ...ids]).length).toBe(4);
  });

  it('lets go what was not asked for, and keeps what was', () => {
    const cache = fullCache();
    take(cache, 'e');
    kept(cache, ['b', 'd', 'e']);
    take(cache, 'f');
    expect(kept(cache, [...IDS, 'e', 'f'])).toEqual(['b', 'd', 'e', 'f']);
  });

  it('keeps what is used while thousands are offered again and again', () => {
    const cache = new BoundedCache<string>(4);
    for (const id of IDS) cache.offer(id, id);
    for (let n = 0; n < 10_000; n++) {
      expect(cache.get('a')).toBe('a');
      for (let offers = 0; offers < 2; offers++) cache.offer(`stranger-${n}`, '');
    }
  });

  it('forgets what is deleted, and takes it in again', () => {
    const cache = new BoundedCache<string>(4);
    for (const id of IDS) cache.offer(id, id);
    cache.delete('b');
    expect(cache.get('b')).toBeUndefined();
    for (const id of ['b', 'b', 'e', 'e']) if (cache.get(id) === undefined) cache.offer(id, id);
    expect(kept(cache, [...IDS, 'e'])).toEqual(['b', 'c', 'd', 'e']);
  });

  it('is empty when it was cleared, and takes in as before', () => {
    const cache = fullCache();
    cache.clear();
    expect(kept(cache, IDS)).toEqual([]);
    for (const id of IDS) cache.offer(id, id);
    expect(kept(cache, IDS)).toEqual(IDS);
    take(cache, 'e');
    expect(kept(cache, [...IDS, 'e']).length).toBe(4);
  });
});
