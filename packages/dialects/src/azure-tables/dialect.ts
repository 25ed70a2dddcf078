import type { Dialect } from '../dialect.ts';
import { newRequestGuid } from '../request-guid.ts';
import { azureTablesAnalytics } from './analytics.ts';
import { authorizeAzureTables, namesAccount } from './authorization.ts';
import { azureTablesCredentialProblems } from './credential-problems.ts';
import { azureTablesPolicyApi } from './policy-api.ts';
import { azureTablesProfile } from './profile.ts';
import { azureTablesCommonHeaders, azureTablesReplies } from './responses.ts';
import { isAccountName, locateAzureTables } from './routes.ts';

/** The public account of the storage emulator ("Use the Azurite emulator"), and the key that everybody knows. */
const EMULATOR_ACCOUNT = 'devstoreaccount1';
const EMULATOR_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Azure Table Storage. */
export const azureTablesDialect: Dialect = {
  id: 'azure-tables',
  title: 'Azure Tables',
  tenantNoun: 'account',
  profile: azureTablesProfile,
  variants: {},
  policyApi: azureTablesPolicyApi,
  portOffset: 3,
  localCredential: { id: EMULATOR_ACCOUNT, secret: EMULATOR_KEY, isPublic: true, tenant: EMULATOR_ACCOUNT },
  example: { tenant: EMULATOR_ACCOUNT, path: `/${EMULATOR_ACCOUNT}/mytable` },
  isTenantName: isAccountName,
  credentialProblems: azureTablesCredentialProblems,
  newRequestId: newRequestGuid,
  locate: locateAzureTables,
  authorize: authorizeAzureTables,
  gateway: { host: 'as-sent', checksCredentials: false, names: namesAccount },
  replies: azureTablesReplies,
  commonHeaders: azureTablesCommonHeaders,
  analytics: azureTablesAnalytics,
};
