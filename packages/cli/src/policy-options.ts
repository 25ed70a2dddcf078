import type { Command } from 'commander';

/** The flags that say how a policy is written, and which service reads it. */
export interface PolicyOptions extends ReadingOptions {
  readonly dialect?: string;
}

export interface ReadingOptions {
  readonly profile?: string;
  readonly variant?: readonly string[];
}

export function addPolicyOptions(command: Command): Command {
  return addReadingOptions(
    command.option('--dialect <id>', 'the service whose document it is, or neutral (default neutral)'),
  );
}

/** Without `--dialect`, for commands that read policies of two services. */
export function addReadingOptions(command: Command): Command {
  return command
    .option('--profile <dialect>', 'the service that reads a policy in the neutral form')
    .option(
      '--variant <dialect=name>',
      'another reading of a service, see its page in docs/dialects',
      collect,
    );
}

function collect(text: string, all: readonly string[] = []): readonly string[] {
  return [...all, text];
}
