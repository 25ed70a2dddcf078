// The floor: what a proxy costs at least with undici. It dispatches straight into the response, holds either side while
// the other does not read, and takes out the headers of the connection and those of CORS, as it must.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import { moduleInput, tellReady } from '../harness/child.ts';

const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const pool = new Pool(moduleInput<string>());

const server = createServer((request, response) => {
  const headers: string[] = [];
  const sent = request.rawHeaders;
  for (let i = 0; i < sent.length; i += 2) {
    const name = sent[i] ?? '';
    if (!NOT_PASSED_ON.has(name.toLowerCase())) headers.push(name, sent[i + 1] ?? '');
  }
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const options: Dispatcher.DispatchOptions = {
    method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
    path: request.url ?? '/',
    headers,
    body: hasBody ? request : null,
  };
  pool.dispatch(options, passOn(response));
});

function passOn(response: ServerResponse): Dispatcher.DispatchHandler {
  let upstream: Dispatcher.DispatchController | undefined;
  response.on('close', () => {
    if (!response.writableFinished) upstream?.abort(new Error('the client is gone'));
  });
  return {
    onRequestStart(controller) {
      upstream = controller;
    },
    onResponseStart(controller, status, _headers, reason) {
      const raw = controller.rawHeaders as readonly Buffer[];
      const passed: string[] = [];
      for (let i = 0; i < raw.length; i += 2) {
        const name = raw[i]?.toString('latin1') ?? '';
        const key = name.toLowerCase();
        if (NOT_PASSED_ON.has(key) || key.startsWith('access-control-')) continue;
        passed.push(name, raw[i + 1]?.toString('latin1') ?? '');
      }
      response.writeHead(status, reason, passed);
    },
    onResponseData(controller, chunk) {
      if (response.write(chunk)) return;
      controller.pause();
      response.once('drain', () => controller.resume());
    },
    onResponseEnd() {
      response.end();
    },
    onResponseError() {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    },
  };
}

server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  tellReady({ main: (server.address() as AddressInfo).port });
});
