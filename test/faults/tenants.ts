import type { SeededRandom } from './seeded-random.ts';
import { SERVICES, type Service, type ServiceId } from './services.ts';

/** A tenant that is written and read. */
export interface Tenant {
  readonly service: Service;
  readonly name: string;
  /** As histories name it. */
  readonly id: string;
}

/** Those that are in use now. */
export interface Tenants {
  readonly current: () => readonly Tenant[];
  /** For a write. After so many, another tenant takes its place: all revisions of it are still in the log then. */
  readonly toWrite: (random: SeededRandom) => Tenant;
  /** All of a round, and from then on others. */
  readonly replaceAll: () => readonly Tenant[];
}

/** Each service has two, but for Boomi, and Tencent COS one more that is never replaced because of its writes. */
const IN_USE: readonly ServiceId[] = [
  'cos',
  'cos',
  'qingstor',
  'qingstor',
  'azure-tables',
  'azure-tables',
  'boomi',
];
/** Fewer than a store remembers. */
const WRITES_EACH = 45;

export function newTenants(): Tenants {
  let created = 0;
  let former: Tenant[] = [];
  const writes = new Map<Tenant, number>();

  function create(service: ServiceId): Tenant {
    created += 1;
    const name = SERVICES[service].tenantName(created);
    return { service: SERVICES[service], name, id: `${service}/${name}` };
  }
  let inUse = IN_USE.map(create);
  let busy = create('cos');

  return {
    current: () => [busy, ...inUse],
    toWrite(random) {
      if (random.chance(0.3)) return busy;
      const index = random.below(inUse.length);
      const tenant = inUse[index] ?? busy;
      const count = (writes.get(tenant) ?? 0) + 1;
      writes.set(tenant, count);
      if (count >= WRITES_EACH) {
        former.push(tenant);
        inUse = inUse.with(index, create(tenant.service.id));
      }
      return tenant;
    },
    replaceAll() {
      const all = [...former, ...inUse, busy];
      former = [];
      writes.clear();
      inUse = IN_USE.map(create);
      busy = create('cos');
      return all;
    },
  };
}
