import { once } from 'node:events';
import { Command } from 'commander';
import { CommandError } from '../exit-code.ts';
import { print } from '../output.ts';

interface ServeOptions {
  readonly host?: string;
  readonly portBase?: string;
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
    .option('--data <directory>', 'where policies and objects are kept (default .crossgate)')
    .option('--host <address>', 'address of the services (default 127.0.0.1)')
    .option('--port-base <port>', 'port of the admin API; services follow (default 4000; 0: free ports)')
    .option('--workers <number>', 'processes that serve (default 1)')
    .option('--store <kind>', 'where policies live: lmdb or memory (default lmdb)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default info)')
    .option('--variant <dialect=name...>', 'another reading of a service, see its page in docs/dialects')
    .option('--upstream <dialect=url...>', 'the real service: data requests of a dialect go there')
    .addHelpText('after', HELP)
    .action(runServe);
}

const HELP = `
Keys are local and public until you set your own, which any address but
loopback needs:
  CROSSGATE_COS_CREDENTIAL=id:secret
  CROSSGATE_QINGSTOR_CREDENTIAL=id:secret

Example:
  crossgate serve --port-base 24000 --data /var/lib/crossgate --workers 2`;

async function runServe(options: ServeOptions): Promise<void> {
  // Loaded here, for the other commands start faster without it.
  const { formatStartUp, openLog, readServeConfig, serve } = await import('@crossgate/server');
  const { data, ...rest } = options;
  const read = readServeConfig({ ...rest, dataDirectory: data }, process.env);
  if (read.kind === 'problem') throw new CommandError(read.message);
  const { log, close: closeLog } = openLog(read.config.logLevel);
  try {
    const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    const server = await serve(read.config, log).catch((error: unknown) => {
      throw new CommandError(startProblem(error));
    });
    print(formatStartUp(server, read.config));
    await stop;
    await server.close();
  } finally {
    closeLog();
  }
}

function startProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return `port ${port} is taken: stop what uses it, or choose another --port-base`;
  if (code === 'ENOTFOUND') return 'there is no such host: choose another --host';
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EROFS') {
    return `the data directory cannot be used (${error.message}): choose another --data`;
  }
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${address}: choose another --host`;
  return error.message;
}
