import { type PolicyStore, PolicyStoreUnavailableError } from '@crossgate/policy-store';
import { candidateDialect } from './candidate-key.ts';

/** Who has a candidate, of one dialect, in memory: the requests of all others pay nothing for it. */
export interface CandidateTenants {
  readonly has: (tenant: string) => boolean;
  /** Reads them from the store: what another process wrote is known otherwise within moments. */
  readonly reload: () => void;
  readonly close: () => void;
}

export function openCandidateTenants(policies: PolicyStore, dialect: string): CandidateTenants {
  const stored = candidateDialect(dialect);
  let tenants = new Set<string>();
  const reload = (): void => {
    tenants = new Set(policies.list({ dialect: stored }).map(({ key }) => key.tenant));
  };
  const stop = policies.watch(event => {
    if (event.kind === 'reset') reload();
    else if (event.change.key.dialect === stored) {
      if (event.change.policy) tenants.add(event.change.key.tenant);
      else tenants.delete(event.change.key.tenant);
    }
  });
  try {
    reload();
  } catch (error) {
    // The watch tells when there is something to read.
    if (!(error instanceof PolicyStoreUnavailableError)) throw error;
  }
  return { has: tenant => tenants.size > 0 && tenants.has(tenant), reload, close: stop };
}
