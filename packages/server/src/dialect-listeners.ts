import { join } from 'node:path';
import { DIALECTS, type Dialect } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { openBackend } from './backend/open-backend.ts';
import { openGate } from './gate.ts';
import { clientAddressBehind } from './limits/client-address.ts';
import { openConnections } from './limits/connections.ts';
import { openRequestRates } from './limits/request-rates.ts';
import { createDialectServer, type Listener, listen } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { openCandidateTenants } from './observed/candidate-tenants.ts';
import type { Observed } from './observed/observed.ts';
import { openReportOnly } from './observed/report-only.ts';
import { openRequestObserver, type RequestObserver } from './request-observer.ts';
import { chosenDialect, credentialsOf, type ServeConfig, shareOf } from './serve-config.ts';
import type { Stores } from './stores.ts';
import { openUsageLog, type UsageLog } from './usage-log.ts';
import { openUsageRecorder, type UsageRecorder } from './usage-recorder.ts';

export interface DialectListener extends Listener {
  readonly dialect: string;
}

/** Opens the listener of every dialect, or none: when one cannot be opened, the others are closed again. */
export async function openDialectListeners(
  config: ServeConfig,
  stores: Stores,
  observed: Observed,
  log: Logger,
): Promise<readonly DialectListener[]> {
  const listeners: DialectListener[] = [];
  const limits = shareOf(config.limits, config.workers);
  const connections = openConnections(limits, observed.metrics);
  const countRequest = openRequestRates(limits);
  const clientAddress = clientAddressBehind(limits.trustedProxies ?? []);
  try {
    for (const known of DIALECTS) {
      const dialectConfig = config.dialects[known.id];
      if (!dialectConfig) continue;
      const dialect = chosenDialect(known, dialectConfig);
      const dialectLog = log.child({ dialect: dialect.id });
      const dataApi = stores.dataApis.get(dialect.id);
      const backend = openBackend(dialect, dialectConfig, dataApi, observed.metrics, dialectLog);
      const usage = openUsage(dialect, config, stores, observed.metrics, dialectLog);
      const { observe, close: closeObserver } = openObserver(dialect, stores, observed, dialectLog);
      const gate = openGate({
        dialect,
        policies: stores.policies,
        backend,
        credentialsOf: tenant => credentialsOf(dialectConfig, tenant),
        observe,
        clientAddress,
        countRequest,
        recordUsage: usage?.record,
        log: dialectLog,
      });
      const server = createDialectServer(dialect, gate, limits, connections);
      const listener = await listen(server, dialectConfig.host, dialectConfig.port);
      listeners.push({
        ...listener,
        dialect: dialect.id,
        close: async graceMs => {
          await listener.close(graceMs);
          closeObserver();
          await backend.close();
          await usage?.log.close();
        },
      });
    }
  } catch (error) {
    await Promise.all(listeners.map(listener => listener.close(0)));
    throw error;
  }
  return listeners;
}

/** Everything that is told of the requests of one dialect: counts, the log, refusals, and what candidates would change. */
function openObserver(
  dialect: Dialect,
  { policies }: Stores,
  observed: Observed,
  log: Logger,
): { readonly observe: RequestObserver; readonly close: () => void } {
  const { metrics, refusals, traffic, candidates } = observed;
  const count = openRequestObserver(dialect.id, metrics, log);
  const tenants = openCandidateTenants(policies, dialect.id);
  const reportOnly = openReportOnly(dialect, policies, tenants, metrics, log);
  candidates.set(dialect.id, { tenants, reportOnly });
  return {
    observe: (exchange, reply, outcome, started) => {
      count(exchange, reply, outcome, started);
      // It was not looked at by any policy.
      if (outcome.result === 'limited') return;
      const { tenant } = exchange.location;
      if (tenant === undefined) return;
      if (dialect.isTenantName(tenant)) {
        const key = { dialect: dialect.id, tenant };
        traffic.record(key, outcome, exchange.receivedAt);
        if (outcome.result === 'refused') refusals.record(key, exchange, reply, outcome);
      }
      reportOnly.evaluate(exchange, reply, outcome);
    },
    close: tenants.close,
  };
}

/** The records of use of a service that keeps them. */
function openUsage(
  dialect: Dialect,
  { dataDirectory }: ServeConfig,
  { policies }: Stores,
  metrics: Metrics,
  log: Logger,
): { readonly record: UsageRecorder; readonly log: UsageLog } | undefined {
  const { analytics } = dialect;
  if (!analytics) return undefined;
  const usageLog = openUsageLog(join(dataDirectory, 'analytics', dialect.id), log);
  return { record: openUsageRecorder(dialect, analytics, policies, metrics, usageLog, log), log: usageLog };
}
