import type { Diagnostic } from '@crossgate/core';
import { type ReadonlySignal, signal } from '@preact/signals';
import { getPolicy, type TenantSummary } from '../api/admin-api.ts';
import { findingsOf } from '../rules/findings.ts';
import { keyText, serviceOf } from './tenants-state.ts';

interface Linted {
  readonly revision: number | null;
  readonly findings: readonly Diagnostic[];
}

const linted = signal<ReadonlyMap<string, Linted>>(new Map());

/** By `service/tenant`, of those that have been looked at. */
export const findingsByTenant: ReadonlySignal<ReadonlyMap<string, Linted>> = linted;

let lastRound = 0;

/**
 * Looks at the policies of tenants one after the other, those anew that have been written since. Whoever asks again takes
 * over; one that cannot be had ends it, for the next could not either.
 */
export async function loadFindings(tenants: readonly TenantSummary[]): Promise<void> {
  lastRound += 1;
  const round = lastRound;
  for (const tenant of tenants) {
    const key = keyText(tenant);
    if (linted.value.get(key)?.revision === tenant.revision) continue;
    const findings = tenant.revision === null ? [] : await findingsIn(tenant);
    if (round !== lastRound || findings === undefined) return;
    linted.value = new Map(linted.value).set(key, { revision: tenant.revision, findings });
  }
}

/** None of a tenant that is gone meanwhile; undefined where the server does not tell. */
async function findingsIn(tenant: TenantSummary): Promise<readonly Diagnostic[] | undefined> {
  const service = serviceOf(tenant.dialect);
  const found = service && (await getPolicy(tenant));
  if (!service || found?.kind === 'offline') return undefined;
  if (found?.kind === 'problem') return found.status === 404 ? [] : undefined;
  return found?.value.policy ? findingsOf(found.value.policy, service.profile).all : [];
}
