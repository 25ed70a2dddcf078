import type { ScannedObject, ScanStart } from './index-database.ts';
import { startsWith } from './index-keys.ts';
import { toStoredObject } from './index-records.ts';
import type { ListObjectsOptions, ObjectListing, StoredObject } from './object-store.ts';
import { utf8Bytes } from './storable-names.ts';

/**
 * One page of a bucket's objects. What it costs grows with the page, not with the keys that common prefixes stand for.
 *
 * @throws TypeError when a text has a lone surrogate; RangeError when the limit is not an integer of 0 or more.
 */
export function listPage(
  scan: (start: ScanStart) => Iterable<ScannedObject>,
  options: ListObjectsOptions,
): ObjectListing {
  const { limit } = options;
  assertCount(limit, 'the limit');
  // All of this is done on bytes: strings compare by UTF-16 code units, which order characters beyond U+FFFF before
  // some that come before them.
  const prefix = utf8Bytes(options.prefix ?? '', 'the prefix');
  const delimiter = utf8Bytes(options.delimiter ?? '', 'the delimiter');

  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let start: ScanStart | undefined = limit === 0 ? undefined : firstStart(options.after, prefix, delimiter);
  while (start !== undefined) {
    const current: ScanStart = start;
    start = undefined;
    for (const { key, record } of scan(current)) {
      if (!startsWith(key, prefix)) break;
      if (objects.length + commonPrefixes.length === limit) return { objects, commonPrefixes, next: last };
      const commonPrefix = commonPrefixOf(key, prefix, delimiter);
      if (commonPrefix) {
        last = commonPrefix.toString('utf8');
        commonPrefixes.push(last);
        start = behind(commonPrefix);
        break;
      }
      last = key.toString('utf8');
      objects.push(toStoredObject(last, record));
    }
  }
  return { objects, commonPrefixes, next: undefined };
}

/** @throws RangeError when it is not an integer of 0 or more. */
export function assertCount(count: number, what: string): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${what} is ${count}`);
}

function firstStart(after: string | undefined, prefix: Buffer, delimiter: Buffer): ScanStart {
  if (after === undefined) return { key: prefix, bound: 'at' };
  const key = utf8Bytes(after, 'the position to list after');
  if (key.compare(prefix) < 0) return { key: prefix, bound: 'at' };
  // A common prefix sorts before all it stands for: once inside or at it, it was listed already.
  const commonPrefix = startsWith(key, prefix) ? commonPrefixOf(key, prefix, delimiter) : undefined;
  return commonPrefix ? behind(commonPrefix) : { key, bound: 'after' };
}

function commonPrefixOf(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}

/** Where to go on after all keys that begin with some text. */
function behind(text: Buffer): ScanStart {
  const key = Buffer.from(text);
  // The last byte can always be raised: UTF-8 has no byte 0xFF.
  key[key.length - 1] = (key.at(-1) ?? 0) + 1;
  return { key, bound: 'at' };
}
