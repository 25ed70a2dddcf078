import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, runCommand } from './command.ts';

/** A directory of files, and commands that are run there. */
export interface CommandFiles {
  readonly run: (args: readonly string[], input?: string) => Promise<CommandResult>;
  readonly remove: () => void;
}

export function newCommandFiles(files: Readonly<Record<string, string | Uint8Array>>): CommandFiles {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-cli-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return {
    run: async (args, input = '') => await runCommand(args, { input, cwd: directory }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
