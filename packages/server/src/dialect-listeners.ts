import { DIALECTS } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { openGate } from './gate.ts';
import { createDialectServer, type Listener, listen } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { openRequestObserver } from './request-observer.ts';
import { chosenDialect, credentialLookup, type ServeConfig } from './serve-config.ts';
import type { Stores } from './stores.ts';

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
    for (const dialect of DIALECTS.map(known => chosenDialect(known, config))) {
      const dataApi = stores.dataApis.get(dialect.id);
      if (!dataApi) continue;
      const dialectLog = log.child({ dialect: dialect.id });
      const gate = openGate({
        dialect,
        policies: stores.policies,
        dataApi,
        credentials: credentialLookup(config, dialect.id),
        observe: openRequestObserver(dialect.id, metrics, dialectLog),
        log: dialectLog,
      });
      const port = config.portBase === 0 ? 0 : config.portBase + dialect.portOffset;
      const listener = await listen(createDialectServer(dialect, gate), config.host, port);
      listeners.push({ ...listener, dialect: dialect.id });
    }
  } catch (error) {
    await Promise.all(listeners.map(listener => listener.close(0)));
    throw error;
  }
  return listeners;
}
