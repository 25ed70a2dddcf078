import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Addresses, ServerQuestion, Since } from './server-process.ts';

export interface FuzzedServer {
  readonly addresses: Addresses;
  /** How the process ended; undefined while it lives. */
  readonly ended: () => string | undefined;
  readonly since: () => Promise<Since>;
  readonly places: () => Promise<{ readonly reached: number; readonly loaded: number }>;
  readonly words: () => Promise<readonly string[]>;
  readonly memory: () => Promise<{ readonly bytes: number; readonly residentBytes: number }>;
  readonly stop: () => Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('server-process.ts', import.meta.url));

/** Starts the server with the options of this process, so that it counts as well. */
export async function startFuzzedServer(upstreamUrl: string): Promise<FuzzedServer> {
  const child: ChildProcess = fork(PROGRAM, [upstreamUrl], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (value: unknown) => void>();
  let ended: string | undefined;
  let last = 0;
  const wait = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) reject(new Error(`the server has ended: ${ended}`));
      waiting.set(id, resolve);
    });
  child.on('message', ({ id, value }: { readonly id: number; readonly value: unknown }) => {
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  child.once('exit', (code, signal) => {
    ended = `code ${code}, signal ${signal}`;
    // Whoever waits for an answer finds out that there is none.
    for (const resolve of waiting.values()) resolve(undefined);
  });
  const addresses = (await wait(0)) as Addresses | undefined;
  if (!addresses) throw new Error('the server has not started');
  const ask = (question: ServerQuestion): Promise<unknown> => {
    last += 1;
    const answer = wait(last);
    if (ended === undefined) child.send({ id: last, question });
    return answer;
  };
  return {
    addresses,
    ended: () => ended,
    since: async () =>
      ((await ask('since')) ?? {
        fresh: 0,
        blockedMilliseconds: 0,
        processorMilliseconds: 0,
        errors: [],
      }) as Since,
    places: async () => (await ask('places')) as Awaited<ReturnType<FuzzedServer['places']>>,
    words: async () => (await ask('words')) as readonly string[],
    memory: async () => (await ask('memory')) as Awaited<ReturnType<FuzzedServer['memory']>>,
    stop: async () => {
      if (ended !== undefined) return;
      const exit = once(child, 'exit');
      await ask('stop');
      child.kill();
      await exit;
    },
  };
}
