import { randomInt } from 'node:crypto';

/**
 * Remembers some thousand texts that were seen lately, in fixed memory and without keeping them: by their hashes. It
 * forgets one when another takes its place, and takes a text now and then for another of the same hash.
 */
export class RecentlySeen {
  /** Each at the place that its high bits tell, once they are mixed. */
  readonly #hashes: Int32Array;
  /** Nobody can tell beforehand which texts share a place, and so keep one of them from ever being known. */
  readonly #secret: number = randomInt(2 ** 32) | 0;

  /** @param count about how many are remembered */
  constructor(count: number) {
    this.#hashes = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, count))));
  }

  /** Whether the text was seen lately. From now on it was. */
  see(text: string): boolean {
    let hash = 0;
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
    const place = mixed(hash ^ this.#secret) >>> Math.clz32(this.#hashes.length - 1);
    const isKnown = this.#hashes[place] === hash;
    this.#hashes[place] = hash;
    return isKnown;
  }
}

/** The end of MurmurHash3, after which each bit depends on all bits. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
