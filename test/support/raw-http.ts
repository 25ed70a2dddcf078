/** HTTP as bytes on a socket: what `node:http` would not send, and answers as they stand on the wire. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { splitAddress } from './cos-http.ts';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; a name that comes twice has its values joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  /** As they stand on the wire. */
  readonly headerLines: readonly string[];
  /** One character a byte. */
  readonly body: string;
  /** The `Code` of an error document, or its `code`. */
  readonly code: string | undefined;
}

const PATIENCE_MS = 8_000;

/** A connection that is told what to send, and collects what comes. */
export interface RawConnection {
  readonly write: (bytes: string | Uint8Array) => void;
  /** Says that no more will come; what comes back can still be read. */
  readonly endWriting: () => void;
  /** Waits until so many characters have come. */
  readonly untilReceived: (count: number) => Promise<void>;
  /** Everything that has come once the server closes, or resets. */
  readonly untilClosed: () => Promise<string>;
  /** Everything that has come once it has `count` responses. */
  readonly untilResponses: (count: number) => Promise<readonly RawResponse[]>;
  /** Resets: the server sees that the client is gone. */
  readonly destroy: () => void;
}

export async function openConnection(address: string): Promise<RawConnection> {
  const [host, port] = splitAddress(address);
  const socket = connect({ host, port, allowHalfOpen: true });
  await once(socket, 'connect');
  let received = '';
  let closed = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
  });
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    closed = true;
  });
  return {
    write: bytes => {
      if (typeof bytes === 'string') socket.write(bytes, 'latin1');
      else socket.write(bytes);
    },
    endWriting: () => socket.end(),
    untilReceived: count =>
      waitFor(
        socket,
        () => received.length >= count || closed,
        () => 'the server sends nothing',
      ),
    untilClosed: async () => {
      await waitFor(
        socket,
        () => closed,
        () => `the server does not close: ${received.slice(0, 300)}`,
      );
      return received;
    },
    untilResponses: async count => {
      const done = (): boolean => parseResponses(received).length >= count || closed;
      await waitFor(socket, done, () => `there are fewer than ${count} answers: ${received.slice(0, 300)}`);
      socket.destroy();
      return parseResponses(received);
    },
    destroy: () => socket.destroy(),
  };
}

/** Sends bytes, and gives the answers that came before the server closed. */
export async function sendRaw(address: string, bytes: string | Uint8Array): Promise<readonly RawResponse[]> {
  const connection = await openConnection(address);
  connection.write(bytes);
  return parseResponses(await connection.untilClosed());
}

/** Sends one request that ends its connection, and gives its answer. */
export async function sendRawRequest(address: string, bytes: string | Uint8Array): Promise<RawResponse> {
  const [response] = await sendRaw(address, bytes);
  if (!response) throw new Error('the server closed without an answer');
  return response;
}

/** The head of a request, and its body, with `Connection: close`. */
export function rawRequest(requestLine: string, headerLines: readonly string[], body = ''): string {
  return [requestLine, ...headerLines, 'Connection: close', '', body].join('\r\n');
}

/** The complete answers at the beginning of a stream. Only for answers with `Content-Length`, or without content. */
export function parseResponses(stream: string): RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = stream;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return responses;
    const [statusLine = '', ...headerLines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1] ?? Number.NaN);
    const headers = new Map<string, string>();
    for (const line of headerLines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      const former = headers.get(name);
      headers.set(name, former === undefined ? value : `${former}, ${value}`);
    }
    const length = Number(headers.get('content-length') ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length < length) return responses;
    if (status !== 100) {
      const code = (/<Code>([^<]*)<\/Code>/.exec(body) ?? /^\{"code":"([^"]*)"/.exec(body))?.[1];
      responses.push({ status, headers, headerLines, body, code });
    }
    rest = rest.slice(end + 4 + length);
  }
}

function waitFor(socket: Socket, done: () => boolean, problem: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (done()) finish(resolve);
    };
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.off('data', check).off('close', check);
      settle();
    };
    const timer = setTimeout(() => {
      finish(() => reject(new Error(problem())));
      socket.destroy();
    }, PATIENCE_MS);
    socket.on('data', check).on('close', check);
    check();
  });
}
