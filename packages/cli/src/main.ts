import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { compareCommand } from './command/compare.ts';
import { convertCommand } from './command/convert.ts';
import { explainCommand } from './command/explain.ts';
import { lintCommand } from './command/lint.ts';
import { policyCommand } from './command/policy.ts';
import { serveCommand } from './command/serve.ts';
import { storeCommand } from './command/store.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { complain } from './output.ts';

async function main(): Promise<void> {
  const program = new Command('crossgate')
    .description('The cross-origin gate of storage services and APIs.')
    .version(version(), '--version', 'print the version')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  for (const command of [
    serveCommand(),
    policyCommand(),
    explainCommand(),
    lintCommand(),
    compareCommand(),
    convertCommand(),
    storeCommand(),
  ])
    program.addCommand(inherit(command));
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Sub-commands that are built apart do not inherit how their program ends. */
function inherit(command: Command): Command {
  command.exitOverride().showHelpAfterError('(add --help for what there is)');
  for (const sub of command.commands) inherit(sub);
  return command;
}

function report(error: unknown): number {
  // Commander has written its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.failed;
  if (error instanceof CommandError) {
    complain(error.message);
    return error.exitCode;
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.failed;
}

// A reader that has seen enough is no failure, as in `crossgate policy list | head -1`; and a server goes on without.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

await main();
