import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog, type RunningServer, readServeConfig, type ServeConfig, serve } from '@crossgate/server';

/** A server of this process on free ports, with a data directory of its own. */
export interface LocalServer {
  readonly running: RunningServer;
  /** `host:port` of the COS listener. */
  readonly cos: string;
  /** `host:port` of the QingStor listener. */
  readonly qingstor: string;
  /** `host:port` of the admin API. */
  readonly admin: string;
  readonly dataDirectory: string;
  /** Stops the server and removes its data. */
  readonly stop: () => Promise<void>;
}

/** `credentials` are instead of the local keys, by dialect. */
export async function startLocalServer(
  settings: Readonly<Record<string, unknown>> = {},
  credentials: ServeConfig['credentials'] = {},
): Promise<LocalServer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'crossgate-test-'));
  const read = readServeConfig({ portBase: 0, dataDirectory, logLevel: 'silent', ...settings }, {});
  if (read.kind === 'problem') throw new Error(read.message);
  const { log, close: closeLog } = openLog(read.config.logLevel);
  const config = { ...read.config, credentials: { ...read.config.credentials, ...credentials } };
  const running = await serve(config, log);
  const addressOf = (dialect: string): string => {
    const listener = running.listeners.find(candidate => candidate.dialect === dialect);
    if (!listener) throw new Error(`there is no listener of ${dialect}`);
    return listener.address;
  };
  return {
    running,
    cos: addressOf('cos'),
    qingstor: addressOf('qingstor'),
    admin: running.adminAddress,
    dataDirectory,
    stop: async () => {
      await running.close();
      closeLog();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
