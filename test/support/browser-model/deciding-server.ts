import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CompiledPolicy,
  decideActual,
  decidePreflight,
  type FetchResponse,
  type HeaderList,
} from '@crossgate/core';

/** A server of a test, on the loopback address. */
export interface TestServer {
  /** `host:port` */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

export async function startTestServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What an API answers that has an answer to anything: headers of its own, of each kind that browsers know. */
const OWN_HEADERS: HeaderList = [
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/json'],
  ['ETag', 'W/"1"'],
  ['x-ms-request-id', '1'],
  ['x-ms-version', '2026-01-01'],
  ['Set-Cookie', 'a=b'],
  ['Content-Length', '2'],
  ['Date', 'Fri, 20 Nov 2026 10:00:00 GMT'],
];

/** Services that have no listener: decides by the policy that is the first segment of the path, by its index. */
export function startDecidingServer(policies: readonly CompiledPolicy[]): Promise<TestServer> {
  return startTestServer((request, response) => {
    const policy = policies[Number(request.url?.split('/')[1])];
    if (policy) sendAnswer(response, request.method === 'HEAD' ? '' : '{}', answer(policy, request));
    else response.writeHead(404).end();
  });
}

function answer(policy: CompiledPolicy, { method = '', headers }: IncomingMessage): FetchResponse {
  const { origin } = headers;
  if (method === 'OPTIONS') {
    const decision = decidePreflight(policy, {
      origin,
      requestMethod: headers['access-control-request-method'],
      requestHeaders: headers['access-control-request-headers'],
    });
    if (decision.kind !== 'not-a-preflight') {
      return { status: decision.status, headers: [...OWN_HEADERS, ...decision.headers] };
    }
  }
  const responseHeaderNames = OWN_HEADERS.map(([name]) => name);
  const decision = decideActual(policy, { origin, method, responseHeaderNames });
  const status = method === 'OPTIONS' ? 405 : 200;
  return { status, headers: [...OWN_HEADERS, ...decision.headers] };
}

/** Sends an answer with the headers that it has, and no others but those of the connection. */
export function sendAnswer(response: ServerResponse, body: string, { status, headers }: FetchResponse): void {
  response.sendDate = false;
  response.writeHead(status, headers.flat()).end(body);
}
