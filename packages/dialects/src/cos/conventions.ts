import type { Exchange } from '../exchange.ts';
import type { ObjectConventions, ObjectProblem } from '../objects/conventions.ts';
import { type CosErrorCode, cosError } from './errors.ts';

const PROBLEMS: Readonly<Record<Exclude<ObjectProblem, 'anonymous' | 'override-malformed'>, CosErrorCode>> = {
  'bucket-absent': 'NoSuchBucket',
  'object-absent': 'NoSuchKey',
  'key-length': 'KeyTooLong',
  'length-missing': 'MissingContentLength',
  'body-too-large': 'EntityTooLarge',
  'digest-malformed': 'InvalidDigest',
  'digest-mismatch': 'BadDigest',
  'precondition-failed': 'PreconditionFailed',
  'range-unsatisfiable': 'InvalidRange',
  'upload-absent': 'NoSuchUpload',
  'part-absent': 'InvalidPart',
  'part-order': 'InvalidPartOrder',
  'part-too-small': 'EntityTooSmall',
  'body-too-small': 'EntityTooSmall',
  'form-malformed': 'MalformedPOSTRequest',
  'storage-class-malformed': 'InvalidArgument',
  'metadata-too-large': 'MetadataTooLarge',
};

/** How COS does what the object services have in common. */
export const cosConventions: ObjectConventions = {
  error: (problem, exchange) => {
    if (problem === 'anonymous') {
      return cosError('AccessDenied', undefined, [['ServerTime', serverTime(exchange)]]);
    }
    if (problem === 'override-malformed') {
      return cosError('InvalidArgument', 'A response-* parameter has a character that no header can have.');
    }
    return cosError(PROBLEMS[problem]);
  },
  longestKeyBytes: 850,
  // PUT Object takes 5 GB.
  largestBodyBytes: 5 * 1024 ** 3,
  smallestPartBytes: 1024 ** 2,
  firstPart: 1,
  largestMetadataBytes: 8 * 1024,
  metadataPrefix: 'x-cos-meta-',
  storageClass: { header: 'x-cos-storage-class', tellStandard: false },
  crc64Header: 'x-cos-hash-crc64ecma',
};

function serverTime({ receivedAt }: Exchange): string {
  return `${new Date(receivedAt).toISOString().slice(0, 19)}Z`;
}
