import { once } from 'node:events';
import { connect } from 'node:net';
import { Refusal } from './refusal.ts';

/** A request as its bytes. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  /** In order, names as they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** All of it, head included. */
  readonly byteLength: number;
}

export function requestText({ method, path, headers, body = '' }: RawRequest): string {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n${body}`;
}

const TIME_LIMIT_MS = 10_000;

/** Asks once on a connection of its own. Bodies are those that `Content-Length` tells, or in chunks. */
export async function ask(port: number, request: RawRequest): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port }).setTimeout(TIME_LIMIT_MS);
  socket.on('timeout', () => socket.destroy(new Error('no answer in time')));
  try {
    await once(socket, 'connect');
    socket.write(requestText(request), 'latin1');
    let text = '';
    for await (const chunk of socket) {
      text += (chunk as Buffer).toString('latin1');
      const answer = readAnswer(text);
      if (answer) return answer;
    }
    throw new Error('the connection ended before the answer did');
  } catch (error) {
    const what = `${request.method} ${request.path} on port ${port}`;
    throw new Refusal(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    socket.destroy();
  }
}

function readAnswer(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, status, reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first) ?? [];
  if (status === undefined) throw new Error(`\`${first}\` is no status line`);
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const rest = text.slice(end + 4);
  const length = Number(headerOf(headers, 'content-length') ?? (status === '204' ? 0 : Number.NaN));
  const isChunked = headerOf(headers, 'transfer-encoding') === 'chunked';
  const complete = isChunked ? rest.endsWith('0\r\n\r\n') : rest.length >= length;
  if (!complete) return undefined;
  return { status: Number(status), reason, headers, body: rest, byteLength: text.length };
}

/** The value of a header that is there once; several are joined as RFC 9110, section 5.3, has it. */
export function headerOf(headers: RawAnswer['headers'], name: string): string | undefined {
  const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}
