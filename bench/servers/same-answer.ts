import type { ServerOptions, ServerResponse } from 'node:http';
import type { RawAnswer } from '../harness/raw-answer.ts';

/** What Node writes by itself. */
const BY_NODE = new Set(['date', 'connection', 'keep-alive']);

/** How a floor of `node:http` sends the bytes that another server has sent. */
export interface SameAnswer {
  readonly options: ServerOptions;
  readonly send: (response: ServerResponse) => void;
}

export function sameAnswer({ status, reason, headers, body }: RawAnswer): SameAnswer {
  const lines = headers.filter(([name]) => !BY_NODE.has(name.toLowerCase())).flat();
  const keepAlive = headers.find(([name]) => name.toLowerCase() === 'keep-alive')?.[1];
  const seconds = Number(/timeout=(\d+)/.exec(keepAlive ?? '')?.[1] ?? 0);
  return {
    options: { keepAliveTimeout: seconds * 1000 },
    send(response) {
      response.writeHead(status, reason, lines).end(body);
    },
  };
}
