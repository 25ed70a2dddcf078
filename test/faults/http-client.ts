import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { splitAddress } from '../support/cos-http.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request. Rejects when there is no whole answer in time. */
export type Client = (address: string, call: Call) => Promise<Answer>;

/** A client that keeps its connections, or makes a new one for each request, which any worker may then answer. */
export function openClient(options: {
  readonly keepsConnections: boolean;
  readonly timeoutMilliseconds: number;
}): {
  readonly send: Client;
  readonly close: () => void;
} {
  const { keepsConnections, timeoutMilliseconds } = options;
  const agent = new Agent({ keepAlive: keepsConnections });
  return {
    send: (address, { method, path, headers = {}, body }) => {
      const [hostname, port] = splitAddress(address);
      return new Promise((resolve, reject) => {
        const outgoing = request({ hostname, port, method, path, headers, agent }, incoming => {
          let text = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.on('error', fail);
          incoming.on('end', () => {
            clearTimeout(timer);
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
          });
        });
        function fail(error: Error): void {
          clearTimeout(timer);
          reject(error);
        }
        const timer = setTimeout(
          () => outgoing.destroy(new Error(`no answer for ${timeoutMilliseconds} ms`)),
          timeoutMilliseconds,
        );
        outgoing.on('error', fail);
        outgoing.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
