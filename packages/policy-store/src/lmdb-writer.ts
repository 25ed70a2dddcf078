import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Draft } from './lmdb-draft.ts';
import { inTransaction, type Operation, writeTogether } from './lmdb-environment.ts';
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

/** `isSole` where no other process writes. */
export function openWriter(
  policies: Pick<LmdbPolicies, 'environment' | 'draft' | 'committed'>,
  isSole: boolean,
): Writer {
  const { environment } = policies;
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    let draft: Draft | undefined;
    const acknowledge: (() => void)[] = [];
    const decideAll = (): readonly Operation[] => {
      draft = policies.draft();
      for (const { decide, reject } of group) {
        try {
          acknowledge.push(decide(draft));
        } catch (error) {
          reject(error);
        }
      }
      return draft.operations();
    };
    try {
      await (isSole ? writeTogether(environment, decideAll()) : inTransaction(environment, decideAll));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    if (draft) policies.committed(draft);
    for (const settle of acknowledge) settle();
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
