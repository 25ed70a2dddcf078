import { Agent, type Dispatcher } from 'undici';
import { readLines } from '../read-lines.ts';
import { endpointOrigin } from './endpoint.ts';
import { EtcdError, etcdError } from './etcd-error.ts';
import { type Asking, firstAnswer } from './first-answer.ts';
import { pause, withTimeLimit } from './time-limit.ts';

/** How to reach a cluster. */
export interface EtcdConnection {
  /** `http(s)://host[:port]` of one or more members; the port is 2379 unless it is given. */
  readonly endpoints: readonly string[];
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM texts, for `https` endpoints. */
  readonly tls?: {
    /** Certificates of authorities to trust instead of the well-known ones. */
    readonly ca?: string;
    /** What this process shows, where the cluster asks for a certificate. */
    readonly certificate?: string;
    readonly privateKey?: string;
  };
  /** How long one member may take to answer one request. Default 2,000 ms. */
  readonly requestTimeoutMilliseconds?: number;
}

/**
 * A client of etcd's JSON gateway (`/v3/…`, etcd 3.4 and later). It goes on to the next endpoint when one does not answer,
 * and stays with one that does.
 */
export interface EtcdClient {
  /**
   * Sends a request until it is answered or `signal` is aborted: over the endpoints in turn, with pauses that grow from
   * round to round. It is given up before when no endpoint takes a connection, for then it has reached nobody. It may reach
   * etcd more than once: only for what has the same effect then.
   *
   * @throws EtcdError; the last one, when it is given up
   */
  readonly call: (path: string, body: object, signal: AbortSignal) => Promise<unknown>;
  /**
   * Sends a small request, and again to the next endpoint, on a connection of its own, each time there was no answer for a
   * while. The endpoint that answers is preferred from then on.
   *
   * @throws EtcdError, when there is no answer within the time that one member has, or every endpoint has failed
   */
  readonly ask: (path: string, body: object, signal: AbortSignal) => Promise<Answered>;
  /**
   * Sends a request once, to the endpoint that is preferred now, and gives the messages of the answer as they come: each
   * time all that are there.
   *
   * @throws EtcdError, also while messages are read
   */
  readonly stream: (path: string, body: object, signal: AbortSignal) => AsyncGenerator<readonly unknown[]>;
  /** Prefers the next endpoint, when the one that answers does not keep up. */
  readonly nextEndpoint: () => void;
  readonly close: () => Promise<void>;
}

/** What came of a request that was sent to several endpoints. */
export interface Answered {
  readonly answer: unknown;
  /** Whether the one that was preferred has said nothing: neither will a watch there. */
  readonly wasSilent: boolean;
}

const REQUEST_TIMEOUT_MILLISECONDS = 2_000;
/** Longer than a request takes where all is well, and short beside the two seconds in which an outage is to be over. */
const SILENCE_MILLISECONDS = 300;
/** To one endpoint. One of them has the watch; requests beyond the others wait. */
const CONNECTIONS = 32;
/** How often a token may turn out not to be good before that counts as a failure. */
const AUTHENTICATIONS = 2;
/** Before the second round over the endpoints; it doubles for each further one. */
const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1_000;
/** A page of policies, which the caller sizes, with room to spare. */
const ANSWER_LIMIT_BYTES = 128 * 1024 * 1024;
/** One revision in base64: etcd takes 1.5 MiB by default, 8 MiB and more when it is told to. */
const MESSAGE_LIMIT_BYTES = 64 * 1024 * 1024;

export function openEtcdClient(connection: EtcdConnection): EtcdClient {
  const { user, tls, requestTimeoutMilliseconds = REQUEST_TIMEOUT_MILLISECONDS } = connection;
  const origins = connection.endpoints.map(endpointOrigin);
  const newAgent = (options: Agent.Options): Agent =>
    new Agent({
      connect: {
        timeout: requestTimeoutMilliseconds,
        ...(tls?.ca !== undefined && { ca: tls.ca }),
        ...(tls?.certificate !== undefined && { cert: tls.certificate }),
        ...(tls?.privateKey !== undefined && { key: tls.privateKey }),
      },
      headersTimeout: requestTimeoutMilliseconds,
      bodyTimeout: requestTimeoutMilliseconds,
      ...options,
    });
  const newKeptAgent = (): Agent => newAgent({ connections: CONNECTIONS, pipelining: 1 });
  let kept = newKeptAgent();
  /** Its connections are used once. */
  const fresh = newAgent({ pipelining: 0 });
  const agents = new Set([kept, fresh]);
  /** Of `origins`, modulo their number. */
  let preferred = Math.floor(Math.random() * origins.length);
  let token: string | undefined;

  function preferAfter(endpoint: number): void {
    // Of several requests that fail at one endpoint, only one goes on to the next.
    if (endpoint === preferred) preferred = (endpoint + 1) % origins.length;
  }

  /** Lets go of the connections, of which some are dead: what is under way on the others ends there. */
  function renewConnections(): void {
    const former = kept;
    kept = newKeptAgent();
    agents.add(kept);
    void former.close().then(() => agents.delete(former));
  }

  async function send(
    agent: Agent,
    endpoint: number,
    path: string,
    body: object,
    headers: Readonly<Record<string, string>>,
    options: Pick<Dispatcher.RequestOptions, 'bodyTimeout' | 'signal'>,
  ): Promise<Dispatcher.ResponseData['body']> {
    const response = await agent.request({
      origin: origins[endpoint] ?? '',
      path,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...options,
    });
    if (response.statusCode === 200) return response.body;
    throw errorOfAnswer(response.statusCode, await readText(response.body));
  }

  async function authorization(
    agent: Agent,
    endpoint: number,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> {
    if (user === undefined) return {};
    if (token === undefined) {
      const body = await send(agent, endpoint, '/v3/auth/authenticate', user, {}, { signal });
      const answer = JSON.parse(await readText(body)) as { readonly token?: string };
      token = answer.token ?? '';
    }
    return { authorization: token };
  }

  /** Any failure as an EtcdError, with what follows from it for the next request. */
  function failed(endpoint: number, error: unknown, signal: AbortSignal): EtcdError {
    const failure = error instanceof EtcdError ? error : unreachable(origins[endpoint] ?? '', error);
    // That nobody waits any more says nothing of the endpoint.
    if (signal.aborted) return failure;
    if (failure.kind === 'unauthenticated') token = undefined;
    if (failure.kind === 'unreachable') {
      // Some versions of etcd break the connection off instead of saying that a token is not good.
      token = undefined;
      preferAfter(endpoint);
    }
    return failure;
  }

  async function callOnce(
    agent: Agent,
    endpoint: number,
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<unknown> {
    try {
      // Headers, body and connection each have a time-out; all of them together have another.
      return await withTimeLimit(signal, 2 * requestTimeoutMilliseconds, async limited => {
        const headers = await authorization(agent, endpoint, limited);
        const answer = await send(agent, endpoint, path, body, headers, { signal: limited });
        return JSON.parse(await readText(answer)) as unknown;
      });
    } catch (error) {
      throw failed(endpoint, error, signal);
    }
  }

  async function call(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    let authentications = 0;
    let hasReachedNobody = true;
    for (let attempts = 0; ; ) {
      try {
        return await callOnce(kept, preferred, path, body, signal);
      } catch (error) {
        const { kind, isConnectionRefused } = error as EtcdError;
        if (kind === 'compacted' || kind === 'refused' || signal.aborted) throw error;
        if (kind === 'unauthenticated' && authentications < AUTHENTICATIONS) {
          authentications += 1;
          continue;
        }
        attempts += 1;
        hasReachedNobody &&= isConnectionRefused;
        const round = Math.floor(attempts / origins.length);
        if (round > 0 && hasReachedNobody) throw error;
        if (round > 0 && !(await pause(jittered(round), signal))) throw error;
      }
    }
  }

  async function ask(path: string, body: object, signal: AbortSignal): Promise<Answered> {
    const asking: Asking = {
      endpoints: origins.length,
      first: preferred,
      silenceMilliseconds: SILENCE_MILLISECONDS,
      send: (endpoint, isAgain, ended) => callOnce(isAgain ? fresh : kept, endpoint, path, body, ended),
    };
    const found = await withTimeLimit(signal, requestTimeoutMilliseconds, limited =>
      firstAnswer(asking, limited),
    );
    const { answer, endpoint, wasSilent } = found;
    if (wasSilent) renewConnections();
    preferred = endpoint;
    return { answer, wasSilent };
  }

  return {
    call,
    ask,
    async *stream(path, body, signal) {
      const endpoint = preferred;
      try {
        const headers = {
          ...(await authorization(kept, endpoint, signal)),
          // etcd then ends the answer when the member has lost its cluster, rather than fall silent.
          'grpc-metadata-hasleader': 'true',
        };
        const stream = await send(kept, endpoint, path, body, headers, { signal, bodyTimeout: 0 });
        for await (const lines of readLines(stream, MESSAGE_LIMIT_BYTES)) {
          yield lines.map(line => JSON.parse(line) as unknown);
        }
      } catch (error) {
        throw failed(endpoint, error, signal);
      }
    },
    nextEndpoint: () => preferAfter(preferred),
    async close() {
      await Promise.all(Array.from(agents, agent => agent.destroy()));
    },
  };
}

/** Pauses before a round over the endpoints, different for each client, so that they do not all come back at once. */
function jittered(round: number): number {
  const longest = Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** (round - 1));
  return longest * (0.5 + Math.random() / 2);
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > ANSWER_LIMIT_BYTES) {
      throw new EtcdError('refused', `an answer of etcd has more than ${ANSWER_LIMIT_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString();
}

function errorOfAnswer(status: number, text: string): EtcdError {
  try {
    const { code, error, message } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return etcdError(typeof code === 'number' ? code : undefined, String(message ?? error));
  } catch {
    const kind = status === 404 ? 'refused' : 'unreachable';
    return new EtcdError(kind, `etcd answered ${status}: ${text.slice(0, 200).trim()}`);
  }
}

function unreachable(origin: string, cause: unknown): EtcdError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const isConnectionRefused = code === 'ECONNREFUSED';
  return new EtcdError('unreachable', `${origin}: ${reason}`, { cause, isConnectionRefused });
}
