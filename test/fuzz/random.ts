/** Numbers that look random and come again with the same seed (mulberry32). */
export interface Random {
  /** From 0 to below `end`. */
  readonly below: (end: number) => number;
  /** True once in so many times. */
  readonly oneIn: (times: number) => boolean;
  /** One of them, which cannot be none. */
  readonly of: <Item>(items: readonly Item[]) => Item;
}

export function newRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    oneIn: times => below(times) === 0,
    of: items => {
      const index = below(items.length);
      if (items.length === 0) throw new RangeError('there is nothing to choose from');
      return items[index] as (typeof items)[number];
    },
  };
}
