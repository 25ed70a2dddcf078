import { EtcdError } from './etcd-error.ts';
import type { Replica } from './replica.ts';

/** Waits for what the replica does not have yet. Each wait throws an EtcdError when it is aborted. */
export interface Visibility {
  /** Until this revision, and all before it, can be read. */
  readonly of: (revision: number, signal: AbortSignal) => Promise<void>;
  /** Until there is anything to read. */
  readonly ofFirst: (signal: AbortSignal) => Promise<void>;
  /** Ends the waits that are over. For the process that writes into the replica, after each write. */
  readonly look: () => void;
}

/** How often what another process writes is looked for while somebody waits. */
const LOOK_INTERVAL_MILLISECONDS = 2;

interface Wait {
  readonly isOver: () => boolean;
  readonly finish: () => void;
}

/** Where another process writes into the replica, it looks by itself. */
export function openVisibility(replica: Replica, looksByItself: boolean): Visibility {
  const waits = new Set<Wait>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    for (const wait of waits) if (wait.isOver()) wait.finish();
  }

  function until(isOver: () => boolean, signal: AbortSignal, missing: string): Promise<void> {
    if (isOver()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const wait = {
        isOver,
        finish(): void {
          end();
          resolve();
        },
      };
      const onAbort = (): void => {
        end();
        reject(new EtcdError('unreachable', missing, { cause: signal.reason }));
      };
      function end(): void {
        signal.removeEventListener('abort', onAbort);
        waits.delete(wait);
        if (waits.size === 0) clearInterval(timer);
      }
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      waits.add(wait);
      if (looksByItself && waits.size === 1) timer = setInterval(look, LOOK_INTERVAL_MILLISECONDS);
    });
  }

  return {
    of: (revision, signal) =>
      until(
        () => replica.policies.revision() >= revision,
        signal,
        `revision ${revision} is written, and has not come back to the replica`,
      ),
    ofFirst: signal =>
      until(() => replica.source() !== undefined, signal, 'the policies have not been read from etcd yet'),
    look,
  };
}
