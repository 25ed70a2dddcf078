import type { ServiceError } from '../exchange.ts';

/**
 * The error codes of the API reference ("Error Codes") that are answered here, with their statuses. The messages are
 * ours: the documentation gives one for a code, and clients go by the code.
 */
const ERRORS = {
  bad_digest: [400, 'The Content-MD5 is not that of the body that was received.'],
  bad_gateway: [502, 'The store behind this gateway cannot be reached, or broke off. Please try again.'],
  bucket_already_exists: [409, 'A bucket of this name already exists.'],
  bucket_not_empty: [409, 'The bucket is not empty. Delete its objects first.'],
  bucket_not_exists: [404, 'The bucket does not exist.'],
  cors_not_exists: [404, 'The bucket has no CORS configuration.'],
  entity_too_large: [400, 'The body is larger than this operation takes.'],
  entity_too_small: [400, 'The body is smaller than this operation takes.'],
  form_policy_violated: [400, 'The form does not hold to its policy.'],
  gateway_timeout: [504, 'The store behind this gateway did not answer in time. Please try again.'],
  incomplete_body: [400, 'The body ended before the number of bytes that Content-Length announced.'],
  internal_error: [500, 'An internal error happened. Please try again.'],
  invalid_access_key_id: [401, 'The access key id does not exist.'],
  invalid_argument: [400, 'An argument is not valid.'],
  invalid_bucket_name: [
    400,
    'A bucket name has 6 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit.',
  ],
  invalid_json: [400, 'The body is not JSON.'],
  invalid_object_name: [400, 'An object name has 1 to 1023 bytes of UTF-8.'],
  invalid_range: [416, 'The range cannot be satisfied.'],
  invalid_request: [400, 'The request is not valid.'],
  max_parts_exceeded: [400, 'An upload has at most 10000 parts.'],
  metadata_too_large: [400, 'The metadata of the object has more than 8 KB.'],
  method_not_allowed: [405, 'The method is not allowed against this resource.'],
  not_implemented: [501, 'This is not implemented here.'],
  object_not_exists: [404, 'The object does not exist.'],
  permission_denied: [403, 'The request is anonymous, and what it asks for is not public. Sign it.'],
  precondition_failed: [412, 'A precondition of the request does not hold.'],
  request_expired: [
    403,
    'The request has expired: its time is more than 15 minutes from ours, or its end is past.',
  ],
  service_unavailable: [503, 'The service cannot answer at the moment. Please try again.'],
  signature_not_matched: [401, 'The signature is not the one of this request.'],
  too_many_objects: [400, 'There are more objects than one request takes.'],
  upload_not_exists: [400, 'The multipart upload does not exist, or was completed or aborted.'],
} as const;

export type QingstorErrorCode = keyof typeof ERRORS;

/** An error of the table, with a message of its own where one says more. */
export function qingstorError(code: QingstorErrorCode, message?: string): ServiceError {
  const [status, wording]: readonly [number, string] = ERRORS[code];
  return { status, code, message: message ?? wording };
}
