/** An upstream of raw sockets that does what it is told, and keeps every byte that it is sent. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A request as it came off the wire, one character a byte. */
export interface UpstreamRequest {
  /** The request line. */
  readonly line: string;
  /** As they stand on the wire. */
  readonly headerLines: readonly string[];
  readonly connection: UpstreamConnection;
}

export interface UpstreamConnection {
  readonly socket: Socket;
  /** Everything that has come, head and body. */
  readonly received: () => string;
  readonly write: (bytes: string) => void;
  /** Writes and closes in order. */
  readonly end: (bytes?: string) => void;
  /** Resets: what was not read is lost. */
  readonly reset: () => void;
  /** Settles when the other side is gone. */
  readonly closed: Promise<void>;
}

/** Called for the head of every request. Bodies are read and kept, and never waited for. */
export type Script = (request: UpstreamRequest) => void;

export interface ScriptedUpstream {
  readonly url: string;
  readonly port: number;
  /** Replaces what is done from now on, and forgets what was. */
  readonly play: (script: Script) => void;
  /** The requests since the script began. */
  readonly requests: readonly UpstreamRequest[];
  /** The connections since the script began, those of former scripts among them when they were used again. */
  readonly connections: readonly UpstreamConnection[];
  /** How many connections there are now, those without a request among them. */
  readonly openConnections: () => number;
  /** Waits for the request of this index. */
  readonly request: (index?: number) => Promise<UpstreamRequest>;
  readonly stop: () => Promise<void>;
}

const PATIENCE_MS = 8_000;

export async function openScriptedUpstream(): Promise<ScriptedUpstream> {
  let script: Script = ({ connection }) => connection.end(answer('ok'));
  const requests: UpstreamRequest[] = [];
  const connections: UpstreamConnection[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();

  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket);
    const closed = new Promise<void>(resolve => {
      socket.once('close', () => {
        sockets.delete(socket);
        resolve();
      });
    });
    let text = '';
    let unread = '';
    socket.setEncoding('latin1').on('error', () => {});
    const connection: UpstreamConnection = {
      socket,
      received: () => text,
      write: bytes => socket.write(bytes, 'latin1'),
      end: (bytes = '') => socket.end(bytes, 'latin1'),
      reset: () => socket.resetAndDestroy(),
      closed,
    };
    socket.on('end', () => socket.end());
    socket.on('data', (chunk: string) => {
      text += chunk;
      unread += chunk;
      const end = unread.indexOf('\r\n\r\n');
      if (end === -1 || !/^[A-Z]+ /.test(unread)) return;
      const [line = '', ...headerLines] = unread.slice(0, end).split('\r\n');
      unread = unread.slice(end + 4);
      const request = { line, headerLines, connection };
      requests.push(request);
      if (!connections.includes(connection)) connections.push(connection);
      script(request);
      for (const wake of waiting) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections,
    openConnections: () => sockets.size,
    play: next => {
      script = next;
      requests.length = 0;
      connections.length = 0;
    },
    request: (index = 0) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = requests[index];
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`the upstream has ${requests.length} requests, not ${index + 1}`));
        }, PATIENCE_MS);
        waiting.add(look);
        look();
      }),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer with `Content-Length`, of 200 unless it is told otherwise, that ends its connection. */
export function answer(body: string, headerLines: readonly string[] = [], status = '200 OK'): string {
  const lines = [...headerLines, `Content-Length: ${body.length}`, 'Connection: close'];
  return `HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}
