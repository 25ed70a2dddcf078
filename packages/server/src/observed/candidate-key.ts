import type { TenantKey } from '@crossgate/policy-store';

/** The dialect under which the store keeps the candidates of a dialect's tenants. No service has such a name. */
export function candidateDialect(dialect: string): string {
  return `${dialect}+candidate`;
}

/**
 * Where the candidate of a tenant is kept: as a policy of its own, with revisions of its own. It is no setting of the
 * tenant, so that neither the tenant nor the revision of its policy changes with it, and a tenant that has no policy
 * can have a candidate.
 */
export function candidateKey({ dialect, tenant }: TenantKey): TenantKey {
  return { dialect: candidateDialect(dialect), tenant };
}
