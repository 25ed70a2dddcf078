import type { DataApi, Dialect } from '@crossgate/dialects';
import type { Logger } from 'pino';
import type { Counter, Metrics } from '../metrics.ts';
import type { DialectConfig, UpstreamConfig } from '../serve-config.ts';
import { absentBackend } from './absent.ts';
import type { Backend } from './backend.ts';
import { embeddedBackend } from './embedded.ts';
import { openUpstream } from './upstream.ts';

/** By dialect and fault. */
export type UpstreamFailures = Counter;

export function countUpstreamFailures(metrics: Metrics): UpstreamFailures {
  return metrics.counter(
    'crossgate_upstream_failures_total',
    'Requests that an upstream did not answer, or not to the end.',
    ['dialect', 'fault'],
  );
}

/** What answers the data requests of a dialect: the upstream of the tenant, else that of all, else the service itself. */
export function openBackend(
  dialect: Dialect,
  config: DialectConfig,
  dataApi: DataApi | undefined,
  failures: UpstreamFailures,
  log: Logger,
): Backend {
  const open = (upstream: UpstreamConfig): Backend =>
    openUpstream(dialect, upstream, failure => failures.increment(dialect.id, failure), log);
  const byTenant = new Map(
    Object.entries(config.tenantUpstreams).map(([tenant, upstream]) => [tenant, open(upstream)]),
  );
  const own = dataApi ? embeddedBackend(dataApi) : absentBackend(dialect);
  const others = config.upstream ? open(config.upstream) : own;
  if (byTenant.size === 0) return others;
  const backendOf = (tenant: string | undefined): Backend =>
    (tenant === undefined ? undefined : byTenant.get(tenant)) ?? others;
  return {
    tenantExists: tenant => backendOf(tenant).tenantExists(tenant),
    handle: call => backendOf(call.exchange.location.tenant).handle(call),
    retire: async () => {
      await Promise.all([...byTenant.values(), others].map(backend => backend.retire()));
    },
    close: async () => {
      await Promise.all([...byTenant.values(), others].map(backend => backend.close()));
    },
  };
}
