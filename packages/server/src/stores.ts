import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DataApi, type DataServices, DIALECTS } from '@crossgate/dialects';
import { type ObjectStore, openObjectStore } from '@crossgate/object-store';
import type { Logger } from 'pino';
import { candidateKey } from './observed/candidate-key.ts';
import { type OpenedPolicies, openPolicies } from './policies.ts';
import type { ServeConfig } from './serve-config.ts';

/** What is kept, opened: the policies of all services, and the embedded service behind each dialect. */
export interface Stores extends OpenedPolicies {
  /** By dialect; of those that have an upstream there is none. */
  readonly dataApis: ReadonlyMap<string, DataApi>;
  /** Gives up what was begun and never finished, so long ago that nobody will. */
  readonly removeAbandoned: (now: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Multipart uploads that began so long ago are abandoned. */
const UPLOAD_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Opens everything under the data directory. `recover` is for the one process that opens it first: it clears away what
 * a crash left behind, and keeps the replica of policies up to date where they live elsewhere.
 */
export async function openStores(
  config: ServeConfig,
  options: { readonly recover: boolean },
  log: Logger,
): Promise<Stores> {
  const { dataDirectory } = config;
  mkdirSync(dataDirectory, { recursive: true });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    const { policies, replicaStatus } = openPolicies(config, options.recover, log);
    closers.push(() => policies.close());
    const objectStores: ObjectStore[] = [];
    const dataApis = new Map<string, DataApi>();
    for (const dialect of DIALECTS) {
      const dialectConfig = config.dialects[dialect.id];
      if (!dialect.openDataApi || !dialectConfig || dialectConfig.upstream) continue;
      const directory = join(dataDirectory, 'objects', dialect.id);
      const objects = await openObjectStore({ directory, sweep: options.recover });
      closers.push(() => objects.close());
      objectStores.push(objects);
      const services: DataServices = {
        objects,
        deletePolicy: async tenant => {
          await policies.delete({ dialect: dialect.id, tenant });
          await policies.delete(candidateKey({ dialect: dialect.id, tenant }));
        },
      };
      dataApis.set(dialect.id, dialect.openDataApi(services));
    }
    return {
      policies,
      replicaStatus,
      dataApis,
      removeAbandoned: async now => {
        for (const objects of objectStores) await objects.removeAbandonedUploads(now - UPLOAD_LIFETIME_MS);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
