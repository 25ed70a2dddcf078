import type { Diagnostic, LimitReached } from '@crossgate/core';

/** How a command ended, for scripts. */
export const EXIT = {
  done: 0,
  /** Wrong usage, or something outside could not be reached, read or written. */
  failed: 1,
  /** The request is refused, the policies differ, or there are warnings that were denied. */
  refused: 2,
  /** The policy has errors. */
  invalidPolicy: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for the person who gave it. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** A policy that its service does not take. */
export class InvalidPolicyError extends CommandError {
  readonly findings: readonly Diagnostic[];
  /** What is wrong in a few words, for those who read the findings themselves. */
  readonly summary: string;
  constructor(message: string, summary: string, findings: readonly Diagnostic[]) {
    super(message, EXIT.invalidPolicy);
    this.name = 'InvalidPolicyError';
    this.summary = summary;
    this.findings = findings;
  }
}

/** An analysis that was given up. */
export function analysisTooLarge({ code }: LimitReached, what: 'compared' | 'converted'): CommandError {
  const message = `${code}: too many wildcards overlap for this to be ${what} exactly; use fewer in one policy`;
  return new CommandError(message);
}
