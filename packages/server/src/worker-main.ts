/** The entry of a worker process: the listeners of all dialects, on stores that it shares with the other processes. */
import { openDialectListeners } from './dialect-listeners.ts';
import { openLog } from './log.ts';
import { answerQuestion, newObserved } from './observed/observed.ts';
import type { ServeConfig } from './serve-config.ts';
import { openStores } from './stores.ts';
import { type FromWorker, type ToWorker, WORKER_CONFIG } from './worker-messages.ts';

const GRACE_MS = 10_000;

async function main(): Promise<void> {
  const config = JSON.parse(process.env[WORKER_CONFIG] ?? '') as ServeConfig;
  const { log, close: closeLog } = openLog(config.logLevel);
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
    if (message.kind === 'stop') void stop();
    else tell({ kind: 'answer', id: message.id, answer: answerQuestion(observed, message.question) });
  });
  // A terminal sends its signals to every process of the group: the primary tells when to stop.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  tell({
    kind: 'ready',
    listeners: listeners.map(({ dialect, address, port }) => ({ dialect, address, port })),
  });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

main().catch((error: unknown) => {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.disconnect();
});
