import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to one HTTP server on which answers get lost, or come late. */
export interface LossyProxy {
  readonly url: string;
  /** Breaks the connection off where the next so many answers to requests for a path should come. */
  readonly loseAnswers: (path: string, count: number) => void;
  /** How many are still to be lost. */
  readonly toLose: () => number;
  /** Holds answers to requests for a path back, from now on and until what is returned is called. */
  readonly holdAnswers: (path: string) => () => void;
  /** How many answers are held back. */
  readonly held: () => number;
  /** How many requests for a path have come. */
  readonly requests: (path: string) => number;
  readonly close: () => Promise<void>;
}

export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const requests = new Map<string, number>();
  const held: (() => void)[] = [];
  let lostPath = '';
  let toLose = 0;
  let heldPath: string | undefined;

  const server = createServer(client => {
    const upstream = connect(Number(port), hostname);
    /** Of the request that is answered: there is one at a time on a connection. */
    let path = '';
    client.on('data', chunk => {
      const [, asked] = /^POST (\S+) /.exec(chunk.toString('latin1')) ?? [];
      if (asked !== undefined) {
        path = asked;
        requests.set(path, (requests.get(path) ?? 0) + 1);
      }
      upstream.write(chunk);
    });
    upstream.on('data', chunk => {
      if (path === lostPath && toLose > 0) {
        toLose -= 1;
        client.destroy();
      } else if (path === heldPath) held.push(() => client.write(chunk));
      else client.write(chunk);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswers(path, count) {
      lostPath = path;
      toLose = count;
    },
    toLose: () => toLose,
    holdAnswers(path) {
      heldPath = path;
      return () => {
        heldPath = undefined;
        for (const release of held.splice(0)) release();
      };
    },
    held: () => held.length,
    requests: path => requests.get(path) ?? 0,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
