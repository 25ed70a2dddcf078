import { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { doLongWork } from '../store-work.ts';

/** `crossgate store verify`: whether a file could be restored. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('Read a backup to its end, and tell what it has.')
    .argument('<file>', 'what `crossgate store backup` wrote')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(verify);
}

const HELP = `
Ends with 1 when the file is no whole backup.

Example:
  crossgate store verify /backup/crossgate-2030-01-02`;

const WORDS = { labels: { checking: 'Checking' }, noun: 'the check', advice: 'run it again' } as const;

async function verify(file: string, { json }: { readonly json?: true }): Promise<void> {
  const { verifyBackup } = await import('@crossgate/server');
  const { contents } = await doLongWork(WORDS, options => verifyBackup(file, options));
  if (json) printJson(contents);
  else {
    const { createdAt, tenants, revisions } = contents;
    print(`A whole backup of ${createdAt}. Tenants: ${tenants}. Revisions: ${revisions}.`);
  }
}
