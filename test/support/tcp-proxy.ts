import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** How a network is between two places. */
export type Weather =
  | { readonly kind: 'clear' }
  /** Connections are broken off, also new ones. */
  | { readonly kind: 'cut' }
  /** Everything takes that much longer, each way. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** What is sent that way is held back; when it clears up, it arrives after all. */
  | { readonly kind: 'silent'; readonly way: 'to' | 'from' | 'both' }
  /** Nothing arrives, and on the connections of that time nothing ever will. New ones work when it clears up. */
  | { readonly kind: 'dead' };

/** A way to a server on loopback that can be disturbed. */
export interface TcpProxy {
  /** `host:port`. */
  readonly address: string;
  readonly set: (weather: Weather) => void;
  readonly close: () => Promise<void>;
}

/** One direction of a connection. */
interface Stream {
  readonly way: 'to' | 'from';
  readonly target: Socket;
  /** What has not arrived yet, in order. */
  readonly waiting: { readonly chunk: Buffer; readonly arrivesAt: number }[];
  timer: NodeJS.Timeout | undefined;
}

interface Connection {
  readonly sockets: readonly [client: Socket, server: Socket];
  readonly streams: readonly Stream[];
  isDead: boolean;
}

/** `target` is `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host = '', port = ''] = target.split(':');
  const connections = new Set<Connection>();
  let weather: Weather = { kind: 'clear' };

  function isHeld(way: Stream['way']): boolean {
    return weather.kind === 'silent' && (weather.way === way || weather.way === 'both');
  }

  function pass(connection: Connection, stream: Stream, chunk: Buffer): void {
    if (connection.isDead) return;
    const delay = weather.kind === 'slow' ? weather.milliseconds : 0;
    stream.waiting.push({ chunk, arrivesAt: performance.now() + delay });
    deliver(stream);
  }

  /** One after the other: none overtakes another, also when the weather changes. */
  function deliver(stream: Stream): void {
    clearTimeout(stream.timer);
    if (isHeld(stream.way)) return;
    for (let next = stream.waiting[0]; next; next = stream.waiting[0]) {
      const milliseconds = next.arrivesAt - performance.now();
      if (milliseconds > 0) {
        stream.timer = setTimeout(deliver, milliseconds, stream);
        return;
      }
      stream.waiting.shift();
      stream.target.write(next.chunk);
    }
  }

  function end(connection: Connection): void {
    if (!connections.delete(connection)) return;
    for (const { timer } of connection.streams) clearTimeout(timer);
    for (const socket of connection.sockets) socket.destroy();
  }

  const server = createServer(client => {
    if (weather.kind === 'cut') {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(port), host);
    const to: Stream = { way: 'to', target: upstream, waiting: [], timer: undefined };
    const from: Stream = { way: 'from', target: client, waiting: [], timer: undefined };
    const connection: Connection = {
      sockets: [client, upstream],
      streams: [to, from],
      isDead: weather.kind === 'dead',
    };
    connections.add(connection);
    for (const [socket, stream] of [
      [client, to],
      [upstream, from],
    ] as const) {
      socket.setNoDelay(true);
      socket.on('data', chunk => pass(connection, stream, chunk));
      socket.on('error', () => {});
      socket.on('close', () => {
        // The end does not arrive either, until somebody gives the connection up on this side.
        if (connection.isDead && socket === upstream) return;
        end(connection);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      weather = next;
      for (const connection of connections) {
        if (next.kind === 'cut') end(connection);
        if (next.kind === 'dead') connection.isDead = true;
        for (const stream of connection.streams) {
          if (connection.isDead) stream.waiting.length = 0;
          deliver(stream);
        }
      }
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) end(connection);
      await closed;
    },
  };
}
