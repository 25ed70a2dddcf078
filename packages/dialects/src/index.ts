export { cosDialect } from './cos/dialect.ts';
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
export {
  azureTablesProfile,
  boomiProfile,
  cosProfile,
  qingstorProfile,
} from './profiles.ts';
export { qingstorDialect } from './qingstor/dialect.ts';
export { DIALECTS, dialectById } from './registry.ts';
