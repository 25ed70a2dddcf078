import { compactText, readCompactText } from './compact-record.ts';
import { decodeNumber, encodeNumber } from './lmdb-keys.ts';
import type { PolicyRevision, StoredPolicy, TenantKey } from './policy-store.ts';

/** JSON. */
const JSON_VERSION = 1;
/** A revision as `compact-record.ts` writes it. */
const COMPACT_VERSION = 2;

/** What the store is at. */
export interface Position {
  readonly revision: number;
  /** How often the whole content was replaced, modulo `GENERATIONS`. */
  readonly generation: number;
}

/** As many as there is room for beside a revision, which is a safe integer. */
export const GENERATIONS: number = 2 ** 11;
const GENERATION_UNIT = 2 ** 21;

// In eight bytes, for it is read with every policy: LMDB's binding hands out short-lived bytes without their length.
export function encodePosition({ revision, generation }: Position): Buffer {
  const bytes = encodeNumber(revision);
  bytes.writeUInt32BE(bytes.readUInt32BE(0) + generation * GENERATION_UNIT, 0);
  return bytes;
}

export function decodePosition(bytes: Buffer): Position {
  const high = bytes.readUInt32BE(0);
  return {
    revision: (high % GENERATION_UNIT) * 2 ** 32 + bytes.readUInt32BE(4),
    generation: Math.floor(high / GENERATION_UNIT),
  };
}

/** Which changes are in the log: all after one revision. Revisions may have gaps. */
export interface LogExtent {
  /** Changes up to this revision are not all remembered; later ones are. */
  readonly forgotten: number;
  /** How many there were when the last ones were forgotten. Earlier versions go by it. */
  readonly length: number;
}

export function encodeLogExtent({ forgotten, length }: LogExtent): Buffer {
  return Buffer.concat([encodeNumber(forgotten), encodeNumber(length)]);
}

export function decodeLogExtent(bytes: Buffer): LogExtent {
  return { forgotten: decodeNumber(bytes, 0), length: decodeNumber(bytes, 8) };
}

/** What is in `revision` beside its own members is kept too; {@link decodeRecord} reads it. */
export function encodePolicyRevision(revision: PolicyRevision): Buffer {
  const json = JSON.stringify(revision);
  const compact = compactText(revision, json);
  return compact === undefined ? withVersion(JSON_VERSION, json) : withVersion(COMPACT_VERSION, compact);
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

/** Reads the record of what a tenant has. */
export function decodeStoredPolicy(bytes: Buffer): StoredPolicy {
  const revision = decodePolicyRevision(bytes);
  if (!isStored(revision)) throw new Error(`revision ${revision.revision} is in force and has no policy`);
  return revision;
}

export function isStored(revision: PolicyRevision): revision is StoredPolicy {
  return revision.policy !== undefined;
}

export function encodeTenantKey({ dialect, tenant }: TenantKey): Buffer {
  return withVersion(JSON_VERSION, JSON.stringify({ dialect, tenant }));
}

export function decodeTenantKey(bytes: Buffer): TenantKey {
  return decodeRecord(bytes);
}

function withVersion(version: number, text: string): Buffer {
  return Buffer.from(String.fromCharCode(version) + text);
}

export function decodeRecord<Value>(bytes: Buffer): Value {
  const text = bytes.toString('utf8', 1);
  const version = bytes[0];
  if (version === COMPACT_VERSION) return readCompactText(text) as Value;
  if (version === JSON_VERSION) return JSON.parse(text);
  throw new Error(
    `a record of version ${version} was found, this version of Crossgate reads up to ${COMPACT_VERSION}`,
  );
}
