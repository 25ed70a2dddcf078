import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DataApi, DIALECTS } from '@crossgate/dialects';
import { openObjectStore } from '@crossgate/object-store';
import { openLmdbPolicyStore, openMemoryPolicyStore, type PolicyStore } from '@crossgate/policy-store';
import type { ServeConfig } from './serve-config.ts';

/** What is kept, opened: the policies of all services, and the embedded service behind each dialect. */
export interface Stores {
  readonly policies: PolicyStore;
  readonly dataApis: ReadonlyMap<string, DataApi>;
  readonly close: () => Promise<void>;
}

/**
 * Opens everything under the data directory. `recover` is for the one process that opens it first: it clears away what
 * a crash left behind.
 */
export async function openStores(
  config: ServeConfig,
  options: { readonly recover: boolean },
): Promise<Stores> {
  const { dataDirectory } = config;
  mkdirSync(dataDirectory, { recursive: true });
  const policies =
    config.store === 'memory'
      ? openMemoryPolicyStore()
      : openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
  const closers = [() => policies.close()];
  const dataApis = new Map<string, DataApi>();
  for (const dialect of DIALECTS) {
    if (!dialect.openDataApi) continue;
    const directory = join(dataDirectory, 'objects', dialect.id);
    const objects = await openObjectStore({ directory, sweep: options.recover });
    closers.push(() => objects.close());
    const deletePolicy = async (tenant: string): Promise<void> => {
      await policies.delete({ dialect: dialect.id, tenant });
    };
    dataApis.set(dialect.id, dialect.openDataApi({ objects, deletePolicy }));
  }
  return {
    policies,
    dataApis,
    close: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
}
