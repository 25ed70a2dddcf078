import type { PolicyRevision, TenantKey } from './policy-store.ts';
import { orderedBytes } from './tenant-key.ts';

/*
 * What is kept under which key, as bytes. Numbers are big-endian, so that they sort; texts are UTF-8.
 *
 *   00 "format"                                             the format of the directory, as decimal text
 *   01 "r"                                                  store-wide revision, 8 bytes
 *   01 "p" dialect 00 tenant                                record: the policy in force
 *   01 "h" length dialect length tenant revision (8 bytes)  record: one revision, deletions included
 *   01 "l" revision (8 bytes)                               record: the key that this revision changed
 *   01 "e"                                                  extent of these: the last revision forgotten, 8 bytes,
 *                                                           and how many are there, 8 bytes
 *
 * The 01 is the version of this layout: a later one can stand beside it while data is carried over. Policies are in the
 * order of the listing. History has lengths (2 bytes each) instead of a separator, because a tenant may contain any
 * character, and no tenant's history may lie within another's.
 */

/** The format that this version writes and the newest it reads. */
export const FORMAT = 1;
export const FORMAT_KEY: Buffer = Buffer.from('\0format');
export const REVISION_KEY: Buffer = layoutKey('r');
export const LOG_EXTENT_KEY: Buffer = layoutKey('e');

const RECORD_VERSION = 1;

export interface KeyRange {
  readonly start: Buffer;
  /** Not included. */
  readonly end: Buffer;
}

export function policyKey(key: TenantKey): Buffer {
  return layoutKey('p', orderedBytes(key));
}

/** The policies of one dialect or of all, those after a key or all. */
export function policyRange(dialect: string | undefined, after: TenantKey | undefined): KeyRange {
  const start = dialect === undefined ? layoutKey('p') : layoutKey('p', Buffer.from(`${dialect}\0`));
  const end = dialect === undefined ? layoutKey('q') : layoutKey('p', Buffer.from(`${dialect}\x01`));
  if (after === undefined) return { start, end };
  // Nothing lies between a key and the same key with a zero byte behind it.
  const next = Buffer.concat([policyKey(after), Buffer.of(0)]);
  return { start: Buffer.compare(start, next) > 0 ? start : next, end };
}

export function historyKey(key: TenantKey, revision: number): Buffer {
  return Buffer.concat([historyPrefix(key), encodeRevision(revision)]);
}

export function historyRange(key: TenantKey): KeyRange {
  const prefix = historyPrefix(key);
  return { start: prefix, end: Buffer.concat([prefix, Buffer.alloc(8, 0xff)]) };
}

export function changeKey(revision: number): Buffer {
  return layoutKey('l', encodeRevision(revision));
}

/** The changes from a revision on, that one included. */
export function changeRange(first: number): KeyRange {
  return { start: changeKey(first), end: layoutKey('m') };
}

/** The revision of a change, from its key. */
export function changedRevision(key: Buffer): number {
  return decodeRevision(key.subarray(-8));
}

/** Which changes are in the log: all after one revision. Revisions may have gaps. */
export interface LogExtent {
  /** Changes up to this revision are not all remembered; later ones are. */
  readonly forgotten: number;
  readonly length: number;
}

export function encodeLogExtent({ forgotten, length }: LogExtent): Buffer {
  return Buffer.concat([encodeRevision(forgotten), encodeRevision(length)]);
}

export function decodeLogExtent(bytes: Buffer): LogExtent {
  return { forgotten: decodeRevision(bytes), length: decodeRevision(bytes.subarray(8)) };
}

export function encodeRevision(revision: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(Math.floor(revision / 2 ** 32), 0);
  bytes.writeUInt32BE(revision >>> 0, 4);
  return bytes;
}

export function decodeRevision(bytes: Buffer): number {
  return bytes.readUInt32BE(0) * 2 ** 32 + bytes.readUInt32BE(4);
}

export function encodePolicyRevision(revision: PolicyRevision): Buffer {
  return encodeRecord(revision);
}

export function decodePolicyRevision(bytes: Buffer): PolicyRevision {
  const record: Partial<PolicyRevision> & Omit<PolicyRevision, 'policy'> = decodeRecord(bytes);
  return {
    key: record.key,
    revision: record.revision,
    // JSON leaves out what is undefined, as the policy of a deletion is.
    policy: record.policy,
    ...(record.settings && { settings: record.settings }),
    writtenAt: record.writtenAt,
  };
}

export function encodeTenantKey({ dialect, tenant }: TenantKey): Buffer {
  return encodeRecord({ dialect, tenant });
}

export function decodeTenantKey(bytes: Buffer): TenantKey {
  return decodeRecord(bytes);
}

// JSON rather than something shorter: it escapes lone surrogates, so every string comes back as it was.
function encodeRecord(value: object): Buffer {
  return Buffer.concat([Buffer.of(RECORD_VERSION), Buffer.from(JSON.stringify(value))]);
}

function decodeRecord<Value>(bytes: Buffer): Value {
  const version = bytes[0];
  if (version !== RECORD_VERSION) {
    throw new Error(
      `a record of version ${version} was found, this version of Crossgate reads ${RECORD_VERSION}`,
    );
  }
  return JSON.parse(bytes.toString('utf8', 1));
}

function historyPrefix(key: TenantKey): Buffer {
  return layoutKey('h', withLength(key.dialect), withLength(key.tenant));
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function layoutKey(kind: 'e' | 'h' | 'l' | 'm' | 'p' | 'q' | 'r', ...rest: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(1), Buffer.from(kind), ...rest]);
}
