import type { Dialect } from '../dialect.ts';
import { namesCredential } from '../held-credential.ts';
import { authorizeCos } from './authorization.ts';
import { isBucketName } from './bucket-name.ts';
import { openCosDataApi } from './data-api.ts';
import { cosPolicyApi } from './policy-api.ts';
import { cosProfile } from './profile.ts';
import { cosCommonHeaders, cosReplies, newCosRequestId } from './responses.ts';
import { locateCos } from './routes.ts';

/** Tencent Cloud Object Storage. */
export const cosDialect: Dialect = {
  id: 'cos',
  title: 'Tencent COS',
  tenantNoun: 'bucket',
  profile: cosProfile,
  variants: {},
  policyApi: cosPolicyApi,
  portOffset: 1,
  localCredential: { id: 'AKIDcrossgatelocal', secret: 'crossgate-local-secret', isPublic: true },
  example: { tenant: 'examplebucket-1250000000', path: '/examplebucket-1250000000/hello.txt' },
  isTenantName: isBucketName,
  newRequestId: newCosRequestId,
  locate: locateCos,
  authorize: authorizeCos,
  gateway: { host: 'as-sent', checksCredentials: false, names: namesCredential },
  replies: cosReplies,
  commonHeaders: cosCommonHeaders,
  openDataApi: openCosDataApi,
};
