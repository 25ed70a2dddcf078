import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { GRACE_MS } from './graceful-close.ts';
import type { MetricsSnapshot } from './metrics.ts';
import type { Answers, Ask, Question } from './observed/observed.ts';
import type { RunningServer, Serving } from './serve.ts';
import type { ServeConfig } from './serve-config.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const ANSWER_TIMEOUT_MS = 2_000;
const RELOAD_TIMEOUT_MS = 10_000;

/** Before another try, when a worker could not be replaced. */
const REPLACE_AGAIN_MS = 1_000;
/** A worker has ended its requests by then. */
const STOP_TIMEOUT_MS = GRACE_MS + 5_000;

/**
 * Serves with several processes that share the listeners. One that dies is replaced; the stores belong to all of
 * them, so that nothing is lost with it.
 */
export async function openWorkers(config: ServeConfig, log: Logger): Promise<Serving> {
  cluster.setupPrimary({ exec: fileURLToPath(new URL('worker-main.js', import.meta.url)) });
  const ready = new Set<Worker>();
  const counts = keepCounts();
  let current = config;
  let stopping = false;

  const start = (): Promise<RunningServer['listeners']> =>
    new Promise((resolve, reject) => {
      const worker = cluster.fork();
      let first = current;
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'started') {
          first = current;
          send(worker, { kind: 'serve', config: first });
        } else if (message.kind === 'ready') {
          ready.add(worker);
          // What changed while it was starting.
          if (first !== current) void reloadWorker(worker, current);
          resolve(message.listeners);
        } else if (message.kind === 'failed') {
          reject(new Error(message.message));
        }
      });
      worker.on('exit', (code, signal) => {
        const served = ready.delete(worker);
        counts.leave(worker);
        if (stopping) return;
        if (!served) {
          reject(new Error(`a worker ended before it was ready (${signal ?? `exit code ${code}`})`));
          return;
        }
        log.error({ processId: worker.process.pid, code, signal }, 'a worker died and is replaced');
        replace();
      });
    });

  const replace = (): void => {
    if (stopping) return;
    start().catch((error: unknown) => {
      log.error({ err: error }, 'a worker could not be replaced');
      setTimeout(replace, REPLACE_AGAIN_MS).unref();
    });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(
      Object.values(cluster.workers ?? {}).flatMap(worker => (worker ? [stopWorker(worker)] : [])),
    );
  };

  const ask: Ask = async question => {
    const answers = await Promise.all([...ready].map(worker => askWorker(worker, question)));
    return answers.filter(answer => answer !== undefined);
  };

  try {
    // The first one binds the ports, or fails; the others share them.
    const listeners = await start();
    for (let i = 1; i < config.workers; i++) await start();
    return {
      listeners,
      ask,
      metrics: () => counts.collect([...ready]),
      ready: () => !stopping && ready.size === config.workers,
      takeOver: async next => {
        current = next;
        await Promise.all([...ready].map(worker => reloadWorker(worker, next)));
      },
      close: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}

function stopWorker(worker: Worker): Promise<void> {
  if (worker.isDead()) return Promise.resolve();
  return new Promise(resolve => {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    send(worker, { kind: 'stop' });
  });
}

/**
 * What the workers count, also those that are gone: a counter that goes back is taken for one that began again, and all
 * of it is counted twice. A worker that dies takes with it only what it counted since it was last asked.
 */
function keepCounts(): {
  readonly collect: (workers: readonly Worker[]) => Promise<readonly MetricsSnapshot[]>;
  readonly leave: (worker: Worker) => void;
} {
  const lastAnswers = new Map<Worker, MetricsSnapshot>();
  const ofTheGone: MetricsSnapshot[] = [];

  async function ask(worker: Worker): Promise<MetricsSnapshot> {
    const former = lastAnswers.get(worker) ?? [];
    const answer = await askWorker(worker, { kind: 'metrics' });
    if (answer && !worker.isDead()) lastAnswers.set(worker, answer);
    return answer ?? former;
  }

  return {
    collect: async workers => {
      const gone = [...ofTheGone];
      return [...gone, ...(await Promise.all(workers.map(ask)))];
    },
    leave: worker => {
      const answer = lastAnswers.get(worker);
      if (answer) ofTheGone.push(answer);
      lastAnswers.delete(worker);
    },
  };
}

let lastId = 0;

/**
 * Settles when the worker goes by the configuration, or is gone: its successor begins with the newest. One that is busy
 * for long will come to it.
 */
function reloadWorker(worker: Worker, config: ServeConfig): Promise<void> {
  lastId += 1;
  const id = lastId;
  return new Promise(resolve => {
    const finish = (): void => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('exit', finish);
      resolve();
    };
    const onMessage = (message: FromWorker): void => {
      if (message.kind === 'reloaded' && message.id === id) finish();
    };
    const timer = setTimeout(finish, RELOAD_TIMEOUT_MS);
    worker.on('message', onMessage);
    worker.on('exit', finish);
    if (worker.isConnected()) send(worker, { kind: 'reload', id, config });
    else finish();
  });
}

/** Undefined when the worker does not answer in time. */
function askWorker<Kind extends Question['kind']>(
  worker: Worker,
  question: Extract<Question, { readonly kind: Kind }>,
): Promise<Answers[Kind] | undefined> {
  lastId += 1;
  const id = lastId;
  return new Promise(resolve => {
    const finish = (answer: Answers[Kind] | undefined): void => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      resolve(answer);
    };
    const onMessage = (message: FromWorker): void => {
      if (message.kind === 'answer' && message.id === id) finish(message.answer as Answers[Kind]);
    };
    const onExit = (): void => finish(undefined);
    const timer = setTimeout(finish, ANSWER_TIMEOUT_MS, undefined);
    worker.on('message', onMessage);
    worker.on('exit', onExit);
    send(worker, { kind: 'question', id, question });
  });
}
