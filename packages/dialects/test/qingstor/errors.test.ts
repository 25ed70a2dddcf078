import { describe, expect, it } from 'vitest';
import { type QingstorErrorCode, qingstorError } from '../../src/qingstor/errors.ts';

/** "Error Codes" of the API reference; the last one is not in it. */
const statuses = {
  bad_digest: 400,
  bad_gateway: 502,
  bucket_already_exists: 409,
  bucket_not_empty: 409,
  bucket_not_exists: 404,
  entity_too_large: 400,
  entity_too_small: 400,
  form_policy_violated: 400,
  gateway_timeout: 504,
  incomplete_body: 400,
  internal_error: 500,
  invalid_access_key_id: 401,
  invalid_argument: 400,
  invalid_bucket_name: 400,
  invalid_json: 400,
  invalid_object_name: 400,
  invalid_range: 416,
  invalid_request: 400,
  max_parts_exceeded: 400,
  metadata_too_large: 400,
  method_not_allowed: 405,
  not_implemented: 501,
  object_not_exists: 404,
  permission_denied: 403,
  precondition_failed: 412,
  request_expired: 403,
  service_unavailable: 503,
  signature_not_matched: 401,
  too_many_objects: 400,
  upload_not_exists: 400,

  cors_not_exists: 404,
} as const satisfies Readonly<Record<QingstorErrorCode, number>>;

function isCode(name: string): name is QingstorErrorCode {
  return Object.hasOwn(statuses, name);
}

describe('qingstorError', () => {
  it.each(Object.keys(statuses).filter(isCode))('has the documented status for %s', code => {
    expect(qingstorError(code)).toEqual({
      code,
      status: statuses[code],
      message: expect.stringMatching(/^[A-Z]\S* .*\.$/) as string,
    });
  });

  it('takes a message of its own', () => {
    expect(qingstorError('bad_digest', 'm')).toEqual({ status: 400, code: 'bad_digest', message: 'm' });
  });
});
