// The floor of writes over HTTP: bare node:http, which puts what it is sent into LMDB under the name of the host, and then
// sends the bytes that Crossgate sends.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { moduleInput, type Running, startModule, tellReady } from '../harness/child.ts';
import type { RawAnswer } from '../harness/raw-answer.ts';
import { sameAnswer } from '../servers/same-answer.ts';
import { openRawDatabase, putDurably } from './raw-stores.ts';

interface Input {
  readonly directory: string;
  readonly answer: RawAnswer;
}

export function startRawLmdbBehindHttp(input: Input): Promise<Running> {
  return startModule(new URL('raw-http-server.js', import.meta.url), input);
}

function main({ directory, answer }: Input): void {
  const database = openRawDatabase(directory);
  const { options, send } = sameAnswer(answer);
  const put = async (request: IncomingMessage): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    await putDurably(database, request.headers.host ?? '', Buffer.concat(chunks));
  };
  const server = createServer(options, (request, response) => {
    put(request).then(
      () => send(response),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    tellReady({ main: (server.address() as AddressInfo).port }, () => database.close());
  });
}

if (import.meta.filename === process.argv[1]) main(moduleInput());
