import type { IncomingMessage } from 'node:http';
import type { RequestBody } from '@crossgate/dialects';

/** The body of a request as dialects see it. Reading it part way leaves the connection alone. */
export function requestBody(request: IncomingMessage): RequestBody {
  const length = request.headers['content-length'];
  return {
    lengthBytes: length === undefined ? undefined : Number(length),
    stream: () => chunks(request),
    read: limitBytes =>
      length !== undefined && Number(length) > limitBytes
        ? Promise.resolve('too-large')
        : readWhole(request, limitBytes),
  };
}

/** Thrown out of a body that the client does not send as it should. */
export class BodyError extends Error {
  readonly fault: 'body-incomplete' | 'request-malformed';

  constructor(fault: BodyError['fault'], message: string) {
    super(message);
    this.name = 'BodyError';
    this.fault = fault;
  }
}

export function bodyIncomplete(): BodyError {
  return new BodyError('body-incomplete', 'the client went away before the body was read');
}

/** By events: iterating costs several times as much as all else that is done about a small body. */
function readWhole(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | 'too-large'> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    const crumbs = watchCrumbs();
    let total = 0;
    const leave = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone).pause();
    };
    const onData = (chunk: Uint8Array): void => {
      total += chunk.length;
      parts.push(chunk);
      const problem = crumbs(chunk);
      if (!problem && total <= limitBytes) return;
      leave();
      if (problem) reject(problem);
      else resolve('too-large');
    };
    const onEnd = (): void => {
      leave();
      if (request.complete) resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, total));
      else reject(bodyIncomplete());
    };
    const onGone = (): void => {
      leave();
      reject(bodyIncomplete());
    };
    if (request.readableEnded) onEnd();
    // A request fails with its connection, also when all of it has come and waits to be read.
    else if (request.destroyed) onGone();
    else request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

async function* chunks(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  const crumbs = watchCrumbs();
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const problem = crumbs(chunk as Uint8Array);
      if (problem) throw problem;
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw error instanceof BodyError ? error : bodyIncomplete();
  }
  if (!request.complete) throw bodyIncomplete();
}

/**
 * A chunk of one byte costs us what a large one costs, and the client next to nothing. So many may be small, then their
 * average counts: no client writes a large body in crumbs.
 */
const SMALL_CHUNKS = 4096;
const LEAST_AVERAGE_BYTES = 16;

/** Tells, of each chunk of a body, whether it is one crumb too many. */
function watchCrumbs(): (chunk: Uint8Array) => BodyError | undefined {
  let count = 0;
  let total = 0;
  return chunk => {
    count += 1;
    total += chunk.length;
    return count > SMALL_CHUNKS && total < count * LEAST_AVERAGE_BYTES
      ? new BodyError('request-malformed', 'the body comes in too many chunks of too few bytes')
      : undefined;
  };
}

/** Whether the head of the request announces a body. */
export function announcesBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || (length !== undefined && length !== '0');
}

const DRAIN_LIMIT_BYTES = 16 * 1024 * 1024;
/** What reading a chunk costs, in bytes of a large one. */
const CHUNK_COST_BYTES = 1024;
const DRAIN_LIMIT_MS = 5_000;

/**
 * Reads and forgets what is left of a body that nobody wanted, so that the answer finds a client that listens; within
 * bounds. Whether the whole body has been read: if not, the connection is of no further use.
 */
export function drain(request: IncomingMessage): Promise<boolean> {
  if (request.readableEnded || request.destroyed) return Promise.resolve(request.readableEnded);
  if (Number(request.headers['content-length'] ?? 0) > DRAIN_LIMIT_BYTES) return Promise.resolve(false);
  return new Promise(resolve => {
    let total = 0;
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', finish).off('close', finish).off('error', finish);
      request.pause();
      resolve(request.readableEnded);
    };
    const onData = (chunk: Uint8Array): void => {
      total += chunk.length + CHUNK_COST_BYTES;
      if (total > DRAIN_LIMIT_BYTES) finish();
    };
    const timer = setTimeout(finish, DRAIN_LIMIT_MS);
    request.on('data', onData).on('end', finish).on('close', finish).on('error', finish);
    request.resume();
  });
}
