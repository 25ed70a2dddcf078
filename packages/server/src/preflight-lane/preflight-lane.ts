import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from '@crossgate/dialects';
import type { Gate, PreflightConnection } from '../gate.ts';
import type { Connections } from '../limits/connections.ts';
import { isTlsServer } from '../web-server.ts';
import { holdWrites } from './held-writes.ts';
import { replyHead } from './reply-text.ts';
import { readSimpleRequest } from './simple-request.ts';

/** As Node names a request whose head takes too long. */
const TIMEOUT_CODE = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Connections that make room for others have been idle for longer than that. */
const TOLD_EVERY_MS = 100;

/** What a server is given connections by: Node's own way from a connection to its requests. */
type TakeConnection = (this: Server, socket: Socket) => void;

/**
 * Answers preflights before Node's parser, which costs more than all that is decided about them. Only as long as a
 * connection brings nothing but complete, simple preflights (see `readSimpleRequest`), each in one piece: with the first
 * byte of anything else the connection is the parser's, for good, and the parser gets that byte and all that follow.
 * Nothing is ever kept here to wait for more.
 *
 * Call it before anything else listens to the connections of the server.
 */
export function openPreflightLane(
  server: Server,
  answer: Gate['answerPreflight'],
  limitBytes: number,
  connections?: Pick<Connections, 'busy' | 'idle'>,
): void {
  const isSecure = isTlsServer(server);
  const event = isSecure ? 'secureConnection' : 'connection';
  const parsers = server.listeners(event) as TakeConnection[];
  server.removeAllListeners(event);
  let keptMs = Number.NaN;
  let keptLines = '';

  /** What Node says of a connection that it keeps. */
  function connectionLines(): string {
    if (keptMs !== server.keepAliveTimeout) {
      keptMs = server.keepAliveTimeout;
      keptLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keptMs / 1000)}\r\n`;
    }
    return keptLines;
  }

  server.on(event, (socket: Socket) => {
    // Those of the beginning: they are for the first request.
    const { headersTimeout, timeout } = server;
    /** Who waits until the answers have been handed to the system. */
    const unsent: (() => void)[] = [];
    let answered = 0;
    let unwritten = 0;
    let answeredAt = 0;
    let toldAt = 0;

    const connection: PreflightConnection = {
      address: socket.remoteAddress,
      port: socket.remotePort,
      isSecure,
      bodyBytes: 0,
      send: (reply, at) => {
        answeredAt = at;
        const text = replyHead(reply, at, connectionLines());
        if (text === undefined) return false;
        if (socket.writableCorked === 0) holdWrites(socket);
        if (!write(socket, text, reply.body, onWritten)) return false;
        unwritten++;
        return true;
      },
      onceSent: then => {
        if (unwritten === 0) then();
        else unsent.push(then);
      },
    };

    /** Also called when nobody is there any more. */
    function onWritten(): void {
      unwritten--;
      if (unwritten > 0 || unsent.length === 0) return;
      for (const then of unsent.splice(0)) then();
    }

    function take(bytes: Buffer): void {
      // After `close` of the server its connections end, and answers say so.
      let start = 0;
      if (server.listening) {
        const text = bytes.toString('latin1');
        while (start < text.length && !socket.writableNeedDrain) {
          const request = readSimpleRequest(text, start, limitBytes);
          if (!request || !answer(request.head, request.preflight, connection)) break;
          start = request.end;
          answered++;
        }
      }
      // A client that does not read its answers gets no more of them.
      const mustWait = socket.writableNeedDrain;
      if (mustWait) socket.pause();
      if (start < bytes.length) {
        if (!mustWait) {
          handOver(bytes.subarray(start));
          return;
        }
        socket.unshift(bytes.subarray(start));
      }
      if (socket.timeout !== server.keepAliveTimeout) socket.setTimeout(server.keepAliveTimeout);
      if (connections && answeredAt - toldAt > TOLD_EVERY_MS) {
        toldAt = answeredAt;
        connections.busy(socket);
        connections.idle(socket);
      }
    }

    function handOver(bytes: Buffer): void {
      leave();
      // Whoever ends the connection from now on, in this turn too, does so behind the answers.
      socket.uncork();
      for (const parser of parsers) parser.call(server, socket);
      socket.unshift(bytes);
    }

    function leave(): void {
      socket
        .off('data', take)
        .off('drain', resume)
        .off('end', end)
        .off('error', fail)
        .off('timeout', onTimeout)
        .setTimeout(0);
    }

    const resume = (): void => {
      socket.resume();
    };
    const end = (): void => {
      socket.end();
    };
    const fail = (): void => {
      socket.destroy();
    };
    const onTimeout = (): void => {
      if (answered > 0 || timeout <= headersTimeout) {
        socket.destroy();
        return;
      }
      leave();
      const error: NodeJS.ErrnoException = new Error('nothing has been asked');
      error.code = TIMEOUT_CODE;
      server.emit('clientError', error, socket);
    };
    socket
      .on('data', take)
      .on('drain', resume)
      .on('end', end)
      .on('error', fail)
      .on('timeout', onTimeout)
      .setTimeout(Math.min(headersTimeout, timeout));
  });
}

/** Writes an answer in one piece. False, and nothing is written, for a stream. */
function write(socket: Socket, head: string, body: Reply['body'], written: () => void): boolean {
  if (body === undefined) socket.write(head, 'latin1', written);
  else if (typeof body === 'string' || body instanceof Uint8Array) {
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]), written);
  } else return false;
  return true;
}
