/**
 * Remembers some thousand texts that were seen lately, in fixed memory and without keeping them: by their hashes. It
 * forgets one when another takes its place, and takes a text now and then for another of the same hash.
 */
export class RecentlySeen {
  /** Each at the place that its high bits tell, once they are spread. */
  readonly #hashes: Int32Array;

  /** @param count about how many are remembered */
  constructor(count: number) {
    this.#hashes = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, count))));
  }

  /** Whether the text was seen lately. From now on it was. */
  see(text: string): boolean {
    let hash = 0;
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
    const place = Math.imul(hash, SPREAD) >>> Math.clz32(this.#hashes.length - 1);
    const isKnown = this.#hashes[place] === hash;
    this.#hashes[place] = hash;
    return isKnown;
  }
}

/** 2 to the 32nd by the golden ratio: the high bits of the product depend on all bits of the hash. */
const SPREAD = 0x9e3779b1;
