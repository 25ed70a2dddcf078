import type { Dialect } from '../dialect.ts';
import { newRequestGuid } from '../request-guid.ts';
import { isAccountId } from './account-id.ts';
import { authorizeBoomi, namesUser } from './authorization.ts';
import { boomiProfile } from './profile.ts';
import { boomiCommonHeaders, boomiReplies } from './responses.ts';
import { locateBoomi } from './routes.ts';

/**
 * Boomi AtomSphere and Partner API. Its rules are set on a page for people only, so that there is no policy API; and
 * there is nothing behind the gate but an upstream.
 */
export const boomiDialect: Dialect = {
  id: 'boomi',
  title: 'Boomi',
  tenantNoun: 'account',
  profile: boomiProfile,
  variants: {},
  portOffset: 4,
  localCredential: {
    id: 'local@crossgate.test',
    secret: 'crossgate-local-secret',
    isPublic: true,
    tenant: 'account-123456',
  },
  example: { tenant: 'account-123456', path: '/api/rest/v1/account-123456/Atom' },
  isTenantName: isAccountId,
  newRequestId: newRequestGuid,
  locate: locateBoomi,
  authorize: authorizeBoomi,
  gateway: { host: 'upstream', checksCredentials: true, names: namesUser },
  replies: boomiReplies,
  commonHeaders: boomiCommonHeaders,
};
