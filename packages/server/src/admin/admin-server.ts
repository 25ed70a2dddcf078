import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { DataApi, Dialect } from '@crossgate/dialects';
import { type PolicyStore, PolicyStoreUnavailableError } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import type { Ask } from '../observed/observed.ts';
import { requestBody } from '../request-body.ts';
import type { TlsKeys } from '../serve-config.ts';
import { createWebServer } from '../web-server.ts';
import { writeReply } from '../write-reply.ts';
import { type AdminReply, problem } from './admin-reply.ts';
import { type ConsoleFiles, showConsole } from './console-files.ts';
import { BODY_LIMIT_BYTES } from './read-body.ts';
import { type Operation, ROUTES } from './routes.ts';

export interface AdminParts {
  readonly policies: PolicyStore;
  readonly dataApis: ReadonlyMap<string, DataApi>;
  /** All of them, as this server reads them. */
  readonly dialects: readonly Dialect[];
  /** What is listened on, by service. */
  readonly listeners: readonly { readonly dialect: string; readonly origin: string }[];
  readonly console: ConsoleFiles;
  /** Asks the processes that serve. */
  readonly ask: Ask;
  /** The Prometheus exposition of all processes. */
  readonly metrics: () => Promise<string>;
  /** Whether every listener takes requests, and policies can be read. */
  readonly ready: () => boolean;
  readonly log: Logger;
}

/** One call of the admin API. */
export interface AdminCall extends AdminParts {
  /** What the placeholders of the route stand for, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: () => Promise<Uint8Array | 'too-large'>;
}

/** The admin API, for people on this machine: JSON in and out, and the web console. */
export function createAdminServer(parts: AdminParts, tls?: TlsKeys): Server {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(parts, request)
      .catch((error: unknown) => {
        parts.log.error(
          { err: error, method: request.method, target: request.url?.split('?', 1)[0] },
          'an admin request failed',
        );
        if (error instanceof PolicyStoreUnavailableError) return problem(503, 'unavailable', error.message);
        return problem(500, 'internal', 'the request failed; the log of the server says why');
      })
      .then(reply => send(request, response, reply))
      .catch(() => response.destroy());
  };
  return createWebServer({}, handle, tls);
}

async function answer(parts: AdminParts, request: IncomingMessage): Promise<AdminReply> {
  if (!isLoopbackHost(request.headers.host)) {
    // A page can point a name of its own at this address; its requests then name that host.
    return problem(403, 'host', 'the admin API answers on this machine only: use 127.0.0.1 or localhost');
  }
  const { origin } = request.headers;
  const scheme = (request.socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
  if (origin !== undefined && origin !== `${scheme}://${request.headers.host}`) {
    return problem(403, 'origin', `pages of ${origin} have no business with the admin API`);
  }
  const [rawPath = '', ...query] = (request.url ?? '').split('?');
  const found = findRoute(rawPath) ?? consoleRoute(parts.console, rawPath);
  if (!found) return problem(404, 'not-found', `there is nothing at ${rawPath}`);
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const operation = Object.hasOwn(found.operations, method) ? found.operations[method] : undefined;
  if (!operation) {
    const allow = Object.keys(found.operations).join(', ').replace('GET', 'GET, HEAD');
    const reply = problem(405, 'method', `${rawPath} takes ${allow}`);
    return { ...reply, headers: [...reply.headers, ['Allow', allow]] };
  }
  return await operation.handle({
    ...parts,
    path: found.path,
    query: new URLSearchParams(query.join('?')),
    headers: request.headers,
    body: () => requestBody(request).read(BODY_LIMIT_BYTES),
  });
}

interface Route {
  readonly operations: Readonly<Record<string, Pick<Operation, 'handle'>>>;
  readonly path: Record<string, string>;
}

function findRoute(rawPath: string): Route | undefined {
  const segments = rawPath.split('/');
  for (const [template, operations] of Object.entries(ROUTES)) {
    const path = match(template.split('/'), segments);
    if (path) return { operations, path };
  }
  return undefined;
}

/** What pages of the console load has names that change with every build: it is no part of the API. */
function consoleRoute(files: ConsoleFiles, rawPath: string): Route | undefined {
  if (!files.find(rawPath, undefined)) return undefined;
  return { operations: { GET: { handle: call => showConsole(call, rawPath) } }, path: {} };
}

function match(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [i, step] of template.entries()) {
    const segment = segments[i] ?? '';
    if (!step.startsWith('{')) {
      if (step !== segment) return undefined;
      continue;
    }
    try {
      path[step.slice(1, -1)] = decodeURIComponent(segment);
    } catch {
      return undefined;
    }
  }
  return path;
}

function isLoopbackHost(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host ?? '');
}

async function send(request: IncomingMessage, response: ServerResponse, reply: AdminReply): Promise<void> {
  await writeReply(request, response, reply);
}
