import { describe, expect, it } from 'vitest';
import { type CosErrorCode, cosError } from '../../src/cos/errors.ts';

/** "Error Codes" of the API reference; the last ones are not in it, or in other words. */
const statuses = {
  AccessDenied: 403,
  AccessForbidden: 403,
  BadDigest: 400,
  BadGateway: 502,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  GatewayTimeout: 504,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLong: 400,
  MalformedPOSTRequest: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  MissingRequestBodyError: 400,
  NoSuchBucket: 404,
  NoSuchCORSConfiguration: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XMLSizeLimit: 400,

  IncompleteBody: 400,
  RequestHeaderSectionTooLarge: 400,
  RequestTimeOut: 400,
  ServiceUnavailable: 503,
} as const satisfies Readonly<Record<CosErrorCode, number>>;

function isCode(name: string): name is CosErrorCode {
  return Object.hasOwn(statuses, name);
}

/** Texts that clients look for, or that real answers have. */
const wordings: readonly (readonly [CosErrorCode, string])[] = [
  ['AccessDenied', 'Access Denied.'],
  ['InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records'],
  ['MissingContentLength', 'You must provide the Content-Length HTTP header.'],
  ['NoSuchBucket', 'The specified bucket does not exist.'],
  ['PreconditionFailed', 'Precondition not match.'],
  ['SignatureDoesNotMatch', 'The Signature you specified is invalid.'],
];

describe('cosError', () => {
  it.each(Object.keys(statuses).filter(isCode))('has the documented status for %s', code => {
    const error = cosError(code);
    expect(error).toEqual({ code, status: statuses[code], message: expect.stringMatching(/^[A-Z]\S* \S/) });
  });

  it.each(wordings)('has the wording of real answers for %s', (code, message) => {
    expect(cosError(code).message).toBe(message);
  });

  it('takes a message of its own, and details', () => {
    expect(cosError('AccessDenied', 'Request has expired', [['a', 'b']])).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired',
      details: [['a', 'b']],
    });
  });
});
