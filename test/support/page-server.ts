import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { build } from 'vite';

/** The browser builds of the SDKs, by package: a file of it, or a global name under which it is bundled here. */
const SDKS = {
  'cos-js-sdk-v5': { file: 'dist/cos-js-sdk-v5.min.js' },
  'qingstor-sdk': { file: 'dist/qingstor-sdk.min.js' },
  '@azure/data-tables': { global: 'AzureTables' },
} as const;

async function scriptOf(sdk: keyof typeof SDKS): Promise<string | Uint8Array> {
  const source = SDKS[sdk];
  return 'file' in source
    ? readFileSync(join(packageDirectory(sdk), source.file))
    : bundle(sdk, source.global);
}

function packageDirectory(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

/** The browser build of a package as one script, as the bundler of a web application makes it. */
async function bundle(name: string, global: string): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    root: packageDirectory(name),
    build: {
      write: false,
      lib: { entry: join(packageDirectory(name), 'dist/browser/index.js'), name: global, formats: ['iife'] },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  if (!first || !('output' in first)) throw new Error(`${name} was not bundled`);
  return first.output[0].code;
}

/** A web site with one page, which has loaded a browser SDK. */
export interface PageServer {
  /** As a browser sends it in `Origin`. */
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** Each is an origin of its own, by its port. */
export async function startPageServer(sdk: keyof typeof SDKS = 'cos-js-sdk-v5'): Promise<PageServer> {
  const script = await scriptOf(sdk);
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
