import { join } from 'node:path';
import { DIALECTS, type Dialect } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { openAuthorizer } from './authorizer.ts';
import { countUpstreamFailures, openBackend, type UpstreamFailures } from './backend/open-backend.ts';
import { openGate } from './gate.ts';
import { openCredentials } from './held-credentials.ts';
import { openInForce } from './in-force.ts';
import { type Connections, openConnections } from './limits/connections.ts';
import { openRequestLimits, type RequestLimits } from './limits/request-limits.ts';
import { changeLimits, createDialectServer, type Listener, listen } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { openCandidateTenants } from './observed/candidate-tenants.ts';
import type { Observed } from './observed/observed.ts';
import { openReportOnly } from './observed/report-only.ts';
import { openRequestObserver, type RequestObserver } from './request-observer.ts';
import { chosenDialect, type DialectConfig, type ServeConfig, shareOf } from './serve-config.ts';
import type { Stores } from './stores.ts';
import { openUsageLog, type UsageLog } from './usage-log.ts';
import { openUsageRecorder, type UsageRecorder } from './usage-recorder.ts';
import { logHandshakes, showCertificate } from './web-server.ts';

export interface DialectListener extends Listener {
  readonly dialect: string;
  /** Takes over what can change while it runs. Requests in flight end by what they began with. */
  readonly reload: (config: ServeConfig) => void;
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
  const parts: ListenerParts = {
    stores,
    observed,
    failures: countUpstreamFailures(observed.metrics),
    connections: openConnections(limits, observed.metrics),
    requestLimits: openRequestLimits(limits),
    log,
  };
  try {
    for (const known of DIALECTS) {
      const dialectConfig = config.dialects[known.id];
      if (!dialectConfig) continue;
      const dialect = chosenDialect(known, dialectConfig);
      listeners.push(await openDialectListener(dialect, config, dialectConfig, parts));
    }
  } catch (error) {
    await Promise.all(listeners.map(listener => listener.close(0)));
    throw error;
  }
  return listeners;
}

interface ListenerParts {
  readonly stores: Stores;
  readonly observed: Observed;
  readonly failures: UpstreamFailures;
  readonly connections: Connections;
  readonly requestLimits: RequestLimits;
  readonly log: Logger;
}

async function openDialectListener(
  dialect: Dialect,
  config: ServeConfig,
  dialectConfig: DialectConfig,
  { stores, observed, failures, connections, requestLimits, log }: ListenerParts,
): Promise<DialectListener> {
  const dialectLog = log.child({ dialect: dialect.id });
  const usage = openUsage(dialect, config, stores, observed.metrics, dialectLog);
  const { observe, close: closeObserver } = openObserver(dialect, stores, observed, dialectLog);
  const inForce = openInForce(
    dialectConfig,
    next => openBackend(dialect, next, stores.dataApis.get(dialect.id), failures, dialectLog),
    ({ credentials }, backend) =>
      openGate({
        dialect,
        policies: stores.policies,
        backend,
        authorizer: openAuthorizer(dialect, openCredentials(credentials), dialectLog),
        observe,
        requestLimits,
        recordUsage: usage?.record,
        log: dialectLog,
      }),
    dialectLog,
  );
  const server = createDialectServer(dialect, inForce.gate, config.limits, dialectConfig.tls, connections);
  logHandshakes(server, dialectLog);
  const listener = await listen(server, dialectConfig.host, dialectConfig.port);
  return {
    ...listener,
    dialect: dialect.id,
    reload: ({ dialects, limits }) => {
      dialectLog.level = log.level;
      changeLimits(server, limits);
      requestLimits.replace(shareOf(limits, config.workers));
      const next = dialects[dialect.id];
      if (!next) return;
      if (next.tls) showCertificate(server, next.tls);
      inForce.replace(next);
    },
    close: async graceMs => {
      await listener.close(graceMs);
      closeObserver();
      await inForce.close();
      await usage?.log.close();
    },
  };
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
