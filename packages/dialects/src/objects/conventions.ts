import type { ResponseHeader } from '@crossgate/core';
import type { Exchange, ServiceError } from '../exchange.ts';

/** What can be wrong with a call on buckets and objects, whatever the service calls it. */
export type ObjectProblem =
  | 'anonymous'
  | 'bucket-absent'
  | 'object-absent'
  | 'key-length'
  | 'length-missing'
  | 'body-too-large'
  | 'digest-malformed'
  | 'digest-mismatch'
  | 'precondition-failed'
  | 'range-unsatisfiable'
  | 'override-malformed'
  | 'upload-absent'
  | 'part-absent'
  | 'part-order'
  | 'part-too-small'
  | 'body-too-small'
  | 'form-malformed'
  | 'storage-class-malformed'
  | 'metadata-too-large';

/** In what the object services differ where they do the same. */
export interface ObjectConventions {
  readonly error: (problem: ObjectProblem, exchange: Exchange) => ServiceError;
  /** Bytes of the longest key. */
  readonly longestKeyBytes: number;
  /** Of one body. */
  readonly largestBodyBytes: number;
  /** Of a part that is not the last of its object. */
  readonly smallestPartBytes: number;
  /** The number of the first part there can be. */
  readonly firstPart: number;
  /** Bytes of the names and values of all metadata of an object. */
  readonly largestMetadataBytes: number;
  /** Headers that begin so (in lower case) are kept with an object. */
  readonly metadataPrefix: string;
  /** The header that tells the storage class; the standard one is told or not. */
  readonly storageClass: { readonly header: string; readonly tellStandard: boolean };
  /** The header that tells the CRC-64 of an object, where the service has one. */
  readonly crc64Header?: string;
}

export const STANDARD_STORAGE = 'STANDARD';

/** Whether an object can have this key, as far as its length goes. */
export function isKey(key: string, { longestKeyBytes }: ObjectConventions): boolean {
  return key !== '' && !/\p{Surrogate}/u.test(key) && Buffer.byteLength(key) <= longestKeyBytes;
}

/** The storage class that is kept with these headers. */
export function storageClassOf(headers: readonly ResponseHeader[], conventions: ObjectConventions): string {
  return headers.find(([name]) => name === conventions.storageClass.header)?.[1] ?? STANDARD_STORAGE;
}
