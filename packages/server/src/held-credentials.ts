import type { Credential, Credentials } from '@crossgate/dialects';

/** The credentials that are good for a tenant. */
export type CredentialsOf = (tenant: string | undefined) => Credentials;

/**
 * Sorts credentials by tenant. The name of one counts in any case here: an upstream may find the same tenant by it, and
 * must not be asked for it without its credentials.
 */
export function openCredentials(all: readonly Credential[]): CredentialsOf {
  const restricted = all.filter(({ role = 'all' }) => role !== 'all');
  const forAll = all.filter(({ tenant }) => tenant === undefined);
  const others = asCredentials(forAll, restricted);
  const byTenant = new Map<string, Credentials>();
  for (const { tenant } of all) {
    if (tenant === undefined) continue;
    const name = tenant.toLowerCase();
    const own = all.filter(credential => [undefined, name].includes(credential.tenant?.toLowerCase()));
    byTenant.set(name, asCredentials(own, restricted));
  }
  if (byTenant.size === 0) return () => others;
  return tenant => (tenant === undefined ? undefined : byTenant.get(tenant.toLowerCase())) ?? others;
}

function asCredentials(good: readonly Credential[], restricted: readonly Credential[]): Credentials {
  return {
    find: id => good.filter(credential => credential.id === id),
    isEmpty: good.length === 0,
    restricted,
  };
}
