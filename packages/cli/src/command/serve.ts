import { once } from 'node:events';
import type { Logger, RunningServer, ServeConfig, ServeConfigResult } from '@crossgate/server';
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

SIGHUP makes it read its configuration again: keys, upstreams, certificates,
limits and the log level change without a request lost.

Examples:
  crossgate serve --port-base 24000 --data /var/lib/crossgate --workers 2
  crossgate serve --config crossgate.yaml --check`;

async function runServe(options: ServeOptions): Promise<void> {
  // Loaded here, for the other commands start faster without it.
  const { formatPlan, formatStartUp, openLog, serve } = await import('@crossgate/server');
  const { config, warnings } = await readConfig(options);
  if (options.check) {
    print([formatPlan(config), ...warnings.map(warning => `  Doubtful: ${warning}`)].join('\n'));
    return;
  }
  const { log, close: closeLog } = openLog(config.logLevel);
  for (const warning of warnings) log.warn({ warning }, 'the configuration is doubtful');
  const tellOfServer = reloadOnHangup(options, log);
  try {
    const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    const server = await serve(config, log).catch((error: unknown) => {
      throw new CommandError(startProblem(error, config));
    });
    print(formatStartUp(server, config));
    tellOfServer(server);
    await stop;
    tellOfServer(undefined);
    await server.close();
  } finally {
    closeLog();
  }
}

/**
 * Every SIGHUP makes the server read its configuration again. Those that come while one is being taken over are one
 * more together, and those that come before the server is there wait for it. Gives what is told of the server.
 */
function reloadOnHangup(options: ServeOptions, log: Logger): (server: RunningServer | undefined) => void {
  let running: RunningServer | undefined;
  let isAsked = false;
  let isBusy = false;
  const reload = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    while (running && isAsked) {
      isAsked = false;
      await running.reload(await readSources(options, 'refused'));
    }
    isBusy = false;
  };
  const tryReload = (): void => {
    reload().catch((error: unknown) =>
      log.error({ err: error }, 'the configuration could not be read again'),
    );
  };
  process.on('SIGHUP', () => {
    isAsked = true;
    tryReload();
  });
  return server => {
    running = server;
    tryReload();
  };
}

/** A pipe was read to its end when the server started. */
async function readSources(
  { config, check: _, data, ...flags }: ServeOptions,
  pipes: 'taken' | 'refused',
): Promise<ServeConfigResult> {
  const { loadConfigFile, readServeConfig } = await import('@crossgate/server');
  const file = config === undefined ? undefined : loadConfigFile(config, { pipes });
  if (file?.kind === 'problem') return file;
  return readServeConfig({ ...flags, dataDirectory: data }, process.env, file?.text);
}

/** @throws CommandError */
async function readConfig(
  options: ServeOptions,
): Promise<Extract<ServeConfigResult, { readonly kind: 'config' }>> {
  const read = await readSources(options, 'taken');
  if (read.kind === 'config') return read;
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
