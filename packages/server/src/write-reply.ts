import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ResponseHeader } from '@crossgate/core';
import type { Reply } from '@crossgate/dialects';
import { announcesBody, drain } from './request-body.ts';

/** Larger bodies are not worth a copy: they go beside the head. */
const ONE_PIECE_BYTES = 8 * 1024;

/** Sends an answer, and settles when the client has it or has gone. */
export function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): Promise<void> | undefined {
  const { body } = reply;
  if (isStream(body) || (announcesBody(request) && !request.readableEnded)) {
    return writeSlowly(request, response, reply);
  }
  writeHead(response, reply);
  if (body instanceof Uint8Array && body.length > 0 && body.length <= ONE_PIECE_BYTES) {
    endInOnePiece(response, latin1Text(body));
  } else response.end(body);
  return undefined;
}

/**
 * Head and body as one text go to the system for less than a list of texts and buffers does. `end` with a body would make
 * it a list again.
 *
 * @param body one character a byte
 */
function endInOnePiece(response: ServerResponse, body: string): void {
  response.cork();
  response.write(body, 'latin1');
  response.uncork();
  response.end();
}

function latin1Text(bytes: Uint8Array): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
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
  for (const header of headers) {
    const name = header[0];
    if (name.length === 19 && name.toLowerCase() === 'content-disposition') list.unshift(name, header[1]);
    else list.push(name, header[1]);
  }
  return list;
}
