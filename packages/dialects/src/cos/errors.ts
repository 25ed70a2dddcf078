import type { ServiceError } from '../exchange.ts';

/**
 * The error codes of the API reference ("Error Codes") that are answered here, with their status and the wording that
 * real answers have or, where none is known, ours. Clients depend on some of these texts: the SDKs correct their
 * clock by `Request has expired`.
 */
const ERRORS = {
  AccessDenied: [403, 'Access Denied.'],
  AccessForbidden: [
    403,
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
  ],
  BadDigest: [400, 'The Content-MD5 you specified is not that of the body that was received.'],
  BadGateway: [502, 'The store behind this gateway cannot be reached, or broke off. Please try again.'],
  BucketAlreadyOwnedByYou: [409, 'The bucket you tried to create already exists, and you own it.'],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty. Delete its objects first.'],
  EntityTooSmall: [
    400,
    'The body is smaller than this operation takes; a part that is not the last has 1 MB or more.',
  ],
  EntityTooLarge: [400, 'The body is larger than this operation takes.'],
  ExpiredToken: [
    400,
    'The x-cos-security-token has expired, or is not the one that belongs to this SecretId.',
  ],
  GatewayTimeout: [504, 'The store behind this gateway did not answer in time. Please try again.'],
  IncompleteBody: [400, 'The body ended before the number of bytes that Content-Length announced.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [403, 'The Access Key Id you provided does not exist in our records'],
  InvalidArgument: [400, 'An argument is not valid.'],
  InvalidBucketName: [
    400,
    'The bucket name must be name-appid: lower-case letters, digits and hyphens, then a hyphen and the digits of the APPID, 60 characters at most.',
  ],
  InvalidDigest: [400, 'The Content-MD5 must be the Base64 form of 16 bytes: 24 characters.'],
  InvalidRequest: [
    400,
    'The request is not well-formed HTTP: check that its target is percent-encoded, that it has exactly one Host, and no transfer coding but chunked.',
  ],
  InvalidPart: [400, 'The completion names no part, or one that was not uploaded or has another ETag.'],
  InvalidPartOrder: [400, 'The parts of a completion must be in ascending order of their numbers.'],
  InvalidRange: [416, 'The requested range cannot be satisfied'],
  InvalidURI: [400, 'The request target cannot be read.'],
  KeyTooLong: [400, 'The object key must have 1 to 850 bytes of UTF-8.'],
  MalformedPOSTRequest: [
    400,
    'The body is not a well-formed multipart/form-data with the file as its last field.',
  ],
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  ],
  MetadataTooLarge: [400, 'The metadata of the object has more than 8 KB.'],
  MethodNotAllowed: [405, 'The method is not allowed against this resource.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  MissingRequestBodyError: [400, 'The request body is missing.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchCORSConfiguration: [404, 'The CORS configuration does not exist.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchUpload: [404, 'The specified multipart upload does not exist, or was completed or aborted.'],
  NotImplemented: [501, 'This is not implemented here.'],
  PreconditionFailed: [412, 'Precondition not match.'],
  RequestHeaderSectionTooLarge: [400, 'The request line and headers are larger than this service takes.'],
  RequestTimeOut: [400, 'The request did not arrive in time.'],
  RequestTimeTooSkewed: [
    403,
    'The signature is not valid yet: its start lies more than 15 minutes ahead. Set the clock of the client.',
  ],
  ServiceUnavailable: [503, 'The service cannot answer at the moment. Please try again.'],
  SignatureDoesNotMatch: [403, 'The Signature you specified is invalid.'],
  SlowDown: [503, 'There are more requests than there may be. Please reduce your request rate.'],
  XMLSizeLimit: [400, 'The length of the XML exceeds the limit of 64 KB.'],
} as const;

export type CosErrorCode = keyof typeof ERRORS;

/** An error of the table, with a message of its own where one says more. */
export function cosError(
  code: CosErrorCode,
  message?: string,
  details?: ServiceError['details'],
): ServiceError {
  const [status, wording]: readonly [number, string] = ERRORS[code];
  return { status, code, message: message ?? wording, ...(details && { details }) };
}
