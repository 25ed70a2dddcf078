import { Command } from 'commander';
import { EXIT } from '../exit-code.ts';
import { formatMigration } from '../format-migration.ts';
import { print, printJson } from '../output.ts';
import { doLongWork, readArchiveSettings } from '../store-work.ts';

interface RestoreOptions {
  readonly from: string;
  readonly to: string;
  readonly config?: string;
  readonly json?: true;
}

/** `crossgate store restore`: from a file into a store. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Copy a backup into a store, and compare.')
    .requiredOption('--from <file>', 'what `crossgate store backup` wrote')
    .requiredOption('--to <store>', 'lmdb=DIRECTORY (the data of a server that does not run) or etcd=URL,URL')
    .option('--config <file>', 'the configuration file of the server, for user and certificates of etcd')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(restore);
}

const HELP = `
All of the file is read before anything is written. What is in the store
already is left as it is: to go back to what was, restore into an empty
one. A restore that was broken off goes on where it was when it is run
again; until then no server starts with that directory.
Ends with 2 when somebody has another history in the store.

Examples:
  crossgate store restore --from /backup/crossgate-2030-01-02 --to lmdb=/var/lib/crossgate
  crossgate store restore --from all.backup --to etcd=https://a:2379,https://b:2379 --config crossgate.yaml`;

const WORDS = {
  labels: { checking: 'Checking', copying: 'Copying', verifying: 'Comparing' },
  noun: 'the restore',
  advice: 'run it again to go on',
};

async function restore({ from, to, config, json }: RestoreOptions): Promise<void> {
  const { restoreStore } = await import('@crossgate/server');
  const settings = await readArchiveSettings(config);
  const { report } = await doLongWork(WORDS, options => restoreStore({ from, to }, settings, options));
  if (json) printJson(report);
  else {
    print(`The backup is of ${report.createdAt}.`);
    print(formatMigration(report, 'the backup and the store'));
  }
  if (report.different.length > 0) process.exitCode = EXIT.refused;
}
