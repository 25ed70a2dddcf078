import { describe, expect, it } from 'vitest';
import { type AzureTablesErrorCode, azureTablesError } from '../../src/azure-tables/errors.ts';

/** The error pages of the API reference; the last two are ours. */
const statuses = {
  AuthenticationFailed: 403,
  AuthorizationFailure: 403,
  AuthorizationPermissionMismatch: 403,
  AuthorizationProtocolMismatch: 403,
  AuthorizationResourceTypeMismatch: 403,
  AuthorizationServiceMismatch: 403,
  AuthorizationSourceIPMismatch: 403,
  CorsPreflightFailure: 403,
  InternalError: 500,
  InvalidAuthenticationInfo: 400,
  InvalidHeaderValue: 400,
  InvalidInput: 400,
  InvalidMd5: 400,
  InvalidUri: 400,
  InvalidXmlDocument: 400,
  InvalidXmlNodeValue: 400,
  Md5Mismatch: 400,
  MissingRequiredHeader: 400,
  NotImplemented: 501,
  OperationTimedOut: 500,
  OutOfRangeInput: 400,
  RequestBodyTooLarge: 413,
  ResourceNotFound: 404,
  ServerBusy: 503,
  UnsupportedHttpVerb: 405,
  UnsupportedXmlNode: 400,

  BadGateway: 502,
  GatewayTimeout: 504,
} as const satisfies Readonly<Record<AzureTablesErrorCode, number>>;

describe('azureTablesError', () => {
  it.each(Object.entries(statuses))('has the documented status for %s, and a sentence', (code, status) => {
    const error = azureTablesError(code as AzureTablesErrorCode);
    expect(error).toEqual({ code, status, message: expect.stringMatching(/^[A-Z][ -~]*\.$/) });
  });

  it('has the wording of real answers where clients go by it', () => {
    expect(azureTablesError('AuthenticationFailed').message).toBe(
      'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
    );
    expect(azureTablesError('CorsPreflightFailure').message).toBe(
      'CORS not enabled or no matching rule found for this request.',
    );
  });

  it('puts an explanation below the sentence', () => {
    expect(azureTablesError('InvalidInput', 'Why.').message).toBe(
      'One of the request inputs is not valid.\nWhy.',
    );
  });
});
