import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from './refusal.ts';

/** A process of the benchmark's own, that serves. */
export interface Running {
  readonly pid: number;
  /** Where it listens on loopback, by name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly stop: () => Promise<void>;
}

/** What a module that {@link startModule} runs tells once it listens. */
export interface ReadyMessage {
  readonly ports: Readonly<Record<string, number>>;
}

const START_SECONDS = 60;

/**
 * Runs a module in a process of its own. It tells its ports with `tellReady`, and ends when it is disconnected. `input` is
 * its first argument, as JSON.
 */
export async function startModule(module: URL, input: unknown): Promise<Running> {
  const child = fork(module, [JSON.stringify(input)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const stop = stopper(child, () => child.disconnect());
  const lastWords = keepEnd(child.stderr);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Refusal(`${module.pathname} ended with ${code}: ${lastWords()}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [ReadyMessage];
  ended.catch(() => {});
  return { pid: child.pid ?? 0, ports: message.ports, stop };
}

/** In a module that `startModule` runs: tells where it listens, and has `close` called in the end. */
export function tellReady(ports: ReadyMessage['ports'], close: () => Promise<void> | void = () => {}): void {
  process.once('disconnect', () => {
    void Promise.resolve(close()).then(() => process.exit());
  });
  process.send?.({ ports } satisfies ReadyMessage);
}

/** In a module that `startModule` runs: what it was handed. */
export function moduleInput<Input>(): Input {
  return JSON.parse(process.argv[2] ?? 'null') as Input;
}

/** Runs a program that listens on a port of our choice. */
export async function startProgram(program: string, args: readonly string[], port: number): Promise<Running> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = stopper(child, () => child.kill('SIGTERM'));
  const lastWords = keepEnd(child.stderr);
  let failure: string | undefined;
  child.once('error', error => {
    failure = error.message;
  });
  child.once('exit', code => {
    failure ??= `it ended with ${code}: ${lastWords()}`;
  });
  const deadline = performance.now() + START_SECONDS * 1000;
  while (!(await canConnect(port))) {
    if (failure === undefined && performance.now() < deadline) {
      await sleep(20);
      continue;
    }
    await stop();
    throw new Refusal(`${program} cannot be started: ${failure ?? `nobody listens on port ${port}`}`);
  }
  return { pid: child.pid ?? 0, ports: { main: port }, stop };
}

/** Ends a process once, and kills it when it does not. When this process ends before, so does that. */
function stopper(child: ChildProcess, ask: () => void): () => Promise<void> {
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  return async () => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    ask();
    const timer = setTimeout(kill, 15_000);
    await exit;
    clearTimeout(timer);
  };
}

const KEPT_CHARACTERS = 4000;

/** The end of what a process writes, for the case that it fails. */
function keepEnd(stream: Readable | null): () => string {
  let text = '';
  stream?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-KEPT_CHARACTERS);
  });
  return () => text;
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
