import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Which answers of a connection are not complete yet. */
export interface AnswerTracker {
  readonly add: (response: ServerResponse) => void;
  /**
   * Calls back, once for a connection, when all requests that it has sent completely are answered: what the parser then
   * stumbled on must not be answered before them, nor in the middle of one. A request that is itself cut short waits
   * for nothing more, unless its answer has begun: then there is no room for another.
   */
  readonly afterComplete: (socket: Socket, then: () => void) => void;
}

export function trackAnswers(): AnswerTracker {
  const unanswered = new WeakMap<Socket, Set<ServerResponse>>();
  const waiting = new WeakMap<Socket, () => void>();

  function proceed(socket: Socket): void {
    const then = waiting.get(socket);
    const responses = [...(unanswered.get(socket) ?? [])];
    if (!then || responses.some(({ req }) => req.complete)) return;
    waiting.delete(socket);
    if (socket.writable && !responses.some(({ headersSent }) => headersSent)) then();
  }

  return {
    add(response) {
      const { socket } = response.req;
      const responses = unanswered.get(socket) ?? new Set();
      unanswered.set(socket, responses.add(response));
      response.once('close', () => {
        responses.delete(response);
        proceed(socket);
      });
    },
    afterComplete(socket, then) {
      waiting.set(socket, then);
      proceed(socket);
    },
  };
}
