import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The token that the upstream takes, for every account. */
export const BOOMI_TOKEN = {
  user: 'BOOMI_TOKEN.local@crossgate.test',
  token: 'crossgate-local-secret',
} as const;

export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export interface ReceivedRequest {
  readonly method: string;
  /** As it came. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An API like Boomi's, with runtimes that can be read, queried and deleted. It knows nothing of CORS. */
export interface BoomiUpstream {
  readonly url: string;
  readonly host: string;
  readonly received: readonly ReceivedRequest[];
  /** What it answers to everything, until it is undefined again. */
  failWith: number | undefined;
  readonly stop: () => Promise<void>;
}

const TARGET = /^(?:\/partner)?\/api\/rest\/v1\/([^/?]+)\/Atom\/([^/?]+)(?:\?.*)?$/;

export async function startBoomiUpstream(): Promise<BoomiUpstream> {
  const received: ReceivedRequest[] = [];
  /** By account and id; those that were deleted. */
  const deleted = new Set<string>();
  const expected = basicAuthorization(BOOMI_TOKEN.user, BOOMI_TOKEN.token);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = request;
    received.push({ method, target, headers, body: await text(request) });
    const refuse = (status: number, message: string): void =>
      send(response, status, { '@type': 'Error', message });
    const [, account, id] = TARGET.exec(target) ?? [];
    if (upstream.failWith !== undefined) refuse(upstream.failWith, 'as it was told');
    else if (headers.authorization !== expected) refuse(401, 'unknown to the upstream');
    else if (account === undefined || id === undefined) refuse(404, 'no such operation');
    else if (method === 'POST' && id === 'query') {
      send(response, 200, { '@type': 'QueryResult', numberOfResults: 1, result: [atom('1')] });
    } else if (deleted.has(`${account}/${id}`)) refuse(404, 'no such runtime');
    else if (method === 'GET') send(response, 200, atom(id));
    else if (method === 'DELETE') {
      deleted.add(`${account}/${id}`);
      response.writeHead(200, { 'Content-Length': '0' }).end();
    } else refuse(405, 'no such method');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstream: BoomiUpstream = {
    url: `http://${host}`,
    host,
    received,
    failWith: undefined,
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return upstream;
}

function atom(id: string): object {
  return { '@type': 'Atom', id, name: 'My Local Atom', status: 'OFFLINE', type: 'ATOM' };
}

function send(response: ServerResponse, status: number, document: object): void {
  const body = JSON.stringify(document);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}
