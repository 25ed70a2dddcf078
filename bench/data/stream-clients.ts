// Clients for large bodies, in a process of their own: raw sockets that ask again as soon as they have an answer, and look
// at every byte of it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { isPattern, PATTERN } from './sizes.ts';

/** A turn: how long, and what is asked over how many connections. */
export interface StreamRun {
  readonly port: number;
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  readonly connections: number;
  readonly milliseconds: number;
}

export type StreamReport =
  | { readonly kind: 'done'; readonly answers: number; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly problem: string };

process.on('disconnect', () => process.exit());
process.on('message', (run: StreamRun) => {
  load(run).then(tell, (error: unknown) => {
    tell({ kind: 'failed', problem: error instanceof Error ? error.message : String(error) });
  });
});

function tell(report: StreamReport): void {
  process.send?.(report);
}

async function load(run: StreamRun): Promise<StreamReport> {
  const began = performance.now();
  const until = began + run.milliseconds;
  const counts = await Promise.all(Array.from({ length: run.connections }, () => keepAsking(run, until)));
  const answers = counts.reduce((sum, count) => sum + count, 0);
  return { kind: 'done', answers, milliseconds: performance.now() - began };
}

/** Asks over one connection until the time is over. The number of answers, each of which was right. */
async function keepAsking(run: StreamRun, until: number): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port: run.port }).setNoDelay();
  socket.setTimeout(30_000, () => socket.destroy(new Error('nothing came for 30 s')));
  await once(socket, 'connect');
  const length = run.method === 'PUT' ? `Content-Length: ${run.size}\r\n` : '';
  const lines = Object.entries(run.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${run.method} ${run.path} HTTP/1.1\r\n${lines.join('')}${length}\r\n`);
  const answers = readAnswers(socket, run);
  let count = 0;
  try {
    do {
      const answered = answers.next();
      socket.write(head);
      await Promise.all([answered, run.method === 'PUT' ? sendBody(socket, run.size) : undefined]);
      count++;
    } while (performance.now() < until);
    return count;
  } finally {
    socket.destroy();
  }
}

async function sendBody(socket: Socket, size: number): Promise<void> {
  for (let left = size; left > 0; left -= PATTERN.length) {
    const part = left >= PATTERN.length ? PATTERN : PATTERN.subarray(0, left);
    if (!socket.write(part) && left > PATTERN.length) await once(socket, 'drain');
  }
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** `next` settles when the answer has come to which the next request leads. */
function readAnswers(socket: Socket, run: StreamRun): { readonly next: () => Promise<void> } {
  let head: Buffer = Buffer.alloc(0);
  let left: number | undefined;
  let settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  const fail = (error: Error): void => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('a connection ended before its answer')));
  socket.on('data', (chunk: Buffer) => {
    let body = chunk;
    if (left === undefined) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(END_OF_HEAD);
      if (end < 0) return;
      const problem = problemOf(head.toString('latin1', 0, end), run);
      if (problem !== undefined) {
        fail(new Error(problem));
        return;
      }
      left = run.method === 'GET' ? run.size : 0;
      body = head.subarray(end + END_OF_HEAD.length);
      head = Buffer.alloc(0);
    }
    left -= body.length;
    if (left < 0 || !isPattern(body)) {
      fail(new Error('a body had other bytes than it has to have'));
      return;
    }
    if (left > 0) return;
    left = undefined;
    settle?.resolve();
  });
  return {
    next: () =>
      new Promise<void>((resolve, reject) => {
        settle = { resolve, reject };
      }),
  };
}

function problemOf(head: string, { method, size }: StreamRun): string | undefined {
  const [first = ''] = head.split('\r\n', 1);
  if (!/^HTTP\/1\.1 20[01] /.test(first)) return `an answer began with \`${first}\``;
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  const expected = method === 'GET' ? String(size) : '0';
  if (method === 'PUT' && /^transfer-encoding:/im.test(head)) return 'an answer to a PUT had a body';
  return (length ?? '0') === expected ? undefined : `an answer had ${length} bytes instead of ${expected}`;
}
