// The peer of the benchmark: what a proxy costs at least with undici. It dispatches straight into the response, holds the
// upstream while the client does not read, and takes out the headers of the connection and those of CORS, as it must.
import { createServer } from 'node:http';
import { Pool } from 'undici';

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

const pool = new Pool(process.argv[2]);

createServer((request, response) => {
  const headers = [];
  const sent = request.rawHeaders;
  for (let i = 0; i < sent.length; i += 2) {
    if (!NOT_PASSED_ON.has(sent[i].toLowerCase())) headers.push(sent[i], sent[i + 1]);
  }
  let upstream;
  response.on('close', () => {
    if (!response.writableFinished) upstream?.abort(new Error('the client is gone'));
  });
  const { method, url: path } = request;
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  pool.dispatch(
    { method, path, headers, body: hasBody ? request : null },
    {
      onRequestStart(controller) {
        upstream = controller;
      },
      onResponseStart(controller, status, _headers, reason) {
        const raw = controller.rawHeaders;
        const passed = [];
        for (let i = 0; i < raw.length; i += 2) {
          const name = raw[i].toString('latin1');
          const key = name.toLowerCase();
          if (NOT_PASSED_ON.has(key) || key.startsWith('access-control-')) continue;
          passed.push(name, raw[i + 1].toString('latin1'));
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
    },
  );
}).listen(0, '127.0.0.1', function () {
  process.send(this.address().port);
});
process.on('disconnect', () => process.exit());
