import type { BackupOutcome } from '@crossgate/server';
import { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { doLongWork, readArchiveSettings } from '../store-work.ts';

interface BackupOptions {
  readonly from: string;
  readonly to: string;
  readonly config?: string;
  readonly json?: true;
}

/** `crossgate store backup`: from a store into a file. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Write all policies with their histories to a file, also while servers run.')
    .requiredOption(
      '--from <store>',
      'lmdb=DIRECTORY (the data of a server), etcd=URL,URL or replica=DIRECTORY',
    )
    .requiredOption('--to <file>', 'the file, which takes the place of one that is there')
    .option('--config <file>', 'the configuration file of the server, for user and certificates of etcd')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(backUp);
}

const HELP = `
Run it as the user of the server. The backup has the policies of all
tenants, candidates, settings and histories as they are at one moment.
Buckets and objects are not in it: docs/operations.md tells how to keep
them. replica= reads what a server has of its etcd cluster, in its data
directory; for when the cluster is gone.

Examples:
  crossgate store backup --from lmdb=/var/lib/crossgate --to /backup/crossgate-$(date +%F)
  crossgate store backup --from etcd=https://a:2379,https://b:2379 --to all.backup --config crossgate.yaml`;

const WORDS = {
  labels: { writing: 'Writing', checking: 'Checking' },
  noun: 'the backup',
  advice: 'no backup was written',
};

async function backUp({ from, to, config, json }: BackupOptions): Promise<void> {
  const { backUpStore } = await import('@crossgate/server');
  const settings = await readArchiveSettings(config);
  const { report } = await doLongWork(WORDS, options => backUpStore({ from, to }, settings, options));
  if (json) printJson(report);
  else print(formatReport(report, to));
}

type Report = Extract<BackupOutcome, { readonly kind: 'written' }>['report'];

function formatReport({ tenants, revisions, sizeBytes, objectsLeftOut }: Report, file: string): string {
  const lines = [`Tenants: ${tenants}. Revisions: ${revisions}. ${file} has ${sizeBytes} bytes.`];
  if (objectsLeftOut !== null) {
    lines.push(`Buckets and objects, in ${objectsLeftOut}, are not in it: see docs/operations.md.`);
  }
  return lines.join('\n');
}
