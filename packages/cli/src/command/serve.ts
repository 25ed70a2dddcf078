import { once } from 'node:events';
import type { ServeConfig } from '@crossgate/server';
import { Command } from 'commander';
import { CommandError } from '../exit-code.ts';
import { print } from '../output.ts';

interface ServeOptions {
  readonly config?: string;
  readonly check?: true;
  readonly host?: string;
  readonly portBase?: string;
  readonly adminHost?: string;
  readonly data?: string;
  readonly store?: string;
  readonly workers?: string;
  readonly logLevel?: string;
  readonly variant?: readonly string[];
  readonly upstream?: readonly string[];
}

/** `crossgate serve`: runs until it is told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve the services, the admin API and the embedded stores.')
    .option('--config <file>', 'a configuration file, see docs/configuration.md; flags go before it')
    .option('--check', 'tell what is wrong with the configuration, or what it would serve, and end')
    .option('--data <directory>', 'where policies and objects are kept (default .crossgate)')
    .option('--host <address>', 'address of the services (default 127.0.0.1)')
    .option('--port-base <port>', 'port of the admin API; services follow (default 4000; 0: free ports)')
    .option('--admin-host <address>', 'address of the admin API; needs tokens when others reach it')
    .option('--workers <number>', 'processes that serve (default 1)')
    .option('--store <store>', 'where policies live: lmdb, memory or etcd=URL,URL (default lmdb)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default info)')
    .option('--variant <dialect=name...>', 'another reading of a service, see its page in docs/dialects')
    .option('--upstream <dialect=url...>', 'the real service: data requests of a dialect go there')
    .addHelpText('after', HELP)
    .action(runServe);
}

const HELP = `
Keys are local and public until you set your own, which any address but
loopback needs: in the file, or in the environment as
CROSSGATE_COS_CREDENTIAL=id:secret, and so for each dialect.
The admin API wants a token there: CROSSGATE_ADMIN_TOKEN, or admin.tokens.

Examples:
  crossgate serve --port-base 24000 --data /var/lib/crossgate --workers 2
  crossgate serve --config crossgate.yaml --check`;

async function runServe(options: ServeOptions): Promise<void> {
  // Loaded here, for the other commands start faster without it.
  const { formatPlan, formatStartUp, openLog, serve } = await import('@crossgate/server');
  const config = await readConfig(options);
  if (options.check) {
    print(formatPlan(config));
    return;
  }
  const { log, close: closeLog } = openLog(config.logLevel);
  try {
    const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    const server = await serve(config, log).catch((error: unknown) => {
      throw new CommandError(startProblem(error, config));
    });
    print(formatStartUp(server, config));
    await stop;
    await server.close();
  } finally {
    closeLog();
  }
}

/** @throws CommandError */
async function readConfig({ config, check: _, data, ...flags }: ServeOptions): Promise<ServeConfig> {
  const { loadConfigFile, readServeConfig } = await import('@crossgate/server');
  const file = config === undefined ? undefined : loadConfigFile(config);
  if (file?.kind === 'problem') throw new CommandError(file.message);
  const read = readServeConfig({ ...flags, dataDirectory: data }, process.env, file?.text);
  if (read.kind === 'config') return read.config;
  const count = read.message.split('\n').length;
  throw new CommandError(count > 1 ? `there are ${count} mistakes:\n${read.message}` : read.message);
}

function startProblem(error: unknown, { portBase }: ServeConfig): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, port = 0, address } = error as NetworkError;
  const setting = port >= portBase && port <= portBase + 4 ? '--port-base' : 'port';
  if (code === 'EADDRINUSE') return `port ${port} is taken: stop what uses it, or choose another ${setting}`;
  if (code === 'EACCES' && syscall === 'listen') {
    return `port ${port} is for privileged processes: choose another ${setting}`;
  }
  if (code === 'ENOTFOUND') return 'there is no such host: choose another --host or --admin-host';
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EROFS') {
    return `the data directory cannot be used (${error.message}): choose another --data`;
  }
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${address}: choose another --host`;
  return error.message;
}

type NetworkError = NodeJS.ErrnoException & { readonly port?: number; readonly address?: string };
