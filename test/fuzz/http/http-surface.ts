import { openConnection } from '../../support/raw-http.ts';
import { answer, openScriptedUpstream } from '../../support/scripted-upstream.ts';
import { type Execution, LIMIT_MILLISECONDS, type Problem, type Subject } from '../target.ts';
import { type ConnectionScript, readScript } from './connection-script.ts';
import { type FuzzedServer, startFuzzedServer } from './fuzzed-server.ts';
import { HTTP_WORDS, httpSeeds, SETUP } from './http-seeds.ts';
import { readResponses, type WireResponse } from './responses.ts';
import type { Since } from './server-process.ts';

const LIMIT_BYTES = 128 * 1024;
/** Tables of LMDB that are mapped, buffers of sockets, what is observed of traffic: all of it bounded. */
const MEMORY_SLACK_BYTES = 12 * 1024 * 1024;
/** Inputs delete what others look for. */
const INPUTS_BETWEEN_SETUPS = 150;
/** Analyses are for whoever runs the server, and end with a budget of theirs. */
const ADMIN_LIMIT_MILLISECONDS = 1_000;
const CONFIRMATIONS = 4;

/** A server with all its listeners, over sockets. Its data is its own and goes with it. */
export async function openHttpSurface(): Promise<Subject> {
  const upstream = await openScriptedUpstream();
  const server = await startFuzzedServer(upstream.url);
  const placeholders: Record<string, string> = {};
  let sinceSetup = 0;

  async function send(input: string): Promise<Sent> {
    const script = readScript(input, placeholders);
    upstream.play(({ line, connection }) => {
      connection.end(script.upstream ?? answer(line.startsWith('HEAD ') ? '' : 'ok'));
    });
    const outcome = await exchange(server, script);
    return { script, outcome, since: await server.since() };
  }

  async function setUp(): Promise<void> {
    sinceSetup = 0;
    for (const text of SETUP) {
      const { outcome } = await send(text);
      rememberUpload(placeholders, outcome.received);
    }
  }

  async function execute(input: string): Promise<Execution> {
    sinceSetup += 1;
    if (sinceSetup > INPUTS_BETWEEN_SETUPS) await setUp();
    const start = performance.now();
    const { script, outcome, since } = await send(input);
    const milliseconds = performance.now() - start;
    const problem = judge(server, script, outcome, since) ?? (await slowness(input, script, since));
    return {
      fresh: since.fresh,
      milliseconds: Math.min(milliseconds, since.blockedMilliseconds),
      steps: 0,
      problem,
    };
  }

  /** Whether it is the input that keeps the server from everything else, and not other processes. */
  async function slowness(
    input: string,
    script: ConnectionScript,
    first: Since,
  ): Promise<Problem | undefined> {
    const limit = script.listener === 'admin' ? ADMIN_LIMIT_MILLISECONDS : LIMIT_MILLISECONDS;
    let least = blockedBy(first);
    for (let i = 0; i < CONFIRMATIONS && least > limit; i++) {
      least = Math.min(least, blockedBy((await send(input)).since));
    }
    if (least <= limit) return undefined;
    const message = `keeps the server busy for ${Math.round(least)} ms, more than ${limit} ms`;
    return { kind: 'slow', key: 'time', message };
  }

  await setUp();
  return {
    name: 'http',
    seeds: httpSeeds,
    words: HTTP_WORDS,
    limitBytes: LIMIT_BYTES,
    execute,
    places: server.places,
    codeWords: server.words,
    memoryBytes: async () => (await server.memory()).bytes,
    memorySlackBytes: MEMORY_SLACK_BYTES,
    close: async () => {
      await server.stop();
      await upstream.stop();
    },
  };
}

interface Sent {
  readonly script: ConnectionScript;
  readonly outcome: Outcome;
  readonly since: Since;
}

interface Outcome {
  readonly received: string;
  /** What kept the connection from its end. */
  readonly problem: string | undefined;
}

/** Time that the processor had for nothing else: less than either measure says. */
function blockedBy({ blockedMilliseconds, processorMilliseconds }: Since): number {
  return Math.min(blockedMilliseconds, processorMilliseconds);
}

async function exchange({ addresses }: FuzzedServer, script: ConnectionScript): Promise<Outcome> {
  const { listener, pieces } = script;
  let received = '';
  try {
    const connection = await openConnection(addresses[listener]);
    for (const piece of pieces) connection.write(piece);
    if (!closesItself(script)) connection.endWriting();
    received = await connection.untilClosed();
    return { received, problem: undefined };
  } catch (error) {
    return { received, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the server has all it needs to answer everything and then close. */
function closesItself({ requests, isCut }: ConnectionScript): boolean {
  return !isCut && requests.every(({ isWellFramed }) => isWellFramed);
}

function judge(
  server: FuzzedServer,
  script: ConnectionScript,
  { received, problem }: Outcome,
  { errors }: Since,
): Problem | undefined {
  const told = received.slice(0, 300);
  const found = (key: string, message: string): Problem => ({ kind: 'error', key, message });
  const ended = server.ended();
  if (ended !== undefined) return found('ended', `the server process ended with ${ended}`);
  const [error] = errors;
  if (error !== undefined) return found(`logged ${errorKey(error)}`, `the log has ${error.slice(0, 1500)}`);
  if (problem !== undefined) return { kind: 'endless', key: 'open', message: problem };
  const { responses, rest } = readResponses(received);
  for (const response of responses) {
    const wrong = wrongResponse(response, script);
    if (wrong !== undefined) return found(wrong, `${wrong}: ${told}`);
  }
  // What an upstream breaks off, a gateway can only break off as well.
  if (!closesItself(script) || script.upstream !== undefined) return undefined;
  if (rest !== '') return found('rest', `an answer is not complete: ${told}`);
  const last = responses.at(-1);
  const closedEarly = last?.headerLines.some(line => /^connection: close$/i.test(line)) ?? false;
  if (responses.length < script.requests.length && !closedEarly) {
    return found(
      'unanswered',
      `${script.requests.length} requests have ${responses.length} answers: ${told}`,
    );
  }
  return undefined;
}

/** What is the same in the log when the same thing fails. */
function errorKey(line: string): string {
  const { msg, err } = JSON.parse(line) as {
    readonly msg?: string;
    readonly err?: { readonly type?: string; readonly stack?: string };
  };
  return `${msg} ${err?.type} ${/at .*?\((?:file:\/\/)?\S*?(packages\/[^:)]+)/.exec(err?.stack ?? '')?.[0] ?? ''}`;
}

/** How an answer tells the id of an upload, by the placeholder that stands for it. */
const UPLOADS = { cosUpload: /<UploadId>([^<]+)</, qingstorUpload: /"upload_id":"([^"]+)"/ };

const OF_UPSTREAMS: ReadonlySet<number> = new Set([502, 504]);

function wrongResponse({ status, headerLines }: WireResponse, script: ConnectionScript): string | undefined {
  if (Number.isNaN(status) || status > 599) return 'a status is none';
  const { listener, upstream } = script;
  const isUpstreams = (listener === 'boomi' || listener === 'azure-tables') && upstream !== undefined;
  if (status >= 500 && status !== 501 && !(isUpstreams && status !== 500 && OF_UPSTREAMS.has(status))) {
    // What an upstream answers is passed on, whatever it is.
    if (!(isUpstreams && upstream.includes(` ${status}`))) return `it is answered with ${status}`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no header may have
  const bad = headerLines.find(line => !/^[!#$%&'*+.^_`|~\w-]+:[^\0-\x08\x0a-\x1f\x7f]*$/.test(line));
  return bad === undefined ? undefined : 'a header line is none';
}

function rememberUpload(placeholders: Record<string, string>, received: string): void {
  for (const [name, pattern] of Object.entries(UPLOADS)) {
    const id = pattern.exec(received)?.[1];
    if (id !== undefined) placeholders[name] = id;
  }
}
