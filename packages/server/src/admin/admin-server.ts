import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { DataApi, Dialect } from '@crossgate/dialects';
import { type PolicyStore, PolicyStoreUnavailableError } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import { type Audit, openAudit, outcomeOf, type Revisions } from '../audit.ts';
import { createBoundedServer, type RequestFault } from '../bounded-server.ts';
import { type ConnectionLimits, openConnections } from '../limits/connections.ts';
import { newMetrics } from '../metrics.ts';
import type { Ask } from '../observed/observed.ts';
import { requestBody } from '../request-body.ts';
import type { Limits, TlsKeys } from '../serve-config.ts';
import { writeReply } from '../write-reply.ts';
import type { Access } from './access/access.ts';
import { addressOf, type Door, type Identity, openDoor, whoIs } from './access/door.ts';
import { isEnough } from './access/role.ts';
import { isFromElsewhere, namesThisMachine } from './access/same-origin.ts';
import { type AdminReply, problem } from './admin-reply.ts';
import type { ConsoleFiles } from './console-files.ts';
import { findRoute, type PlainOperation } from './find-route.ts';

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
  /** Who is let in now. */
  readonly access: () => Access;
  readonly limits: Limits;
  readonly log: Logger;
}

/** One call of the admin API. */
export interface AdminCall extends AdminParts {
  readonly request: IncomingMessage;
  /** Whose it is; undefined for what is there for anyone. */
  readonly identity: Identity | undefined;
  /** What the placeholders of the route stand for, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: (limitBytes: number) => Promise<Uint8Array | 'too-large'>;
  /** Tells the log which revisions a change was about. */
  readonly note: (revisions: Revisions) => void;
  readonly door: Door;
  readonly audit: Audit;
}

/** What all calls have in common. */
interface AdminOffice extends AdminParts {
  readonly door: Door;
  readonly audit: Audit;
}

/** The admin API: JSON in and out, and the web console. */
export function createAdminServer(parts: AdminParts, tls?: TlsKeys): Server {
  const audit = openAudit(parts.log);
  const office: AdminOffice = { ...parts, audit, door: openDoor(parts.access, audit) };
  return createBoundedServer({
    limits: parts.limits,
    tls,
    // Apart from those of the services, so that a flood of either leaves the other alone.
    connections: openConnections(connectionLimitsOf(parts.limits), newMetrics()),
    requestSeconds: adminRequestSeconds(parts.limits),
    answer: (request, response) => {
      answer(office, request)
        .catch((error: unknown) => failed(parts.log, request, error))
        .then(reply => send(request, response, reply))
        .catch(() => response.destroy());
    },
    faultReply: fault => problem(...FAULTS[fault]),
  });
}

/** More than programs and people need who look after a server. */
function connectionLimitsOf({ connections, connectionsPerAddress }: ConnectionLimits): ConnectionLimits {
  return {
    connections: Math.min(connections, 1_000),
    connectionsPerAddress: Math.min(connectionsPerAddress, 250),
  };
}

/** From the first byte of a request to its last: bodies are small here. */
export function adminRequestSeconds({ headersSeconds, idleSeconds }: Limits): number {
  return Math.max(headersSeconds, idleSeconds);
}

const FAULTS: Readonly<Record<RequestFault, [status: number, code: string, message: string]>> = {
  'headers-too-large': [431, 'headers-too-large', 'the head of the request is too large'],
  'request-timeout': [408, 'request-timeout', 'the request did not arrive in time'],
  'request-malformed': [400, 'request-malformed', 'this is not a request of HTTP/1.1'],
};

function failed(log: Logger, request: IncomingMessage, error: unknown): AdminReply {
  log.error(
    { err: error, method: request.method, target: request.url?.split('?', 1)[0] },
    'an admin request failed',
  );
  if (error instanceof PolicyStoreUnavailableError) return problem(503, 'unavailable', error.message);
  return problem(500, 'internal', 'the request failed; the log of the server says why');
}

async function answer(office: AdminOffice, request: IncomingMessage): Promise<AdminReply> {
  // A page can point a name of its own at this address; its requests then name that host. Where there are tokens that
  // gains it nothing: it has no token, and no cookie is for that name.
  if (office.access().kind === 'loopback' && !namesThisMachine(request)) {
    return problem(403, 'host', 'the admin API answers on this machine only: use 127.0.0.1 or localhost');
  }
  if (isFromElsewhere(request)) {
    const { origin = 'another site' } = request.headers;
    return problem(403, 'origin', `pages of ${origin} have no business with the admin API`);
  }
  const [rawPath = '', ...query] = (request.url ?? '').split('?');
  const found = findRoute(rawPath, office.console);
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const operation = found && Object.hasOwn(found.operations, method) ? found.operations[method] : undefined;
  const isForAnyone = operation?.role === 'anyone';
  const identity = isForAnyone ? undefined : office.door.identify(request);
  if (identity && 'refused' in identity) return identity.refused;
  if (!found) return problem(404, 'not-found', `there is nothing at ${rawPath}`);
  if (!operation) {
    const allow = Object.keys(found.operations).join(', ').replace('GET', 'GET, HEAD');
    const reply = problem(405, 'method', `${rawPath} takes ${allow}`);
    return { ...reply, headers: [...reply.headers, ['Allow', allow]] };
  }
  let revisions: Revisions = {};
  const call: AdminCall = {
    ...office,
    request,
    identity,
    path: found.path,
    query: new URLSearchParams(query.join('?')),
    body: limitBytes => requestBody(request).read(limitBytes),
    note: noted => {
      revisions = noted;
    },
  };
  if (operation.change === undefined) return await perform(operation, call);
  const reply = await perform(operation, call).catch((error: unknown) => failed(office.log, request, error));
  office.audit({
    who: identity ? whoIs(identity) : 'nobody',
    address: addressOf(request),
    operation: operation.change,
    method,
    dialect: found.path['dialect']?.slice(0, NAME_LOGGED),
    tenant: found.path['tenant']?.slice(0, NAME_LOGGED),
    ...revisions,
    ...outcomeOf(reply.status),
    code: reply.code,
  });
  return reply;
}

/** Longer ones are no names of tenants. */
const NAME_LOGGED = 256;

async function perform({ role, handle }: PlainOperation, call: AdminCall): Promise<AdminReply> {
  const { identity } = call;
  if (role !== 'anyone' && identity?.kind === 'token' && !isEnough(identity.role, role)) {
    const message = `${identity.name} has the role ${identity.role}, and this takes ${role}`;
    return problem(403, 'role', message);
  }
  return await handle(call);
}

async function send(request: IncomingMessage, response: ServerResponse, reply: AdminReply): Promise<void> {
  await writeReply(request, response, reply);
}
