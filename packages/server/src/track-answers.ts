import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections } from './limits/connections.ts';

/** Which answers of a connection are not complete yet. */
export interface AnswerTracker {
  /**
   * Calls back when the answers before this one are complete, at once when there is none: requests that a client sends
   * without waiting are begun one after the other, and hold nothing until their turn comes.
   */
  readonly inTurn: (response: ServerResponse, begin: () => void) => void;
  /**
   * Calls back, once for a connection, when all requests that it has sent completely are answered: what the parser then
   * stumbled on must not be answered before them, nor in the middle of one. A request that is itself cut short waits
   * for nothing more, unless its answer has begun: then there is no room for another.
   */
  readonly afterComplete: (socket: Socket, then: () => void) => void;
}

/**
 * Requests that wait for their turn on a connection. Each is kilobytes for us and a few bytes for the client: with more of
 * them the connection is ended. No client sends so many before it has an answer.
 */
const MOST_WAITING = 64;

/** Of one connection. */
interface Queue {
  readonly unanswered: Set<ServerResponse>;
  readonly turns: (() => void)[];
  /** Called back once, when all of it is answered. */
  last: (() => void) | undefined;
}

/** @param connections are told which of them owe answers */
export function trackAnswers(connections?: Pick<Connections, 'busy' | 'idle'>): AnswerTracker {
  const queues = new WeakMap<Socket, Queue>();

  function queueOf(socket: Socket): Queue {
    let queue = queues.get(socket);
    if (!queue) {
      queue = { unanswered: new Set(), turns: [], last: undefined };
      queues.set(socket, queue);
    }
    return queue;
  }

  function proceed(socket: Socket, queue: Queue): void {
    const { last } = queue;
    if (!last) return;
    const responses = [...queue.unanswered];
    if (responses.some(({ req }) => req.complete)) return;
    queue.last = undefined;
    if (socket.writable && !responses.some(({ headersSent }) => headersSent)) last();
  }

  return {
    inTurn(response, begin) {
      const { socket } = response.req;
      // What is still parsed of a connection that has been ended.
      if (socket.destroyed) return;
      const queue = queueOf(socket);
      const { unanswered, turns } = queue;
      const isFirst = unanswered.size === 0;
      unanswered.add(response);
      // It is emitted once.
      response.on('close', () => {
        unanswered.delete(response);
        if (unanswered.size === 0) connections?.idle(socket);
        proceed(socket, queue);
        const next = turns.shift();
        if (socket.writable) next?.();
      });
      if (isFirst) {
        connections?.busy(socket);
        begin();
      } else if (turns.push(begin) > MOST_WAITING) socket.destroy();
    },
    afterComplete(socket, then) {
      const queue = queueOf(socket);
      queue.last = then;
      proceed(socket, queue);
    },
  };
}
