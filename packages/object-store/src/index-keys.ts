import { randomBytes } from 'node:crypto';
import type { UploadRef } from './object-store.ts';
import { bucketNameBytes, keyBytes } from './storable-names.ts';

const TIME_DIGITS = 12;
const RANDOM_BYTES = 16;
const UPLOAD_ID_LENGTH = TIME_DIGITS + 2 * RANDOM_BYTES;
const UPLOAD_ID = /^[0-9a-f]{44}$/;

/** The greatest number of a part. */
export const MAX_PART_NUMBER = 10_000;

export function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix);
}

/** No bucket's name has a NUL, so the keys of one bucket lie together, and a key may have any. */
export function objectIndexKey(bucket: string, key: string): Buffer {
  return Buffer.concat([bucketNameBytes(bucket), Buffer.of(0), keyBytes(key)]);
}

/** An id for an upload that begins now. Nobody can guess it, and ids sort as their uploads began. */
export function newUploadId(now: number): string {
  return now.toString(16).padStart(TIME_DIGITS, '0') + randomBytes(RANDOM_BYTES).toString('hex');
}

/** When the upload of an id began, in milliseconds since the epoch. */
export function uploadStartedAt(id: string): number {
  return Number.parseInt(id.slice(0, TIME_DIGITS), 16);
}

/** The key of an upload, which sorts by bucket, key and id. */
export function newUploadIndexKey({ bucket, key, id }: UploadRef): Buffer {
  return Buffer.concat([uploadKeyStart(bucket, keyBytes(key)), Buffer.of(0), Buffer.from(id)]);
}

/** The key of an upload by an id from outside; undefined when no upload has such an id. */
export function uploadIndexKey(upload: UploadRef): Buffer | undefined {
  const key = newUploadIndexKey(upload);
  return UPLOAD_ID.test(upload.id) ? key : undefined;
}

/**
 * What the keys of all uploads begin with whose object's key begins with these bytes.
 *
 * A key may have a NUL, and what ends it must sort before all that can follow in a longer one. UTF-8 has no byte above
 * 0xF4, so each byte is raised by one, which frees 0 for the end and changes neither order nor length.
 */
export function uploadKeyStart(bucket: string, key: Uint8Array): Buffer {
  return Buffer.concat([bucketNameBytes(bucket), Buffer.of(0), key.map(byte => byte + 1)]);
}

/** Where the keys of uploads begin that sort after an id, which may be any text, or after all ids when it is left out. */
export function afterUpload(bucket: string, key: Uint8Array, id: Buffer | undefined): Buffer {
  const start = uploadKeyStart(bucket, key);
  if (!id) return Buffer.concat([start, Buffer.of(1)]);
  // LMDB bounds the length of what it is asked for. Ids after a longer text are those after its beginning. The byte at
  // the end makes what sorts after the id from what sorts at or after it.
  return Buffer.concat([start, Buffer.of(0), id.subarray(0, UPLOAD_ID_LENGTH), Buffer.of(0)]);
}

export function parseUploadIndexKey(bytes: Buffer): UploadRef {
  const bucketEnd = bytes.indexOf(0);
  const idStart = bytes.length - UPLOAD_ID_LENGTH;
  const raised = bytes.subarray(bucketEnd + 1, idStart - 1);
  return {
    bucket: bytes.toString('utf8', 0, bucketEnd),
    key: Buffer.from(raised.map(byte => byte - 1)).toString('utf8'),
    id: bytes.toString('utf8', idStart),
  };
}

/** The key of a part, which sorts by upload and number, or of where an upload's parts begin after a number. */
export function partIndexKey(uploadId: string, number: number): Buffer {
  const bytes = Buffer.from(`${uploadId}0000`, 'hex');
  bytes.writeUInt16BE(number, bytes.length - 2);
  return bytes;
}

export function parsePartNumber(bytes: Buffer): number {
  return bytes.readUInt16BE(bytes.length - 2);
}
