import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ResponseHeader } from '@crossgate/core';
import type { Reply } from '@crossgate/dialects';
import { announcesBody, drain } from './request-body.ts';

/** Sends an answer, and settles when the client has it or has gone. */
export function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): Promise<void> | undefined {
  const { body } = reply;
  if (!isStream(body) && !announcesBody(request)) {
    writeHead(response, reply).end(body);
    return undefined;
  }
  return writeSlowly(request, response, reply);
}

async function writeSlowly(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const { body } = reply;
  const hasBody = announcesBody(request);
  if (hasBody && !reply.fromUpstream && !(await drain(request))) response.shouldKeepAlive = false;
  try {
    writeHead(response, reply);
  } catch (error) {
    await letGo(body);
    throw error;
  }
  if (isStream(body)) {
    // A client that goes away in the middle ends the stream, and with it the open file.
    const source = body instanceof Readable ? body : Readable.from(body, { objectMode: false });
    await pipeline(source, response).catch((error: unknown) => {
      if (!response.destroyed) throw error;
    });
  } else {
    response.end(body);
  }
  // An upstream may answer before it has read all: the client has that answer at once, and is then heard out.
  if (hasBody && reply.fromUpstream && !(await drain(request))) request.socket.destroySoon();
}

function isStream(body: Reply['body']): body is AsyncIterable<Uint8Array> {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

function writeHead(response: ServerResponse, { status, reason, headers }: Reply): ServerResponse {
  return reason === undefined
    ? response.writeHead(status, flat(headers))
    : response.writeHead(status, reason, flat(headers));
}

/** Ends a stream that nobody will read, and with it what it holds open. */
async function letGo(body: Reply['body']): Promise<void> {
  if (body instanceof Readable) body.destroy();
  else if (isStream(body)) await body[Symbol.asyncIterator]().return?.();
}

/**
 * `Content-Disposition` goes first: behind a `Content-Length`, Node reads its bytes as UTF-8, and then refuses the
 * characters that it has made of them.
 */
function flat(headers: readonly ResponseHeader[]): string[] {
  const list: string[] = [];
  for (const [name, value] of headers) {
    if (name.length === 19 && name.toLowerCase() === 'content-disposition') list.unshift(name, value);
    else list.push(name, value);
  }
  return list;
}
