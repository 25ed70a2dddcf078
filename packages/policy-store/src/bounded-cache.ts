/**
 * A map of anything but `undefined` that holds about the most recently used entries, `limit` at most. It keeps two
 * generations: what is used moves to the young one, and when that has half of the limit, it becomes the old one and the
 * old one is dropped whole. So a hit costs little more than in a `Map`.
 *
 * But for the first ones, an entry is taken in when it is offered for the second time. Where far more are asked for than
 * there is room for, most are not asked for again: to keep them costs more, in collections of garbage, than to make them
 * again. And as long as V8 sees that most of what is made dies young, it does not come to make it in the old generation,
 * where it stays for long.
 */
export class BoundedCache<Value> {
  readonly #limit: number;
  readonly #generationLimit: number;
  /** How many are still taken in at their first offer. */
  #unconditional: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  /** Hashes of what was offered lately, each at the place that its low bits tell. */
  readonly #offered: Int32Array;

  constructor(limit: number) {
    this.#limit = limit;
    this.#unconditional = Math.min(limit, UNCONDITIONAL);
    this.#generationLimit = Math.max(1, Math.floor(limit / 2));
    this.#offered = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, limit))));
  }

  get(id: string): Value | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.#keep(id, old);
    return old;
  }

  /** Offers what is not there. */
  offer(id: string, value: Value): void {
    if (this.#unconditional > 0) {
      this.#unconditional--;
      this.#keep(id, value);
    } else if (this.#wasOffered(id)) this.#keep(id, value);
  }

  delete(id: string): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#unconditional = Math.min(this.#limit, UNCONDITIONAL);
  }

  #keep(id: string, value: Value): void {
    if (this.#young.size >= this.#generationLimit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, value);
  }

  /** Remembers the offer. Another text of the same hash is taken for it now and then, which does no harm. */
  #wasOffered(id: string): boolean {
    let hash = 0;
    for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0;
    const place = Math.imul(hash, SPREAD) >>> Math.clz32(this.#offered.length - 1);
    const isKnown = this.#offered[place] === hash;
    this.#offered[place] = hash;
    return isKnown;
  }
}

/** So many tenants are served as if there were no such rule. */
const UNCONDITIONAL = 1000;
/** 2 to the 32nd by the golden ratio: the high bits of the product depend on all bits of the hash. */
const SPREAD = 0x9e3779b1;
