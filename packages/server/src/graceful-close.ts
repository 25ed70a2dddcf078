import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { endsOf } from './socket-ends.ts';
import { isTlsServer } from './web-server.ts';

/** How long requests in flight may take to finish once the server stops. */
export const GRACE_MS = 10_000;

/** How long a connection may wait for its first request: one that has just been made may have it on the way. */
const FIRST_REQUEST_MS = 500;

interface Connection {
  /** Answers that have not been handed to the system whole. */
  readonly unfinished: Set<ServerResponse>;
  hasAsked: boolean;
}

/**
 * Watches the connections of a server from its beginning, and gives what closes it: no more connections are taken, what
 * is asked is answered within `graceMs`, and a connection ends as soon as it owes no answer.
 *
 * `close` of Node's HTTP server does not do that. It ends connections whose answer has been written but not sent, with
 * the rest of the answer, and waits for those that have never asked for anything, such as browsers open in advance.
 */
export function prepareGracefulClose(server: Server): (graceMs: number) => Promise<void> {
  const connections = new Map<Socket, Connection>();
  const handshakes = new Map<string, Socket>();
  let closing = false;

  const watch = (socket: Socket): void => {
    connections.set(socket, { unfinished: new Set(), hasAsked: false });
    socket.once('close', () => connections.delete(socket));
  };
  server.on('connection', (socket: Socket) => {
    watch(socket);
    if (!isTlsServer(server)) return;
    const ends = endsOf(socket);
    handshakes.set(ends, socket);
    socket.once('close', () => handshakes.delete(ends));
  });
  // After the handshake requests come by another socket, which has taken this one over.
  server.on('secureConnection', (socket: Socket) => {
    const before = handshakes.get(endsOf(socket));
    if (before) connections.delete(before);
    watch(socket);
  });
  const begin = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    const connection = connections.get(socket);
    if (!connection) return;
    connection.hasAsked = true;
    connection.unfinished.add(response);
    if (closing) response.shouldKeepAlive = false;
    // It is emitted once.
    response.on('close', () => {
      connection.unfinished.delete(response);
      if (closing) endIdle(connection, socket);
    });
  };
  for (const event of ['request', 'checkExpectation']) {
    // Node answers an expectation by itself as long as nobody listens.
    if (server.listenerCount(event) > 0) server.prependListener(event, begin);
  }

  return graceMs =>
    new Promise(resolve => {
      closing = true;
      const timers = [
        setTimeout(() => forEach(endIdle), Math.min(FIRST_REQUEST_MS, graceMs)),
        setTimeout(() => forEach((_, socket) => socket.destroy()), graceMs),
      ];
      NetServer.prototype.close.call(server, () => {
        timers.forEach(clearTimeout);
        resolve();
      });
      forEach((connection, socket) => {
        for (const response of connection.unfinished) {
          if (!response.headersSent) response.shouldKeepAlive = false;
        }
        if (connection.hasAsked) endIdle(connection, socket);
      });
    });

  function forEach(visit: (connection: Connection, socket: Socket) => void): void {
    for (const [socket, connection] of connections) visit(connection, socket);
  }
}

function endIdle({ unfinished }: Connection, socket: Socket): void {
  if (unfinished.size === 0) socket.destroySoon();
}
