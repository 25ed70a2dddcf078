/**
 * A map of anything but `undefined` that holds about the most recently used entries, `limit` at most. It keeps two generations: what is used moves
 * to the young one, and when that has half of the limit, it becomes the old one and the old one is dropped whole. So a
 * hit costs little more than in a `Map`.
 */
export class BoundedCache<Value> {
  readonly #generationLimit: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(limit: number) {
    this.#generationLimit = Math.max(1, Math.floor(limit / 2));
  }

  get(id: string): Value | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.set(id, old);
    return old;
  }

  set(id: string, value: Value): void {
    if (this.#young.size >= this.#generationLimit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, value);
  }

  delete(id: string): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
