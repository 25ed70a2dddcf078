import { computed, type ReadonlySignal, signal } from '@preact/signals';
import {
  getServices,
  getTenants,
  type Service,
  type TenantKey,
  type TenantSummary,
} from '../api/admin-api.ts';

const loadedServices = signal<readonly Service[] | undefined>(undefined);
const loadedTenants = signal<readonly TenantSummary[]>([]);

/** Undefined until they are known. */
export const services: ReadonlySignal<readonly Service[] | undefined> = loadedServices;
export const tenants: ReadonlySignal<readonly TenantSummary[]> = loadedTenants;

/** By service, in the order of the services; those without tenants too. */
export const tenantsByService: ReadonlySignal<
  readonly { readonly service: Service; readonly tenants: readonly TenantSummary[] }[]
> = computed(() =>
  (services.value ?? []).map(service => ({
    service,
    tenants: tenants.value.filter(({ dialect }) => dialect === service.dialect),
  })),
);

export function serviceOf(dialect: string): Service | undefined {
  return services.value?.find(service => service.dialect === dialect);
}

/** What can be loaded replaces what there was; the rest stays as it is. */
export async function loadTenants(): Promise<void> {
  const [foundServices, foundTenants] = await Promise.all([
    services.value ? undefined : getServices(),
    getTenants(),
  ]);
  if (foundServices?.kind === 'ok') loadedServices.value = foundServices.value.services;
  if (foundTenants.kind === 'ok') loadedTenants.value = foundTenants.value.tenants;
}

export function keyText({ dialect, tenant }: TenantKey): string {
  return `${dialect}/${tenant}`;
}

/** Where something of the tenant is on its listener. */
export function exampleUrl({ origin, example }: Service, tenant: string): string {
  const path = example.path.replace(example.tenant, () => encodeURIComponent(tenant));
  return `${origin ?? 'https://storage.invalid'}${path}`;
}
