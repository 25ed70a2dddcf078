import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

const SDK = join(dirname(createRequire(import.meta.url).resolve('cos-js-sdk-v5')), 'cos-js-sdk-v5.min.js');

/** A web site with one page, which has loaded the browser SDK of COS. */
export interface PageServer {
  /** As a browser sends it in `Origin`. */
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** Each is an origin of its own, by its port. */
export async function startPageServer(): Promise<PageServer> {
  const script = readFileSync(SDK);
  const server = createServer((request, response) => {
    if (request.url === '/sdk.js') {
      response.setHeader('Content-Type', 'text/javascript; charset=utf-8').end(script);
    } else {
      response
        .setHeader('Content-Type', 'text/html; charset=utf-8')
        .end('<!doctype html><script src="/sdk.js"></script>');
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
