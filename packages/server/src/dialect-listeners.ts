import { join } from 'node:path';
import { DIALECTS, type Dialect } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { openBackend } from './backend/open-backend.ts';
import { openGate } from './gate.ts';
import { createDialectServer, type Listener, listen } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { openRequestObserver } from './request-observer.ts';
import { chosenDialect, credentialsOf, type ServeConfig } from './serve-config.ts';
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
  metrics: Metrics,
  log: Logger,
): Promise<readonly DialectListener[]> {
  const listeners: DialectListener[] = [];
  try {
    for (const known of DIALECTS) {
      const dialectConfig = config.dialects[known.id];
      if (!dialectConfig) continue;
      const dialect = chosenDialect(known, dialectConfig);
      const dialectLog = log.child({ dialect: dialect.id });
      const backend = openBackend(dialect, dialectConfig, stores.dataApis.get(dialect.id), dialectLog);
      const usage = openUsage(dialect, config, stores, metrics, dialectLog);
      const gate = openGate({
        dialect,
        policies: stores.policies,
        backend,
        credentialsOf: tenant => credentialsOf(dialectConfig, tenant),
        observe: openRequestObserver(dialect.id, metrics, dialectLog),
        recordUsage: usage?.record,
        log: dialectLog,
      });
      const server = createDialectServer(dialect, gate, config.limits);
      const listener = await listen(server, dialectConfig.host, dialectConfig.port);
      listeners.push({
        ...listener,
        dialect: dialect.id,
        close: async graceMs => {
          await listener.close(graceMs);
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
