// Crossgate as `crossgate serve` runs it, in a process that is told what to serve.
import { openLog, readServeConfig, serve } from '@crossgate/server';
import { moduleInput, type Running, startModule, tellReady } from '../harness/child.ts';

/** Settings as the command line has them; what is left out is as `crossgate serve` has it. */
export interface CrossgateSettings {
  readonly dataDirectory: string;
  readonly workers?: number;
  readonly store?: string;
  readonly upstream?: readonly string[];
}

/** Its ports are named by dialect, and `admin`. */
export function startCrossgate(settings: CrossgateSettings): Promise<Running> {
  return startModule(new URL('crossgate.js', import.meta.url), settings);
}

async function main(settings: CrossgateSettings): Promise<void> {
  const read = readServeConfig({ portBase: 0, ...settings }, {});
  if (read.kind === 'problem') throw new Error(read.message);
  const { log, close: closeLog } = openLog(read.config.logLevel);
  const { listeners, adminAddress, close } = await serve(read.config, log);
  const ports = Object.fromEntries(listeners.map(({ dialect, port }) => [dialect, port]));
  const adminPort = Number(adminAddress.slice(adminAddress.lastIndexOf(':') + 1));
  tellReady({ ...ports, admin: adminPort }, async () => {
    await close();
    closeLog();
  });
}

if (import.meta.filename === process.argv[1]) await main(moduleInput());
