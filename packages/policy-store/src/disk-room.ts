import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a transaction is to write. */
export interface WrittenAmount {
  readonly operations: number;
  /** Of keys and values. */
  readonly bytes: number;
}

/**
 * This much stays free. LMDB's binding (3.5.6) tells of a full disk in a text that is longer than the memory it has for
 * it: the process ends of that, at once or later. So LMDB is not asked to write what may not fit; what others write at the
 * same time is to fit into this.
 */
const KEPT_FREE_BYTES = 8 * 1024 ** 2;

const PAGE_BYTES = 4096;
/** From the root of a tree to a leaf, which is split. */
const PAGES_OF_AN_OPERATION = 7;

/** Why the disk of an LMDB directory may have too little room for a transaction; undefined when it has enough, as far as it tells. */
export function lackOfRoom(directory: string, { operations, bytes }: WrittenAmount): Error | undefined {
  const freeBytes = freeBytesOf(directory);
  if (freeBytes === undefined) return undefined;
  // No page is written twice.
  const copiedBytes = Math.min(
    operations * PAGES_OF_AN_OPERATION * PAGE_BYTES,
    statSync(join(directory, 'data.mdb')).size,
  );
  // Pages of a tree are half full at the least.
  const neededBytes = KEPT_FREE_BYTES + copiedBytes + 2 * bytes;
  if (freeBytes >= neededBytes) return undefined;
  return new Error(`${mebibytes(freeBytes)} MiB are free, and ${mebibytes(neededBytes)} have to be`);
}

/** Undefined where the file system does not tell. */
function freeBytesOf(directory: string): number | undefined {
  try {
    const { blocks, bavail, bsize } = statfsSync(directory);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}
