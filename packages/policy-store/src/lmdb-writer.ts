import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Draft } from './lmdb-draft.ts';
import { inTransaction, writeTogether } from './lmdb-environment.ts';
import type { LmdbPolicies } from './lmdb-policies.ts';

/** Writes that share commits: all that come while one is on its way to the disk are in the next one. */
export interface Writer {
  /**
   * Lets a write decide, when its turn comes, what it does: on top of those before it, which it can see in the draft. What
   * it gives resolves when the draft is on disk and every process sees it.
   *
   * @throws NotCommittedError, when nothing of the draft was written; and what `decide` throws, which must not have added
   *   anything then
   */
  readonly write: <Result>(decide: (draft: Draft) => Result) => Promise<Result>;
  /** Settles when no write is under way. */
  readonly idle: () => Promise<void>;
}

interface Waiting {
  readonly decide: (draft: Draft) => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `isSole` where no other process is said to write: what is decided needs no lock then. Should one have written all the
 * same, it is decided again under the lock, and nothing is lost.
 */
export function openWriter(
  policies: Pick<LmdbPolicies, 'environment' | 'draft' | 'committed'>,
  isSole: boolean,
): Writer {
  const { environment } = policies;
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const acknowledge = (isSole ? await writeDecided(group) : undefined) ?? (await writeUnderLock(group));
      acknowledge();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  /** Undefined when another process was faster. */
  async function writeDecided(group: readonly Waiting[]): Promise<(() => void) | undefined> {
    const { draft, acknowledge } = decideAll(group);
    const isWritten = await writeTogether(environment, draft.operations(), draft.firstWritten());
    return isWritten ? acknowledge : undefined;
  }

  async function writeUnderLock(group: readonly Waiting[]): Promise<() => void> {
    let acknowledge = (): void => {};
    await inTransaction(environment, () => {
      const decided = decideAll(group);
      acknowledge = decided.acknowledge;
      return decided.draft.operations();
    });
    return acknowledge;
  }

  function decideAll(group: readonly Waiting[]): { readonly draft: Draft; readonly acknowledge: () => void } {
    const draft = policies.draft();
    const decided: (() => void)[] = [];
    for (const { decide, reject } of group) {
      try {
        decided.push(decide(draft));
      } catch (error) {
        decided.push(() => reject(error));
      }
    }
    const acknowledge = (): void => {
      policies.committed(draft);
      for (const settle of decided) settle();
    };
    return { draft, acknowledge };
  }

  async function run(): Promise<void> {
    do {
      // Those that come in the same turn do not wait for the first of them.
      await nextTurn();
      await writeGroup(waiting.splice(0));
    } while (waiting.length > 0);
    running = undefined;
  }

  return {
    write(decide) {
      return new Promise((resolve, reject) => {
        waiting.push({
          decide(draft) {
            const result = decide(draft);
            return () => resolve(result);
          },
          reject,
        });
        running ??= run();
      });
    },
    idle: () => running ?? Promise.resolve(),
  };
}
