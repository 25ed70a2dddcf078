import { Command } from 'commander';
import { EXIT } from '../exit-code.ts';
import { formatMigration } from '../format-migration.ts';
import { print, printJson } from '../output.ts';
import { doLongWork, readArchiveSettings } from '../store-work.ts';

interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly config?: string;
  readonly json?: true;
}

/** `crossgate store migrate`: from one store into another. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Copy all policies with their histories from one store to another, and compare.')
    .requiredOption('--from <store>', 'lmdb=DIRECTORY (the data of a server) or etcd=URL,URL')
    .requiredOption('--to <store>', 'the same')
    .option('--config <file>', 'the configuration file of the server, for user and certificates of etcd')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(migrate);
}

const HELP = `
Stop servers that use a directory, and those that write to what is read.
One that was broken off goes on where it was when it is run again.
Ends with 2 when somebody has another history in the target, which is
left as it is.

Examples:
  crossgate store migrate --from lmdb=/var/lib/crossgate --to etcd=http://127.0.0.1:2379
  crossgate store migrate --from etcd=https://a:2379,https://b:2379 --to lmdb=copy --config crossgate.yaml`;

const WORDS = {
  labels: { copying: 'Copying', verifying: 'Comparing' },
  noun: 'the migration',
  advice: 'run it again to go on',
};

async function migrate({ from, to, config, json }: MigrateOptions): Promise<void> {
  const { migrateStores } = await import('@crossgate/server');
  const settings = await readArchiveSettings(config);
  const { report } = await doLongWork(WORDS, options => migrateStores({ from, to }, settings, options));
  if (json) printJson(report);
  else print(formatMigration(report, 'both stores'));
  if (report.different.length > 0) process.exitCode = EXIT.refused;
}
