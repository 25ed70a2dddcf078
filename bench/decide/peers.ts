// The peers, called as their frameworks call them: a function with a request and no more of a response than it uses.
import fastifyCors from '@fastify/cors';
import cors from 'cors';
import { cors as honoCors } from 'hono/cors';
import {
  type Answered,
  ASKED_METHOD,
  type Asked,
  EXPOSED,
  HEADERS,
  MAX_AGE_SECONDS,
  METHODS,
  type Side,
} from './allowed.ts';

/** A policy as the peers take it: texts, and expressions for those with a `*`. */
export type PeerOrigins = readonly (string | RegExp)[];

export function peerOrigins(origins: readonly string[]): PeerOrigins {
  return origins.map(origin => (origin.includes('*') ? asRegExp(origin) : origin));
}

function asRegExp(origin: string): RegExp {
  const parts = origin.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The headers of a request, as Node has them. */
function headersOf({ kind, origin, headers }: Asked): Readonly<Record<string, string>> {
  return kind === 'actual'
    ? { origin }
    : {
        origin,
        'access-control-request-method': ASKED_METHOD,
        'access-control-request-headers': headers,
      };
}

function methodOf({ kind }: Asked): string {
  return kind === 'preflight' ? 'OPTIONS' : ASKED_METHOD;
}

/** As cheap as can be. */
class Response {
  readonly headers: Map<string, string> = new Map();
  statusCode = 0;
  setHeader(name: string, value: string): void {
    this.headers.set(name.toLowerCase(), value);
  }
  getHeader(name: string): string | undefined {
    return this.headers.get(name.toLowerCase());
  }
  end(): void {}
}

const done = (): void => {};

export function corsSide(origins: PeerOrigins, asked: readonly Asked[]): Side {
  const handle = cors({
    origin: [...origins],
    methods: [...METHODS],
    allowedHeaders: [...HEADERS],
    exposedHeaders: [...EXPOSED],
    maxAge: MAX_AGE_SECONDS,
    credentials: true,
  });
  const requests = asked.map(each => ({ method: methodOf(each), headers: headersOf(each) }));
  let next = 0;
  return {
    name: 'cors',
    call: () => {
      const response = new Response();
      handle(requests[next++ % requests.length] as (typeof requests)[0], response, done);
      return response;
    },
    read: response => (response as Response).headers,
  };
}

/** What the hook of `@fastify/cors` uses of a reply. */
class Reply {
  readonly headers: Map<string, string> = new Map();
  header(name: string, value: string): this {
    this.headers.set(name.toLowerCase(), value);
    return this;
  }
  getHeader(name: string): string | undefined {
    return this.headers.get(name.toLowerCase());
  }
  code(): this {
    return this;
  }
  send(): this {
    return this;
  }
}

type FastifyHook = (request: unknown, reply: Reply, done: () => void) => void;

export function fastifySide(origins: PeerOrigins, asked: readonly Asked[]): Side {
  const hooks: FastifyHook[] = [];
  const instance = {
    decorateRequest: done,
    addHook: (_name: string, hook: FastifyHook) => hooks.push(hook),
    options: done,
  };
  const register = fastifyCors as unknown as (instance: unknown, options: unknown, done: () => void) => void;
  register(
    instance,
    {
      origin: [...origins],
      methods: [...METHODS],
      allowedHeaders: [...HEADERS],
      exposedHeaders: [...EXPOSED],
      maxAge: MAX_AGE_SECONDS,
      credentials: true,
    },
    done,
  );
  const [hook] = hooks;
  if (!hook) throw new Error('@fastify/cors has added no hook');
  const requests = asked.map(each => ({
    headers: headersOf(each),
    raw: { method: methodOf(each) },
    routeOptions: { config: {} },
    corsPreflightEnabled: false,
  }));
  let next = 0;
  return {
    name: '@fastify/cors',
    call: () => {
      const reply = new Reply();
      hook(requests[next++ % requests.length], reply, done);
      return reply;
    },
    read: reply => (reply as Reply).headers,
  };
}

/** Asynchronous as it is made; it writes into a web standard's `Headers`, as it has to. */
export function honoSide(origins: PeerOrigins, asked: readonly Asked[]): Side {
  const texts = origins.flatMap(origin => (typeof origin === 'string' ? origin : []));
  const expressions = origins.flatMap(origin => (typeof origin === 'string' ? [] : origin));
  const handle = honoCors({
    // It takes no expressions; a function is what its documentation has for them.
    origin:
      expressions.length === 0
        ? texts
        : origin => (expressions.some(expression => expression.test(origin)) ? origin : null),
    allowMethods: [...METHODS],
    allowHeaders: [...HEADERS],
    exposeHeaders: [...EXPOSED],
    maxAge: MAX_AGE_SECONDS,
    credentials: true,
  });
  const requests = asked.map(each => {
    const headers = headersOf(each);
    return { method: methodOf(each), header: (name: string) => headers[name.toLowerCase()] };
  });
  const next = async (): Promise<void> => {};
  let at = 0;
  return {
    name: 'hono/cors',
    call: async () => {
      const headers = new Headers();
      const context = {
        req: requests[at++ % requests.length],
        res: { headers },
        header: (name: string, value: string) => headers.append(name, value),
      };
      await handle(context as never, next);
      return headers;
    },
    read: headers => new Map(headers as Headers) as Answered,
  };
}
