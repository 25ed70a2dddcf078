import type { MigrationOutcome } from '@crossgate/server';
import { Command } from 'commander';
import { CommandError, EXIT } from '../exit-code.ts';
import { print, printJson } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';

interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly config?: string;
  readonly json?: true;
}

type MigrationReport = Extract<MigrationOutcome, { readonly kind: 'migrated' }>['report'];

/** `crossgate store …`: what policies are kept in, without a server. */
export function storeCommand(): Command {
  const store = new Command('store').description('Work on what policies are kept in.');
  store
    .command('migrate')
    .description('Copy all policies with their histories from one store to another, and compare.')
    .requiredOption('--from <store>', 'lmdb=DIRECTORY (the data of a server) or etcd=URL,URL')
    .requiredOption('--to <store>', 'the same')
    .option('--config <file>', 'the configuration file of the server, for user and certificates of etcd')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(migrate);
  return store;
}

const HELP = `
Stop servers that use a directory, and those that write to what is read.
One that was broken off goes on where it was when it is run again.
Ends with 2 when somebody has another history in the target, which is
left as it is.

Examples:
  crossgate store migrate --from lmdb=/var/lib/crossgate --to etcd=http://127.0.0.1:2379
  crossgate store migrate --from etcd=https://a:2379,https://b:2379 --to lmdb=copy --config crossgate.yaml`;

const LABELS = { copying: 'Copying', verifying: 'Comparing' } as const;

async function migrate({ from, to, config, json }: MigrateOptions): Promise<void> {
  const { loadConfigFile, migrateStores } = await import('@crossgate/server');
  const file = config === undefined ? undefined : loadConfigFile(config);
  if (file?.kind === 'problem') throw new CommandError(file.message);
  const bar = openProgressBar(process.stderr);
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort(new CommandError(INTERRUPTED));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const outcome = await migrateStores(
      { from, to },
      { environment: process.env, file: file?.text },
      {
        signal: interruption.signal,
        onProgress: ({ phase, done, total }) => bar.show(LABELS[phase], done, total),
      },
    );
    bar.clear();
    if (outcome.kind === 'problem') throw new CommandError(outcome.message);
    if (json) printJson(outcome.report);
    else print(formatReport(outcome.report));
    if (outcome.report.different.length > 0) process.exitCode = EXIT.refused;
  } catch (error) {
    bar.clear();
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the migration broke off: ${reason}; run it again to go on`);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

const INTERRUPTED = 'the migration was interrupted; run it again to go on';
const DIFFERENT_SHOWN = 10;

function formatReport({ tenants, copied, alreadyThere, different }: MigrationReport): string {
  const lines = [
    `Tenants: ${tenants}. Revisions: ${copied} copied, ${alreadyThere} there before.`,
    different.length === 0
      ? 'All histories are the same in both stores.'
      : `${different.length} have another history in the target:`,
  ];
  for (const { dialect, tenant } of different.slice(0, DIFFERENT_SHOWN)) lines.push(`  ${dialect}/${tenant}`);
  const more = different.length - DIFFERENT_SHOWN;
  if (more > 0) lines.push(`  and ${more} more`);
  return lines.join('\n');
}
