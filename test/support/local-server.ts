import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DialectConfig,
  type Logger,
  openLog,
  type RunningServer,
  readServeConfig,
  serve,
} from '@crossgate/server';
import pino from 'pino';

/** A server of this process on free ports, with a data directory of its own. */
export interface LocalServer {
  readonly running: RunningServer;
  /** `host:port` of the COS listener. */
  readonly cos: string;
  /** `host:port` of the QingStor listener. */
  readonly qingstor: string;
  /** `host:port` of the listener of Azure Tables. */
  readonly azureTables: string;
  /** `host:port` of the Boomi listener. */
  readonly boomi: string;
  /** `host:port` of the admin API. */
  readonly admin: string;
  readonly dataDirectory: string;
  /** Stops the server and removes its data. */
  readonly stop: () => Promise<void>;
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Besides flags. */
export interface LocalServerOptions {
  /** The text of a configuration file. */
  readonly text?: string;
  /** Where lines of the log go. */
  readonly logged?: LogLine[];
  /** The log itself. */
  readonly log?: Logger;
}

/** `dialects` are changes of how a service is served, by its id. */
export async function startLocalServer(
  settings: Readonly<Record<string, unknown>> = {},
  dialects: Readonly<Record<string, Partial<DialectConfig>>> = {},
  { text = '', logged, log: given }: LocalServerOptions = {},
): Promise<LocalServer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'crossgate-test-'));
  const flags = { portBase: 0, dataDirectory, logLevel: 'silent', ...settings };
  const read = readServeConfig(flags, {}, { name: 'crossgate.yaml', text });
  if (read.kind === 'problem') throw new Error(read.message);
  const { log, close: closeLog } = given
    ? { log: given, close: () => {} }
    : logged
      ? logInto(logged)
      : openLog(read.config.logLevel);
  const config = { ...read.config, dialects: { ...read.config.dialects } };
  for (const [id, changes] of Object.entries(dialects)) {
    const dialect = config.dialects[id];
    if (dialect) config.dialects[id] = { ...dialect, ...changes };
  }
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
    azureTables: addressOf('azure-tables'),
    boomi: addressOf('boomi'),
    admin: running.adminAddress,
    dataDirectory,
    stop: async () => {
      await running.close();
      closeLog();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

function logInto(lines: LogLine[]): ReturnType<typeof openLog> {
  const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line) as LogLine) });
  return { log, close: () => {} };
}
