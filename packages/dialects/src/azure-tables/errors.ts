import type { ServiceError } from '../exchange.ts';

/**
 * The error codes of "Common REST API Error Codes", "Table Service Error Codes" and "Shared access signature error
 * codes" that are answered here, with their statuses and sentences. Where a recorded answer words it otherwise than the
 * documentation, the recorded one counts. The service has no code for a gateway: those two are ours.
 */
const ERRORS = {
  AuthenticationFailed: [
    403,
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  ],
  AuthorizationFailure: [403, 'This request is not authorized to perform this operation.'],
  AuthorizationPermissionMismatch: [
    403,
    'This request is not authorized to perform this operation using this permission.',
  ],
  AuthorizationProtocolMismatch: [
    403,
    'This request is not authorized to perform this operation using this protocol.',
  ],
  AuthorizationResourceTypeMismatch: [
    403,
    'This request is not authorized to perform this operation using this resource type.',
  ],
  AuthorizationServiceMismatch: [
    403,
    'This request is not authorized to perform this operation using this service.',
  ],
  AuthorizationSourceIPMismatch: [
    403,
    'This request is not authorized to perform this operation using this source IP.',
  ],
  BadGateway: [
    502,
    'The service behind this gateway cannot be reached, or broke off. Please retry the request.',
  ],
  CorsPreflightFailure: [403, 'CORS not enabled or no matching rule found for this request.'],
  GatewayTimeout: [504, 'The service behind this gateway did not answer in time. Please retry the request.'],
  InternalError: [500, 'The server encountered an internal error. Please retry the request.'],
  InvalidAuthenticationInfo: [
    400,
    'The authentication information was not provided in the correct format. Verify the value of Authorization header.',
  ],
  InvalidHeaderValue: [400, 'The value for one of the HTTP headers is not in the correct format.'],
  InvalidInput: [400, 'One of the request inputs is not valid.'],
  InvalidMd5: [
    400,
    'The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded.',
  ],
  InvalidUri: [400, 'The requested URI does not represent any resource on the server.'],
  InvalidXmlDocument: [400, 'XML specified is not syntactically valid.'],
  InvalidXmlNodeValue: [400, 'The value for one of the XML nodes is not in the correct format.'],
  Md5Mismatch: [
    400,
    'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
  ],
  MissingRequiredHeader: [400, 'A required HTTP header was not specified.'],
  NotImplemented: [501, 'The requested operation is not implemented on the specified resource.'],
  OperationTimedOut: [500, 'The operation could not be completed within the permitted time.'],
  OutOfRangeInput: [400, 'One of the request inputs is out of range.'],
  RequestBodyTooLarge: [413, 'The size of the request body exceeds the maximum size permitted.'],
  ResourceNotFound: [404, 'The specified resource does not exist.'],
  ServerBusy: [503, 'The server is currently unable to receive requests. Please retry your request.'],
  UnsupportedHttpVerb: [405, "The resource doesn't support specified Http Verb."],
  UnsupportedXmlNode: [400, 'One of the XML nodes specified in the request body is not supported.'],
} as const;

export type AzureTablesErrorCode = keyof typeof ERRORS;

/** An error of the table. What is added stands below the service's sentence, for clients look for that. */
export function azureTablesError(code: AzureTablesErrorCode, explanation?: string): ServiceError {
  const [status, sentence]: readonly [number, string] = ERRORS[code];
  return { status, code, message: explanation === undefined ? sentence : `${sentence}\n${explanation}` };
}

/** The sentence that a preflight without `Origin` or without a method is refused with, under the same code. */
export function missingCorsHeader(name: string): ServiceError {
  const message = `A required CORS header is not present.\nA preflight needs the header ${name}.`;
  return { ...azureTablesError('InvalidHeaderValue'), message };
}
