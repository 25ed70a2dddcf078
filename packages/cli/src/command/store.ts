import { Command } from 'commander';
import { backupCommand } from './store-backup.ts';
import { migrateCommand } from './store-migrate.ts';
import { restoreCommand } from './store-restore.ts';
import { verifyCommand } from './store-verify.ts';

/** `crossgate store …`: what policies are kept in, without a server. */
export function storeCommand(): Command {
  const store = new Command('store').description('Work on what policies are kept in.');
  for (const command of [backupCommand(), restoreCommand(), verifyCommand(), migrateCommand()])
    store.addCommand(command);
  return store;
}
