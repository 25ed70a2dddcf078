import { addressKey } from './address-key.ts';
import { type Rate, RateLimit } from './rate-limit.ts';

export interface RequestRates {
  readonly tenantRate?: Rate;
  readonly addressRate?: Rate;
}

/** By whose rate a request is refused, and when another may come. */
export interface Refused {
  readonly by: 'tenant' | 'address';
  readonly retryAfterSeconds: number;
}

/**
 * Counts a request, and tells whether it is one too many. The tenant is undefined where the request names none that there
 * could be, the address where nobody knows it.
 */
export type CountRequest = (
  dialect: string,
  tenant: string | undefined,
  address: string | undefined,
  nowMs: number,
) => Refused | undefined;

/** Undefined when there is no rate: then requests are not counted at all. */
export function openRequestRates({ tenantRate, addressRate }: RequestRates): CountRequest | undefined {
  if (!tenantRate && !addressRate) return undefined;
  const tenants = tenantRate && new RateLimit(tenantRate);
  const addresses = addressRate && new RateLimit(addressRate);
  return (dialect, tenant, address, nowMs) => {
    // The address goes first: what one address sends too much is not taken from the tenant.
    const ofAddress = addresses && address !== undefined ? addresses.take(addressKey(address), nowMs) : 0;
    if (ofAddress > 0) return { by: 'address', retryAfterSeconds: wholeSeconds(ofAddress) };
    // In any case of letters: an upstream may find the same tenant by each.
    const name = tenants && tenant !== undefined ? `${dialect}/${tenant.toLowerCase()}` : undefined;
    const ofTenant = tenants && name !== undefined ? tenants.take(name, nowMs) : 0;
    return ofTenant > 0 ? { by: 'tenant', retryAfterSeconds: wholeSeconds(ofTenant) } : undefined;
  };
}

function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
