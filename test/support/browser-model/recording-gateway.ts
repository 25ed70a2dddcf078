import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FetchResponse, HeaderList } from '@crossgate/core';
import { splitAddress } from '../cos-http.ts';

/** A request as it was received, and its answer as it was sent on. */
export interface RecordedExchange {
  readonly method: string;
  readonly headers: HeaderList;
  readonly response: FetchResponse;
}

/** Stands before a server, passes requests to it as they are, and remembers them. */
export interface RecordingGateway {
  readonly port: number;
  /** What came with the query `?case=ID`, in order. */
  readonly exchangesOf: (caseId: string) => readonly RecordedExchange[];
  readonly stop: () => Promise<void>;
}

/** Headers of one connection, which are none of the answer's. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive']);

/**
 * @param upstream `host:port` of the server behind it
 * @param pages Answers what is the gateway's own, under `/-/`
 */
export async function openRecordingGateway(
  upstream: string,
  pages?: RequestListener,
): Promise<RecordingGateway> {
  const recorded = new Map<string, RecordedExchange[]>();
  const record = (request: IncomingMessage, response: FetchResponse): void => {
    const caseId = new URL(request.url ?? '', 'http://gateway').searchParams.get('case') ?? '';
    const exchange = {
      method: request.method ?? '',
      headers: pairs(request.rawHeaders),
      response,
    };
    recorded.set(caseId, [...(recorded.get(caseId) ?? []), exchange]);
  };
  const server = createServer((request, response) => {
    if (pages && request.url?.startsWith('/-/')) pages(request, response);
    else passOn(upstream, request, response, record).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    exchangesOf: caseId => recorded.get(caseId) ?? [],
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function passOn(
  upstream: string,
  request: IncomingMessage,
  response: ServerResponse,
  record: (request: IncomingMessage, response: FetchResponse) => void,
): Promise<void> {
  const [hostname, port] = splitAddress(upstream);
  const { method, url: path, rawHeaders } = request;
  const outgoing = httpRequest({ hostname, port, method, path, headers: rawHeaders, setHost: false });
  request.pipe(outgoing);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const headers = pairs(incoming.rawHeaders).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
  const status = incoming.statusCode ?? 0;
  record(request, { status, headers });
  response.sendDate = false;
  response.removeHeader('Connection');
  response.writeHead(status, headers.flat());
  incoming.pipe(response);
}

function pairs(flat: readonly string[]): HeaderList {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));
}
