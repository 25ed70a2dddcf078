export { azureTablesDialect } from './azure-tables/dialect.ts';
export { boomiDialect } from './boomi/dialect.ts';
export { cosDialect } from './cos/dialect.ts';
export type {
  Analytics,
  Authorization,
  Credential,
  CredentialProblem,
  Credentials,
  DataApi,
  DataRequest,
  DataServices,
  Dialect,
  Fault,
  GatewayConventions,
  PolicyApi,
  PolicyDocumentFormat,
  ReadPolicyBody,
  Replies,
  Signed,
  TenantState,
  Usage,
  UsageMeasures,
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
export { headerValue } from './headers.ts';
export { readNeutralPolicy } from './json/neutral-policy.ts';
export {
  azureTablesProfile,
  boomiProfile,
  cosProfile,
  qingstorProfile,
} from './profiles.ts';
export { qingstorDialect } from './qingstor/dialect.ts';
export { DIALECTS, dialectById } from './registry.ts';
export { isAllowed, ROLES, type Role } from './role.ts';
