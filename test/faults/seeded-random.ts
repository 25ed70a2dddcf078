import { mulberry32 } from '../support/mulberry32.ts';

/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  /** From 0 up to, and without, 1. */
  readonly next: () => number;
  /** A whole number from 0 up to, and without, the limit. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  /** Throws when there is nothing to choose from. */
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly shuffled: <Item>(items: readonly Item[]) => Item[];
  /** One whose numbers do not depend on how many are taken from this one later. */
  readonly fork: () => SeededRandom;
}

export function seededRandom(seed: number): SeededRandom {
  const next = mulberry32(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: probability => next() < probability,
    pick(items) {
      if (items.length === 0) throw new Error('there is nothing to choose from');
      return items[below(items.length)] as (typeof items)[number];
    },
    shuffled(items) {
      const rest = [...items];
      return items.map(() => rest.splice(below(rest.length), 1)[0] as (typeof items)[number]);
    },
    fork: () => seededRandom(below(2 ** 32)),
  };
}
