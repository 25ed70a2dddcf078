import type { TenantKey } from './policy-store.ts';
import { orderedBytes, orderedText } from './tenant-key.ts';

/*
 * What is kept under which key, as bytes. Numbers are big-endian, so that they sort; texts are UTF-8.
 *
 *   00 "format", 00 "replica"                               the format of the directory, as decimal text
 *   00 "source"                                             where a replica is from, as JSON
 *   01 "r"                                                  generation, 11 bits, and store-wide revision, 53 bits
 *   01 "p" dialect 00 tenant                                record: the policy in force
 *   01 "h" length dialect length tenant revision (8 bytes)  record: one revision, deletions included
 *   01 "l" revision (8 bytes)                               record: the key that this revision changed
 *   01 "e"                                                  extent of these: the last revision forgotten, 8 bytes,
 *                                                           and how many were there then, 8 bytes
 *
 * The 01 is the version of this layout: a later one can stand beside it while data is carried over. Policies are in the
 * order of the listing. History has lengths (2 bytes each) instead of a separator, because a tenant may contain any
 * character, and no tenant's history may lie within another's.
 *
 * Where the whole content is replaced at once, the next generation is written beside the one that is read. Those of
 * even number have 01 in front of their keys, those of odd number 02; "r" says which one holds.
 */

export const FORMAT_KEY: Buffer = Buffer.from('\0format');
export const REPLICA_FORMAT_KEY: Buffer = Buffer.from('\0replica');
export const SOURCE_KEY: Buffer = Buffer.from('\0source');
export const REVISION_KEY: Buffer = Buffer.from('\x01r');

export interface KeyRange {
  readonly start: Buffer;
  /** Not included. */
  readonly end: Buffer;
}

/** The keys of one generation. */
export interface RecordKeys {
  readonly policy: (key: TenantKey) => Buffer;
  /** The same, good until the next call: many times as fast. */
  readonly policyForNow: (key: TenantKey) => Buffer;
  /** The policies of one dialect or of all, those after a key or all. */
  readonly policyRange: (dialect: string | undefined, after: TenantKey | undefined) => KeyRange;
  readonly history: (key: TenantKey, revision: number) => Buffer;
  readonly historyRange: (key: TenantKey) => KeyRange;
  /** The histories of all, tenant by tenant. */
  readonly histories: KeyRange;
  /** Those behind the one that a key of a history is in. */
  readonly historiesBehind: (historyKey: Buffer) => KeyRange;
  readonly change: (revision: number) => Buffer;
  /** The changes from a revision on, that one included. */
  readonly changeRange: (first: number) => KeyRange;
  readonly logExtent: Buffer;
  /** Everything but "r". */
  readonly ranges: readonly KeyRange[];
}

export function keysOfGeneration(generation: number): RecordKeys {
  return generation % 2 === 0 ? EVEN : ODD;
}

const EVEN: RecordKeys = recordKeys(1);
const ODD: RecordKeys = recordKeys(2);

/** Longer than any key of a policy. */
const KEY_FOR_NOW = Buffer.alloc(512, 'p');

function recordKeys(layout: number): RecordKeys {
  function at(kind: string, ...rest: readonly Buffer[]): Buffer {
    return Buffer.concat([Buffer.of(layout), Buffer.from(kind), ...rest]);
  }
  function historyPrefix(key: TenantKey): Buffer {
    return at('h', withLength(key.dialect), withLength(key.tenant));
  }
  function historyEnd(prefix: Buffer): Buffer {
    return Buffer.concat([prefix, Buffer.alloc(8, 0xff)]);
  }
  function change(revision: number): Buffer {
    return at('l', encodeNumber(revision));
  }
  function policy(key: TenantKey): Buffer {
    return at('p', orderedBytes(key));
  }
  return {
    policy,
    policyForNow(key) {
      KEY_FOR_NOW[0] = layout;
      return KEY_FOR_NOW.subarray(0, 2 + KEY_FOR_NOW.write(orderedText(key), 2));
    },
    policyRange(dialect, after) {
      const start = dialect === undefined ? at('p') : at('p', Buffer.from(`${dialect}\0`));
      const end = dialect === undefined ? at('q') : at('p', Buffer.from(`${dialect}\x01`));
      if (after === undefined) return { start, end };
      // Nothing lies between a key and the same key with a zero byte behind it.
      const next = Buffer.concat([policy(after), Buffer.of(0)]);
      return { start: Buffer.compare(start, next) > 0 ? start : next, end };
    },
    history: (key, revision) => Buffer.concat([historyPrefix(key), encodeNumber(revision)]),
    historyRange: key => ({ start: historyPrefix(key), end: historyEnd(historyPrefix(key)) }),
    histories: { start: at('h'), end: at('i') },
    historiesBehind: historyKey => ({ start: historyEnd(historyKey.subarray(0, -8)), end: at('i') }),
    change,
    changeRange: first => ({ start: change(first), end: at('m') }),
    logExtent: at('e'),
    ranges: ['e', 'h', 'l', 'p'].map(kind => ({
      start: at(kind),
      end: at(String.fromCharCode(kind.charCodeAt(0) + 1)),
    })),
  };
}

/** The revision at the end of a key, of a change or in a history. */
export function changedRevision(key: Buffer): number {
  return decodeNumber(key, key.length - 8);
}

export function encodeNumber(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(Math.floor(number / 2 ** 32), 0);
  bytes.writeUInt32BE(number >>> 0, 4);
  return bytes;
}

export function decodeNumber(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) * 2 ** 32 + bytes.readUInt32BE(offset + 4);
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
