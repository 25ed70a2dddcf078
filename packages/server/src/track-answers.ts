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

/** @param connections are told which of them owe answers */
export function trackAnswers(connections?: Pick<Connections, 'busy' | 'idle'>): AnswerTracker {
  const unanswered = new WeakMap<Socket, Set<ServerResponse>>();
  const waiting = new WeakMap<Socket, () => void>();
  const turns = new WeakMap<Socket, (() => void)[]>();

  function proceed(socket: Socket): void {
    const then = waiting.get(socket);
    if (!then) return;
    const responses = [...(unanswered.get(socket) ?? [])];
    if (responses.some(({ req }) => req.complete)) return;
    waiting.delete(socket);
    if (socket.writable && !responses.some(({ headersSent }) => headersSent)) then();
  }

  return {
    inTurn(response, begin) {
      const { socket } = response.req;
      // What is still parsed of a connection that has been ended.
      if (socket.destroyed) return;
      const responses = unanswered.get(socket) ?? new Set();
      const isFirst = responses.size === 0;
      unanswered.set(socket, responses.add(response));
      response.once('close', () => {
        responses.delete(response);
        if (responses.size === 0) connections?.idle(socket);
        proceed(socket);
        const next = turns.get(socket)?.shift();
        if (socket.writable) next?.();
      });
      if (isFirst) {
        connections?.busy(socket);
        begin();
      } else {
        const queue = turns.get(socket) ?? [];
        turns.set(socket, queue);
        if (queue.push(begin) > MOST_WAITING) socket.destroy();
      }
    },
    afterComplete(socket, then) {
      waiting.set(socket, then);
      proceed(socket);
    },
  };
}
