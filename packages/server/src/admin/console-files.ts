import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ResponseHeader } from '@crossgate/core';
import { type AdminReply, problem } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { serviceOrigin } from './services-resource.ts';

/** The web console as it was built, in memory: what is not in it cannot be asked for. */
export interface ConsoleFiles {
  readonly has: (path: string) => boolean;
  /**
   * The answer for a path of the console; undefined when it has no such file.
   *
   * @param services origins of the listeners: the console sends a request for real, where somebody wants to see it
   */
  readonly find: (
    path: string,
    acceptEncoding: string | undefined,
    services: readonly string[],
  ) => AdminReply | undefined;
}

/** Where `scripts/build-console.mjs` puts it, seen from the sources and from what is built of them. */
const DIRECTORY = fileURLToPath(new URL('../../console', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const NOT_BUILT =
  '<!doctype html><html lang="en"><title>Crossgate</title><p>The console is not built: npm run build. The admin API answers.</p></html>\n';

export function openConsoleFiles(directory: string = DIRECTORY): ConsoleFiles {
  const files = new Map(readFiles(directory).map(([path, body]) => [path, openFile(path, body)]));
  const index = files.get('/index.html') ?? openFile('/index.html', Buffer.from(NOT_BUILT));
  files.set('/', index);
  return {
    has: path => files.has(path),
    find: (path, acceptEncoding, services) => files.get(path)?.(acceptEncoding, services),
  };
}

/** `GET` of a file of the console. */
export function showConsole({ console: files, request, listeners }: AdminCall, path: string): AdminReply {
  const { 'accept-encoding': accepted, host } = request.headers;
  const services = listeners.map(({ origin }) => serviceOrigin(origin, host));
  return (
    files.find(path, String(accepted ?? ''), services) ??
    problem(404, 'not-found', 'the console has no such file')
  );
}

/** Every file by its path in URLs; none where nothing was built. */
function readFiles(directory: string): readonly (readonly [path: string, body: Buffer])[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
      .map(entry => join(entry.parentPath, entry.name))
      .map(file => [file.slice(directory.length).replaceAll('\\', '/'), readFileSync(file)]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

type Answer = (acceptEncoding: string | undefined, services: readonly string[]) => AdminReply;

function openFile(path: string, plain: Buffer): Answer {
  const gzipped = gzipSync(plain, { level: 9 });
  const isDocument = path.endsWith('.html');
  const headers: readonly ResponseHeader[] = [
    ['Content-Type', TYPES[extname(path)] ?? 'application/octet-stream'],
    // Names of all but the document have a hash of what is in them.
    ['Cache-Control', isDocument ? 'no-cache' : 'public, max-age=31536000, immutable'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Vary', 'Accept-Encoding'],
  ];
  return (acceptEncoding, services) => {
    const compress = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(acceptEncoding ?? '');
    const body = compress ? gzipped : plain;
    return {
      status: 200,
      headers: [
        ...headers,
        ...(isDocument ? documentHeaders(services) : []),
        ['Content-Length', String(body.byteLength)],
        ...(compress ? [['Content-Encoding', 'gzip'] as const] : []),
      ],
      body,
    };
  };
}

/** Nothing from other hosts, nothing inline, in nobody's frame. */
function documentHeaders(services: readonly string[]): readonly ResponseHeader[] {
  const policy = [
    "default-src 'self'",
    ['connect-src', "'self'", ...services].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ];
  return [
    ['Content-Security-Policy', policy.join('; ')],
    ['Referrer-Policy', 'no-referrer'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
  ];
}
