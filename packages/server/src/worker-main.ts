/** The entry of a worker process: the listeners of all dialects, on stores that it shares with the other processes. */
import { keepGarbageYoung } from './collector.ts';
import { openDialectListeners } from './dialect-listeners.ts';
import { GRACE_MS } from './graceful-close.ts';
import { openLog } from './log.ts';
import { answerQuestion, newObserved } from './observed/observed.ts';
import type { ServeConfig } from './serve-config.ts';
import { openStores } from './stores.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

async function main(): Promise<void> {
  const config = await firstConfig();
  const { log, close: closeLog } = openLog(config.logLevel);
  keepGarbageYoung();
  const observed = newObserved();
  const stores = await openStores(config, { recover: false }, log);
  const listeners = await openDialectListeners(config, stores, observed, log);

  let stopping = false;
  // The primary process died. Node would exit in order, and hang: leaving, LMDB waits for a transaction that waits for
  // this thread, with the lock that every other process needs. What is on disk stands a kill.
  process.prependListener('disconnect', () => {
    if (!stopping) process.kill(process.pid, 'SIGKILL');
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(listeners.map(listener => listener.close(GRACE_MS)));
    await stores.close();
    closeLog();
    process.disconnect();
  };
  process.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'serve':
        return;
      case 'reload':
        log.level = message.config.logLevel;
        for (const listener of listeners) listener.reload(message.config);
        tell({ kind: 'reloaded', id: message.id });
        return;
      case 'question':
        tell({ kind: 'answer', id: message.id, answer: answerQuestion(observed, message.question) });
        return;
      case 'stop':
        void stop();
        return;
      default:
        message satisfies never;
    }
  });
  // A terminal sends its signals to every process of the group: the primary tells what to do.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('SIGHUP', () => {});
  tell({
    kind: 'ready',
    listeners: listeners.map(({ dialect, address, origin, port }) => ({ dialect, address, origin, port })),
  });
}

/** It is asked for, and no part of the environment, which others can read, and which has less room. */
function firstConfig(): Promise<ServeConfig> {
  return new Promise(resolve => {
    process.once('message', (message: ToWorker) => {
      if (message.kind === 'serve') resolve(message.config);
    });
    tell({ kind: 'started' });
  });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

main().catch((error: unknown) => {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.disconnect();
});
