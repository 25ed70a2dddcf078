import type { Dialect } from '@crossgate/dialects';
import type { TenantKey } from '@crossgate/policy-store';
import { type AdminReply, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';

/** Whom a request is about. */
export interface Subject {
  readonly dialect: Dialect;
  readonly key: TenantKey;
}

export type Refused = { readonly refused: AdminReply };

/** The tenant that the path names. */
export function subjectOf({ path, dialects }: AdminCall): Subject | Refused {
  const { dialect = '', tenant = '' } = { ...path };
  return findSubject(dialects, dialect, tenant);
}

export function findSubject(dialects: readonly Dialect[], id: string, tenant: string): Subject | Refused {
  const dialect = findDialect(dialects, id);
  if ('refused' in dialect) return dialect;
  if (!dialect.isTenantName(tenant)) {
    const { tenantNoun, title, example } = dialect;
    const message = `${tenant} cannot be the name of any ${tenantNoun} of ${title}, whose names are such as ${example.tenant}`;
    return { refused: problem(400, 'tenant-name', message) };
  }
  return { dialect, key: { dialect: dialect.id, tenant } };
}

export function findDialect(dialects: readonly Dialect[], id: string): Dialect | Refused {
  const dialect = dialects.find(candidate => candidate.id === id);
  if (dialect) return dialect;
  const known = dialects.map(candidate => candidate.id).join(', ');
  return { refused: problem(404, 'dialect-unknown', `there is no service ${id}; known: ${known}`) };
}
