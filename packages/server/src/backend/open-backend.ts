import type { DataApi, Dialect } from '@crossgate/dialects';
import type { Logger } from 'pino';
import type { DialectConfig } from '../serve-config.ts';
import { absentBackend } from './absent.ts';
import type { Backend } from './backend.ts';
import { embeddedBackend } from './embedded.ts';
import { openUpstream } from './upstream.ts';

/** What answers the data requests of a dialect: the upstream of the tenant, else that of all, else the service itself. */
export function openBackend(
  dialect: Dialect,
  config: DialectConfig,
  dataApi: DataApi | undefined,
  log: Logger,
): Backend {
  const byTenant = new Map(
    Object.entries(config.tenantUpstreams).map(([tenant, upstream]) => [
      tenant,
      openUpstream(dialect, upstream, log),
    ]),
  );
  const others = openCommonBackend(dialect, config, dataApi, log);
  if (byTenant.size === 0) return others;
  const backendOf = (tenant: string | undefined): Backend =>
    (tenant === undefined ? undefined : byTenant.get(tenant)) ?? others;
  return {
    tenantExists: tenant => backendOf(tenant).tenantExists(tenant),
    handle: call => backendOf(call.exchange.location.tenant).handle(call),
    close: async () => {
      await Promise.all([...byTenant.values(), others].map(backend => backend.close()));
    },
  };
}

function openCommonBackend(
  dialect: Dialect,
  { upstream }: DialectConfig,
  dataApi: DataApi | undefined,
  log: Logger,
): Backend {
  if (upstream) return openUpstream(dialect, upstream, log);
  return dataApi ? embeddedBackend(dataApi) : absentBackend(dialect);
}
