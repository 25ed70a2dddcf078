import type { Server, Socket } from 'node:net';
import type { Metrics } from '../metrics.ts';
import { endsOf } from '../socket-ends.ts';
import { addressKey } from './address-key.ts';

/** Keeps the connections of a process within bounds, those of all its servers together. */
export interface Connections {
  /** Lets in who connects to a server of HTTP or HTTPS, or not. It has its listeners, and takes no connections yet. */
  readonly watch: (server: Server) => void;
  /** A connection owes an answer. */
  readonly busy: (socket: Socket) => void;
  /** A connection owes no answer any more. */
  readonly idle: (socket: Socket) => void;
}

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** A connection can go, when there is no room, on which nothing was asked for so long: not one that is in use. */
const PATIENCE_MS = 1_000;

interface Connection {
  readonly socket: Socket;
  /** Since when it owes no answer. */
  idleSince: number;
}

/**
 * Over the limit, a connection makes room on which nothing was asked for the longest time: first one that has never asked,
 * for a client that means it asks at once, then one that was answered and is kept alive. When nobody waits that long, who
 * comes is refused. Whoever has too many connections of its own is refused in any case, and displaces nobody.
 *
 * A refused connection is reset before Node has made anything for HTTP or TLS of it, and nothing is kept of it. What is
 * kept of the others is one entry each, so that a flood takes no more than the limit allows.
 */
export function openConnections(limits: ConnectionLimits, metrics: Metrics): Connections {
  const open = new Map<Socket, Connection>();
  const byAddress = new Map<string, number>();
  /** TLS hands on another socket than the one that was let in, and only both ends tell which. */
  const byEnds = new Map<string, Connection>();
  const secured = new WeakMap<Socket, Connection>();
  /** Both have the one that waits for the longest time first. */
  const answered = new Set<Connection>();
  const silent = new Set<Connection>();
  const refused = metrics.counter(
    'crossgate_refused_connections_total',
    'Connections that were reset at once: too many in all, or of one address.',
    ['reason'],
    [['server'], ['address']],
  );
  const displaced = metrics.counter(
    'crossgate_displaced_connections_total',
    'Idle connections that were ended to make room for others.',
    [],
    [[]],
  );
  metrics.gauge('crossgate_open_connections', 'Connections of clients that are open.', () => open.size);

  function admit(socket: Socket): Connection | undefined {
    const { remoteAddress } = socket;
    // Gone before it was looked at.
    if (remoteAddress === undefined) return refuse(socket, undefined);
    const key = addressKey(remoteAddress);
    const ofAddress = byAddress.get(key) ?? 0;
    if (ofAddress >= limits.connectionsPerAddress) return refuse(socket, 'address');
    if (open.size >= limits.connections && !makeRoom()) return refuse(socket, 'server');
    const connection: Connection = { socket, idleSince: performance.now() };
    open.set(socket, connection);
    silent.add(connection);
    byAddress.set(key, ofAddress + 1);
    socket.once('close', () => {
      forget(connection);
      const left = (byAddress.get(key) ?? 1) - 1;
      if (left === 0) byAddress.delete(key);
      else byAddress.set(key, left);
    });
    return connection;
  }

  function refuse(socket: Socket, reason: 'address' | 'server' | undefined): undefined {
    if (reason !== undefined) refused.increment(reason);
    socket.on('error', () => {}).resetAndDestroy();
    return undefined;
  }

  function makeRoom(): boolean {
    const leaving = longestWaiting(silent) ?? longestWaiting(answered);
    if (!leaving) return false;
    displaced.increment();
    forget(leaving);
    leaving.socket.destroy();
    return true;
  }

  function secure(connection: Connection): void {
    const ends = endsOf(connection.socket);
    byEnds.set(ends, connection);
    // A client may come again from there before the end of its former connection is seen.
    connection.socket.once('close', () => {
      if (byEnds.get(ends) === connection) byEnds.delete(ends);
    });
  }

  function openedOf(socket: Socket): Connection | undefined {
    const own = open.get(socket);
    if (own) return own;
    const connection = secured.get(socket);
    return connection && open.has(connection.socket) ? connection : undefined;
  }

  function forget(connection: Connection): void {
    open.delete(connection.socket);
    answered.delete(connection);
    silent.delete(connection);
  }

  return {
    watch: server => {
      const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
      const isSecure = server.listenerCount('secureConnection') > 0;
      server.removeAllListeners('connection');
      server.on('connection', (socket: Socket) => {
        const connection = admit(socket);
        if (!connection) return;
        if (isSecure) secure(connection);
        for (const listener of listeners) listener.call(server, socket);
      });
      if (!isSecure) return;
      server.on('secureConnection', (socket: Socket) => {
        const connection = byEnds.get(endsOf(socket));
        if (connection) secured.set(socket, connection);
      });
    },
    busy: socket => {
      const connection = openedOf(socket);
      if (!connection) return;
      answered.delete(connection);
      silent.delete(connection);
    },
    idle: socket => {
      const connection = openedOf(socket);
      if (!connection) return;
      connection.idleSince = performance.now();
      answered.add(connection);
    },
  };
}

/** The first of those in order, when it has waited long enough. */
function longestWaiting(connections: ReadonlySet<Connection>): Connection | undefined {
  const [first] = connections;
  return first && performance.now() - first.idleSince > PATIENCE_MS ? first : undefined;
}
