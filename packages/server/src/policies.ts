import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EtcdStatus,
  openEtcdPolicyStore,
  openLmdbPolicyStore,
  openMemoryPolicyStore,
  type PolicyStore,
} from '@crossgate/policy-store';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import type { EtcdConfig, EtcdTlsFiles, ServeConfig } from './serve-config.ts';

/** The policy store that was asked for. */
export interface OpenedPolicies {
  readonly policies: PolicyStore;
  /** How the replica of a store on other machines is; undefined when there is none. */
  readonly replicaStatus: (() => EtcdStatus) | undefined;
}

/** `replicates` in the one process of a server that keeps the replica up to date. */
export function openPolicies(
  { store, dataDirectory, workers }: Pick<ServeConfig, 'store' | 'dataDirectory' | 'workers'>,
  replicates: boolean,
  log: Logger,
): OpenedPolicies {
  if (store === 'memory') return { policies: openMemoryPolicyStore(), replicaStatus: undefined };
  if (store === 'lmdb') {
    return {
      policies: openLmdbPolicyStore({
        directory: join(dataDirectory, 'policies'),
        // One server owns a data directory.
        soleWriter: workers === 1,
      }),
      replicaStatus: undefined,
    };
  }
  const policies = openEtcdPolicyStore({
    ...etcdConnection(store),
    replicaDirectory: join(dataDirectory, 'policy-replica'),
    replicates,
    log,
  });
  return { policies, replicaStatus: policies.status };
}

/** Everything about a cluster but where the replica is. Throws when a file cannot be read. */
export function etcdConnection({
  endpoints,
  prefix,
  user,
  tls,
}: EtcdConfig): Pick<Parameters<typeof openEtcdPolicyStore>[0], 'endpoints' | 'prefix' | 'user' | 'tls'> {
  return { endpoints, prefix, ...(user && { user }), tls: readTlsFiles(tls) };
}

function readTlsFiles(files: EtcdTlsFiles): EtcdTlsFiles {
  const read = Object.entries(files).map(([name, path]) => {
    try {
      return [name, readFileSync(path, 'utf8')];
    } catch (error) {
      throw new Error(`etcd.tls.${name} cannot be read`, { cause: error });
    }
  });
  return Object.fromEntries(read);
}

/** Lets a server tell how far its replica is behind. */
export function measureReplica(metrics: Metrics, status: () => EtcdStatus): void {
  metrics.gauge(
    'crossgate_policy_replica_ready',
    'Whether the replica of the policies was complete once.',
    () => (status().isReady ? 1 : 0),
  );
  metrics.gauge(
    'crossgate_policy_replica_lag_revisions',
    'How many revisions the newest known write is ahead of the replica.',
    () => status().lagRevisions,
  );
  metrics.gauge(
    'crossgate_policy_replica_seconds_since_contact',
    'Since the policy store last answered.',
    () => status().secondsSinceContact,
  );
}
