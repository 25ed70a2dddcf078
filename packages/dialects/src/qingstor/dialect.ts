import type { Dialect } from '../dialect.ts';
import { namesCredential } from '../held-credential.ts';
import { authorizeQingstor } from './authorization.ts';
import { isBucketName } from './bucket-name.ts';
import { openQingstorDataApi } from './data-api.ts';
import { qingstorPolicyApi } from './policy-api.ts';
import { qingstorFilterProfile, qingstorProfile } from './profile.ts';
import { newQingstorRequestId, qingstorCommonHeaders, qingstorReplies } from './responses.ts';
import { locateQingstor } from './routes.ts';

/** QingStor object storage. */
export const qingstorDialect: Dialect = {
  id: 'qingstor',
  title: 'QingStor',
  tenantNoun: 'bucket',
  profile: qingstorProfile,
  variants: { 'filter-headers': qingstorFilterProfile },
  policyApi: qingstorPolicyApi,
  portOffset: 2,
  localCredential: { id: 'CROSSGATELOCAL', secret: 'crossgate-local-secret', isPublic: true },
  example: { tenant: 'example-bucket', path: '/example-bucket/hello.txt' },
  isTenantName: isBucketName,
  newRequestId: newQingstorRequestId,
  locate: locateQingstor,
  authorize: authorizeQingstor,
  gateway: { host: 'as-sent', checksCredentials: false, names: namesCredential },
  replies: qingstorReplies,
  commonHeaders: qingstorCommonHeaders,
  openDataApi: openQingstorDataApi,
};
