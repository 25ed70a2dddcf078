import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** The browser builds of the SDKs, by package. */
const SDKS = {
  'cos-js-sdk-v5': 'dist/cos-js-sdk-v5.min.js',
  'qingstor-sdk': 'dist/qingstor-sdk.min.js',
} as const;

/** A web site with one page, which has loaded a browser SDK. */
export interface PageServer {
  /** As a browser sends it in `Origin`. */
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** Each is an origin of its own, by its port. */
export async function startPageServer(sdk: keyof typeof SDKS = 'cos-js-sdk-v5'): Promise<PageServer> {
  const manifest = createRequire(import.meta.url).resolve(`${sdk}/package.json`);
  const script = readFileSync(join(dirname(manifest), SDKS[sdk]));
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
