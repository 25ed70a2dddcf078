import type { ArchiveSettings } from '@crossgate/server';
import { CommandError } from './exit-code.ts';
import { openProgressBar } from './progress-bar.ts';

/** What takes long, as those who do it take it. */
export interface LongWork<Phase extends string> {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: {
    readonly phase: Phase;
    readonly done: number;
    readonly total: number;
  }) => void;
}

/** What to say of work that did not come to its end. */
export interface LongWorkWords<Phase extends string> {
  readonly labels: Readonly<Record<Phase, string>>;
  /** `the backup`. */
  readonly noun: string;
  /** What to do then. */
  readonly advice: string;
}

/** Does what takes long, with a progress bar, until SIGINT or SIGTERM. */
export async function doLongWork<Phase extends string, Outcome extends { readonly kind: string }>(
  { labels, noun, advice }: LongWorkWords<Phase>,
  work: (options: LongWork<Phase>) => Promise<Outcome>,
): Promise<Exclude<Outcome, { readonly kind: 'problem' }>> {
  const bar = openProgressBar(process.stderr);
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort(new CommandError(`${noun} was interrupted; ${advice}`));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const outcome = await work({
      signal: interruption.signal,
      onProgress: ({ phase, done, total }) => bar.show(labels[phase], done, total),
    });
    if (isProblem(outcome)) throw new CommandError(outcome.message);
    return outcome as Exclude<Outcome, { readonly kind: 'problem' }>;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${noun} broke off: ${reason}; ${advice}`);
  } finally {
    bar.clear();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function isProblem(outcome: {
  readonly kind: string;
}): outcome is { readonly kind: 'problem'; readonly message: string } {
  return outcome.kind === 'problem';
}

/** Where users and certificates of etcd are from. */
export async function readArchiveSettings(config: string | undefined): Promise<ArchiveSettings> {
  const { loadConfigFile } = await import('@crossgate/server');
  const file = config === undefined ? undefined : loadConfigFile(config);
  if (file?.kind === 'problem') throw new CommandError(file.message);
  return { environment: process.env, file: file?.text };
}
