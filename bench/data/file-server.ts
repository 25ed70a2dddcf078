// The floor of the embedded store: a plain file server, which puts what it is sent on disk before it answers.
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { moduleInput, tellReady } from '../harness/child.ts';

const directory = moduleInput<string>();
let writes = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = join(directory, (request.url ?? '').replaceAll('/', '_'));
  if (request.method === 'PUT') {
    writes += 1;
    const aside = `${file}.${writes}`;
    await pipeline(request, createWriteStream(aside, { flush: true }));
    await rename(aside, file);
    response.writeHead(200, { 'Content-Length': 0 }).end();
    return;
  }
  const { size } = await stat(file);
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
  await pipeline(createReadStream(file), response);
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => {
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  });
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  tellReady({ main: (server.address() as AddressInfo).port });
});
