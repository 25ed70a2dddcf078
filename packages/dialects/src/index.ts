export { azureTablesProfile } from './azure-tables/profile.ts';
export { boomiProfile } from './boomi/profile.ts';
export { cosDialect } from './cos/dialect.ts';
export { cosProfile } from './cos/profile.ts';
export type {
  Authorization,
  Credential,
  CredentialLookup,
  DataApi,
  DataServices,
  Dialect,
  Fault,
  PolicyDocumentFormat,
  ReadPolicyBody,
  Replies,
} from './dialect.ts';
export type {
  Exchange,
  Location,
  Operation,
  QueryParameter,
  Reply,
  RequestBody,
  RequestHead,
  ServiceError,
} from './exchange.ts';
export { headerLines, headerValue } from './headers.ts';
export { qingstorProfile } from './qingstor/profile.ts';
export { DIALECTS, dialectById } from './registry.ts';
