/** Something that happened again and again. */
export interface FrequentEntry<Value> {
  readonly value: Value;
  /** How often, since it was first seen. */
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

interface Entry<Value> {
  value: Value;
  count: number;
  readonly firstSeen: number;
  lastSeen: number;
}

/** What was not seen for so long gives way to anything that is seen again and again. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;
/** How late that may be noticed. */
const WEIGHED_EVERY_MS = 60 * 1000;

/**
 * Counts what is seen, in bounded memory, so that a flood of what is seen once cannot wash away what is seen often. One
 * half of the places is for newcomers: the one that was not seen for the longest time goes first. A newcomer that is
 * seen again becomes a regular, while there is a free place in the other half, or one whose count is smaller.
 *
 * So whatever is seen twice among less newcomers than half of the limit is kept, until half of the limit is kept of what
 * was seen more often. Counts are exact as long as an entry is kept.
 */
export class FrequentEntries<Value> {
  readonly #newcomersLimit: number;
  readonly #regularsLimit: number;
  /** The one that was not seen for the longest time first. */
  readonly #newcomers = new Map<string, Entry<Value>>();
  /** One iterator for good: a new one would pass all that has been deleted each time. What it gives is deleted. */
  readonly #oldest = this.#newcomers.keys();
  readonly #regulars = new Map<string, Entry<Value>>();
  /** No regular had a smaller weight at `#weighedAt`, and only time makes one smaller. */
  #leastWeight = 0;
  #weighedAt = Number.NEGATIVE_INFINITY;

  /** @param limit how many entries are kept at the most: 2 or more */
  constructor(limit: number) {
    this.#newcomersLimit = Math.ceil(limit / 2);
    this.#regularsLimit = Math.floor(limit / 2);
  }

  /** Whether something goes when something new comes. */
  get isFull(): boolean {
    return this.#newcomers.size >= this.#newcomersLimit;
  }

  get size(): number {
    return this.#newcomers.size + this.#regulars.size;
  }

  /** Counts one more, at `now`. The value becomes what `update` makes of the former one, undefined for a new entry. */
  add(key: string, now: number, update: (former: Value | undefined) => Value): FrequentEntry<Value> {
    const known = this.#count(key, now);
    if (known) {
      known.value = update(known.value);
      return known;
    }
    const entry = { value: update(undefined), count: 1, firstSeen: now, lastSeen: now };
    if (this.isFull) {
      const { value: oldest } = this.#oldest.next();
      if (oldest !== undefined) this.#newcomers.delete(oldest);
    }
    this.#newcomers.set(key, entry);
    return entry;
  }

  /** Counts one more of what there is an entry of, and leaves its value. Undefined when there is none. */
  addAgain(key: string, now: number): FrequentEntry<Value> | undefined {
    return this.#count(key, now);
  }

  get(key: string): FrequentEntry<Value> | undefined {
    return this.#regulars.get(key) ?? this.#newcomers.get(key);
  }

  entries(): readonly FrequentEntry<Value>[] {
    return [...this.#regulars.values(), ...this.#newcomers.values()];
  }

  #count(key: string, now: number): Entry<Value> | undefined {
    const regular = this.#regulars.get(key);
    if (regular) return seen(regular, now);
    const newcomer = this.#newcomers.get(key);
    if (!newcomer) return undefined;
    this.#newcomers.delete(key);
    this.#place(key, seen(newcomer, now), now);
    return newcomer;
  }

  /** Puts a newcomer that was seen again where it belongs now. */
  #place(key: string, entry: Entry<Value>, now: number): void {
    if (this.#regulars.size < this.#regularsLimit) {
      this.#regulars.set(key, entry);
      return;
    }
    if (entry.count <= this.#leastWeight && now - this.#weighedAt < WEIGHED_EVERY_MS) {
      this.#newcomers.set(key, entry);
      return;
    }
    let least: readonly [key: string, entry: Entry<Value>] | undefined;
    for (const each of this.#regulars) {
      if (!least || weight(each[1], now) < weight(least[1], now)) least = each;
    }
    this.#leastWeight = least ? weight(least[1], now) : 0;
    this.#weighedAt = now;
    if (!least || this.#leastWeight >= entry.count) {
      this.#newcomers.set(key, entry);
      return;
    }
    this.#regulars.delete(least[0]);
    this.#newcomers.set(...least);
    this.#regulars.set(key, entry);
  }
}

function seen<Value>(entry: Entry<Value>, now: number): Entry<Value> {
  entry.count += 1;
  entry.lastSeen = now;
  return entry;
}

function weight({ count, lastSeen }: Entry<unknown>, now: number): number {
  return now - lastSeen > STALE_AFTER_MS ? 0 : count;
}
