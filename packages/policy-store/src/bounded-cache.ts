import { RecentlySeen } from './recently-seen.ts';

/**
 * A map of anything but `undefined` that holds `limit` entries at most, those that are asked for again and again: whenever
 * there is no room, it goes round, and what was not asked for since it last came by makes room. A hit costs little more
 * than in a `Map`.
 *
 * But for the first ones, an entry is taken in when it is offered for the second time. Where far more are asked for than
 * there is room for, most are not asked for again: to keep them costs more, in collections of garbage, than to make them
 * again.
 */
export class BoundedCache<Value> {
  readonly #limit: number;
  /** How many are still taken in at their first offer. */
  #unconditional: number;
  readonly #places = new Map<string, number>();
  /** What is at each place; undefined where something was deleted. */
  readonly #entries: (Entry<Value> | undefined)[] = [];
  /** By place, whether it was asked for since `#next` was there. */
  readonly #asked: Uint8Array;
  /** The place that is looked at next when room is needed. */
  #next = 0;
  readonly #offered: RecentlySeen;

  /** @param limit 1 or more */
  constructor(limit: number) {
    this.#limit = limit;
    this.#unconditional = Math.min(limit, UNCONDITIONAL);
    this.#asked = new Uint8Array(limit);
    this.#offered = new RecentlySeen(limit);
  }

  get(id: string): Value | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    this.#asked[place] = 1;
    return this.#entries[place]?.value;
  }

  /** Offers what is not there. */
  offer(id: string, value: Value): void {
    if (this.#unconditional > 0) this.#unconditional--;
    else if (!this.#offered.see(id)) return;
    const place = this.#entries.length < this.#limit ? this.#entries.length : this.#makeRoom();
    this.#entries[place] = { id, value };
    this.#places.set(id, place);
  }

  delete(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    this.#entries[place] = undefined;
    this.#asked[place] = 0;
  }

  clear(): void {
    this.#places.clear();
    this.#entries.length = 0;
    this.#asked.fill(0);
    this.#next = 0;
    this.#unconditional = Math.min(this.#limit, UNCONDITIONAL);
  }

  #makeRoom(): number {
    while (this.#asked[this.#next] === 1) {
      this.#asked[this.#next] = 0;
      this.#next = (this.#next + 1) % this.#limit;
    }
    const place = this.#next;
    this.#next = (place + 1) % this.#limit;
    const former = this.#entries[place];
    if (former) this.#places.delete(former.id);
    return place;
  }
}

interface Entry<Value> {
  readonly id: string;
  readonly value: Value;
}

/** So many tenants are served as if there were no such rule. */
const UNCONDITIONAL = 1000;
