// An upstream: objects of the length that their names tell, every byte of them known. What is put has to be so, too.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellReady } from '../harness/child.ts';
import { isPattern, PATTERN } from './sizes.ts';

const CHUNK = PATTERN.subarray(0, 64 * 1024);

function get(size: number, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
    ETag: '"00000000000000000000000000000000"',
    'Last-Modified': 'Fri, 20 Nov 2026 10:00:00 GMT',
    'Accept-Ranges': 'bytes',
    'x-cos-request-id': 'NWVjMTQ4NGJfNjhkMjM1MmFfMTU4M18xMTBj',
    Server: 'upstream',
  });
  let left = size;
  const fill = (): void => {
    while (left > 0) {
      const part = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
      left -= part.length;
      if (!response.write(part) && left > 0) {
        response.once('drain', fill);
        return;
      }
    }
    response.end();
  };
  if (size <= CHUNK.length) response.end(CHUNK.subarray(0, size));
  else fill();
}

function put(size: number, request: IncomingMessage, response: ServerResponse): void {
  let received = 0;
  let isRight = true;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    isRight &&= isPattern(chunk);
  });
  request.on('end', () => {
    const status = isRight && received === size ? 200 : 400;
    response.writeHead(status, { ETag: '"00000000000000000000000000000000"', 'Content-Length': 0 }).end();
  });
}

const server = createServer((request, response) => {
  const size = Number(/[0-9]+$/.exec(request.url ?? '')?.[0]);
  if (request.method === 'PUT') put(size, request, response);
  else get(size, response);
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  tellReady({ main: (server.address() as AddressInfo).port });
});
