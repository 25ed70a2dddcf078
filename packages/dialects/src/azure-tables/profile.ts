import type { Profile } from '@crossgate/core';

/**
 * Azure Table Storage. Sources: Preflight Table Request, Set Table Service Properties, and "CORS support for the
 * Azure Storage services". What they leave open is decided in docs/dialects/azure-tables.md.
 */
export const azureTablesProfile: Profile = {
  dialect: 'azure-tables',
  origins: { any: true, wildcard: 'subdomain', compare: 'text' },
  methods: {
    known: ['DELETE', 'GET', 'HEAD', 'MERGE', 'POST', 'OPTIONS', 'PUT', 'PATCH'],
    any: false,
    requested: 'one',
  },
  headers: { wildcard: 'end', unlisted: 'refuse' },
  preflight: {
    status: 200,
    refused: { status: 403, code: 'CorsPreflightFailure' },
    incomplete: { status: 400, code: 'InvalidHeaderValue' },
    unknownTenant: 'as-no-rules',
  },
  actual: { answeredWithoutOrigin: ['GET', 'HEAD'], vary: 'origin-not-any', varyMethods: ['GET', 'HEAD'] },
  answers: {
    preflight: [
      'Access-Control-Allow-Origin',
      'Access-Control-Max-Age',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Headers',
      'Access-Control-Allow-Credentials',
    ],
    actual: [
      'Access-Control-Expose-Headers',
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
    ],
    allowOrigin: 'any-or-echo',
    allowMethods: { kind: 'requested', separator: ',' },
    allowHeaders: { kind: 'requested', form: 'lower-case-sorted' },
    exposeHeaders: { kind: 'present', always: ['Content-Length', 'Date', 'Transfer-Encoding'] },
    maxAge: { kind: 'rule', whenUnset: 0 },
  },
  limits: {
    rules: { min: 0, max: 5 },
    originsPerRule: 64,
    entryLength: 256,
    headersPerList: { literal: 64, wildcard: 2 },
    totalLength: 2048,
    maxAgeSeconds: { max: 2_147_483_647, required: true },
  },
  fields: ['allowedHeaders', 'exposeHeaders', 'maxAgeSeconds'],
  // @azure/data-tables sends these with a shared access signature too.
  browserClient: {
    requestHeaders: ['dataserviceversion', 'x-ms-client-request-id', 'x-ms-useragent', 'x-ms-version'],
    readAfterPut: [],
  },
};
