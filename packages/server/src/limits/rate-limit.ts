import { randomInt } from 'node:crypto';

/** How many requests there may be. */
export interface Rate {
  readonly requestsPerSecond: number;
  /** So many at once, after a pause. */
  readonly burst: number;
}

/** The places of each of both tables: 2 MiB for a rate. */
const PLACES = 1 << 17;
const MASK = PLACES - 1;

/**
 * A token bucket for everybody, by name, in memory that does not grow: whoever sends a flood of names gains nothing, for
 * nothing is ever evicted that a new burst could follow on. A name has a place in each of two tables, by two hashes with
 * secret seeds, and others may have the same. Of each place is known until when what has been taken from it lasts (the
 * "theoretical arrival time" of the generic cell rate algorithm, ITU-T I.371: a token bucket in one number). What counts
 * for a name is the smaller of its two numbers, and both become at least what it makes of that.
 *
 * - Nobody gets more than the rate: a number is never less than what its name alone has made of it.
 * - Somebody can get less, who shares both places with others that take all they may. Among 1000 of these that is one
 *   of 17 000 names, until the process ends.
 */
export class RateLimit {
  readonly #emissionMs: number;
  readonly #toleranceMs: number;
  readonly #first = new Float64Array(PLACES);
  readonly #second = new Float64Array(PLACES);
  readonly #firstSeed = randomInt(2 ** 32);
  readonly #secondSeed = randomInt(2 ** 32);

  constructor({ requestsPerSecond, burst }: Rate) {
    this.#emissionMs = 1000 / requestsPerSecond;
    this.#toleranceMs = this.#emissionMs * (burst - 1);
  }

  /**
   * Takes a token of `name`, and gives 0; or takes none, and gives after how many milliseconds there will be one.
   *
   * @param nowMs of a clock that is never set, such as `performance.now()`
   */
  take(name: string, nowMs: number): number {
    const first = placeOf(name, this.#firstSeed);
    const second = placeOf(name, this.#secondSeed);
    const firstUntil = this.#first[first] ?? 0;
    const secondUntil = this.#second[second] ?? 0;
    const until = Math.max(nowMs, Math.min(firstUntil, secondUntil));
    const waitMs = until - nowMs - this.#toleranceMs;
    if (waitMs > 0) return waitMs;
    const next = until + this.#emissionMs;
    if (firstUntil < next) this.#first[first] = next;
    if (secondUntil < next) this.#second[second] = next;
    return 0;
  }
}

/** MurmurHash3's mixing. A name that shares a place with another takes from it what it could take by using its name. */
function placeOf(name: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0xcc9e2d51);
    hash = (hash << 15) | (hash >>> 17);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & MASK;
}
