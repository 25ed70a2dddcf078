import type { ObjectConventions, ObjectProblem } from '../objects/conventions.ts';
import { type QingstorErrorCode, qingstorError } from './errors.ts';

const PROBLEMS: Readonly<Record<ObjectProblem, QingstorErrorCode>> = {
  anonymous: 'permission_denied',
  'bucket-absent': 'bucket_not_exists',
  'object-absent': 'object_not_exists',
  'key-length': 'invalid_object_name',
  'length-missing': 'invalid_request',
  'body-too-large': 'entity_too_large',
  'digest-malformed': 'invalid_argument',
  'digest-mismatch': 'bad_digest',
  'precondition-failed': 'precondition_failed',
  'range-unsatisfiable': 'invalid_range',
  'override-malformed': 'invalid_argument',
  'upload-absent': 'upload_not_exists',
  'part-absent': 'invalid_argument',
  'part-order': 'invalid_argument',
  'part-too-small': 'entity_too_small',
  'body-too-small': 'entity_too_small',
  'form-malformed': 'invalid_request',
  'storage-class-malformed': 'invalid_argument',
  'metadata-too-large': 'metadata_too_large',
};

const MESSAGES: Partial<Readonly<Record<ObjectProblem, string>>> = {
  'length-missing': 'The request needs a Content-Length.',
  'digest-malformed': 'The Content-MD5 must be the Base64 form of 16 bytes: 24 characters.',
  'part-absent': 'The completion names no part, or one that was not uploaded or has another ETag.',
  'part-too-small': 'A part that is not the last of its object has 4 MB or more.',
  'body-too-small': 'The file is smaller than the policy of its form allows.',
  'part-order': 'The parts of a completion must be in ascending order of their numbers.',
  'storage-class-malformed': 'The storage class is not a name.',
  'form-malformed': 'The body is not a well-formed multipart/form-data with the file as its last field.',
  'override-malformed': 'A response-* parameter has a character that no header can have.',
};

/** How QingStor does what the object services have in common. */
export const qingstorConventions: ObjectConventions = {
  error: problem => qingstorError(PROBLEMS[problem], MESSAGES[problem]),
  longestKeyBytes: 1023,
  // PUT Object takes 5 GB.
  largestBodyBytes: 5 * 1024 ** 3,
  smallestPartBytes: 4 * 1024 ** 2,
  firstPart: 0,
  largestMetadataBytes: 8 * 1024,
  metadataPrefix: 'x-qs-meta-',
  storageClass: { header: 'x-qs-storage-class', tellStandard: true },
};
