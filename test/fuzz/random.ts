import { mulberry32 } from '../support/mulberry32.ts';

/** Numbers that look random and come again with the same seed. */
export interface Random {
  /** From 0 to below `end`. */
  readonly below: (end: number) => number;
  /** True once in so many times. */
  readonly oneIn: (times: number) => boolean;
  /** One of them, which cannot be none. */
  readonly of: <Item>(items: readonly Item[]) => Item;
}

export function newRandom(seed: number): Random {
  const next = mulberry32(seed);
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
