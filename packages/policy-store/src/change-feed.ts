import type { PolicyRevision, StopWatch, WatchEvent, WatchOptions } from './policy-store.ts';

/** How many changes a store remembers unless it is told otherwise. */
export const CHANGE_LOG_LIMIT = 10_000;

export interface ChangeSource {
  revision(): number;
  /**
   * The next changes after a revision, oldest first and not necessarily all; undefined when some are forgotten, as are
   * always some after a revision below 0.
   */
  changesAfter(revision: number): readonly PolicyRevision[] | undefined;
}

/** Who watches a store, and how far each of them has come. */
export interface ChangeFeed {
  watch(listener: (event: WatchEvent) => void, options?: WatchOptions): StopWatch;
  /** Tells every watcher what it has not been told yet. */
  deliver(): void;
  /** Everything was replaced: lets every watcher begin anew, with a reset, at the next delivery. */
  restart(): void;
  /** Ends every watch. */
  clear(): void;
}

/** A revision of which no store remembers what came after. */
const BEFORE_ALL = -1;

interface Watcher {
  readonly listener: (event: WatchEvent) => void;
  /** The last revision it was told. */
  revision: number;
}

/** `onWatched` is called when the first watcher comes (true) and when the last one has gone (false). */
export function createChangeFeed(source: ChangeSource, onWatched: (watched: boolean) => void): ChangeFeed {
  const watchers = new Set<Watcher>();
  let delivering = false;
  let deliverAgain = false;

  function tell(watcher: Watcher, event: WatchEvent): void {
    watcher.revision = event.kind === 'reset' ? event.revision : event.change.revision;
    try {
      watcher.listener(event);
    } catch (error) {
      // Neither the other watchers nor the writer that caused the event can do anything about it.
      process.emitWarning(
        error instanceof Error ? error : new Error(`a watch listener threw ${String(error)}`),
      );
    }
  }

  function bringUpToDate(watcher: Watcher): void {
    while (watchers.has(watcher)) {
      const changes = source.changesAfter(watcher.revision);
      if (changes === undefined) {
        tell(watcher, { kind: 'reset', revision: source.revision() });
        continue;
      }
      if (changes.length === 0) return;
      for (const change of changes) {
        if (!watchers.has(watcher)) return;
        tell(watcher, { kind: 'changed', change });
      }
    }
  }

  function deliver(): void {
    // A listener may write, which delivers again: were that done at once, the watchers after this one would hear of the
    // later change first.
    deliverAgain = true;
    if (delivering) return;
    delivering = true;
    try {
      while (deliverAgain) {
        deliverAgain = false;
        for (const watcher of watchers) bringUpToDate(watcher);
      }
    } finally {
      delivering = false;
    }
  }

  function remove(watcher: Watcher): void {
    if (watchers.delete(watcher) && watchers.size === 0) onWatched(false);
  }

  return {
    watch(listener, options = {}) {
      const watcher: Watcher = { listener, revision: options.afterRevision ?? source.revision() };
      watchers.add(watcher);
      if (watchers.size === 1) onWatched(true);
      // Not at once: a listener may want to use the function that is returned here.
      queueMicrotask(deliver);
      return () => remove(watcher);
    },
    deliver,
    restart() {
      for (const watcher of watchers) watcher.revision = BEFORE_ALL;
    },
    clear() {
      for (const watcher of watchers) remove(watcher);
    },
  };
}
