import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to one HTTP server on which answers get lost. */
export interface LossyProxy {
  readonly url: string;
  /** Breaks the connection off where the next so many answers to requests for a path should come. */
  readonly loseAnswers: (path: string, count: number) => void;
  /** How many are still to be lost. */
  readonly toLose: () => number;
  readonly close: () => Promise<void>;
}

export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let lostPath = '';
  let toLose = 0;
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname);
    let asked = false;
    client.on('data', chunk => {
      asked = chunk.includes(`POST ${lostPath} `);
      upstream.write(chunk);
    });
    upstream.on('data', chunk => {
      if (asked && toLose > 0) {
        toLose -= 1;
        client.destroy();
      } else client.write(chunk);
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
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
