/** QingStor over `node:http`, with the signature of a client of its own. Buckets are in the path. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { splitAddress } from './cos-http.ts';
import { QINGSTOR_KEY, type QingstorKey, qingstorAuthorization } from './sign-qingstor.ts';

export interface QingstorRequest {
  readonly method?: string;
  /** Of the bucket, without it: origin-form, already encoded, or only a query. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly key?: QingstorKey | 'anonymous';
}

export interface QingstorResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  /** The `code` of an error document. */
  readonly code: string | undefined;
}

/** Sends requests to one bucket. */
export type SendToQingstorBucket = (request?: QingstorRequest) => Promise<QingstorResponse>;

/** `address` is `host:port` of the QingStor listener; the target names the bucket. */
export async function sendQingstor(address: string, request: QingstorRequest): Promise<QingstorResponse> {
  const { method = 'GET', target = '/', body } = request;
  const [hostname, port] = splitAddress(address);
  const headers: Record<string, string> = { Host: address, ...signedQingstorHeaders(request) };
  if (body !== undefined) headers['Content-Length'] = String(Buffer.byteLength(body));
  const options = { hostname, port, method, path: target, headers, setHost: false, agent: false };
  const outgoing = httpRequest(options);
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  // A server may answer before it has read all, and then close.
  outgoing.on('error', () => {});
  return await readResponse(incoming);
}

/** The headers of a request with its signature. */
export function signedQingstorHeaders(request: QingstorRequest): Record<string, string> {
  const { method = 'GET', target = '/', headers = {}, key = QINGSTOR_KEY } = request;
  if (key === 'anonymous') return { ...headers };
  const dated = { Date: new Date().toUTCString(), ...headers };
  return { ...dated, Authorization: qingstorAuthorization({ method, target, headers: dated }, key) };
}

/** The header lines of a signed request, for those who write it by hand. */
export function signedQingstorLines(address: string, request: QingstorRequest = {}): readonly string[] {
  const headers: Record<string, string> = { Host: address, ...signedQingstorHeaders(request) };
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

async function readResponse(incoming: IncomingMessage): Promise<QingstorResponse> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const text = body.toString('utf8');
  const json = parsed(text);
  const { code } = (json ?? {}) as { readonly code?: string };
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body, text, json, code };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function qingstorBucket(address: string, bucket: string): SendToQingstorBucket {
  return (request = {}) => sendQingstor(address, { ...request, target: `/${bucket}${request.target ?? ''}` });
}

/** Makes a bucket, and gives how to talk to it. */
export async function createQingstorBucket(address: string, bucket: string): Promise<SendToQingstorBucket> {
  const send = qingstorBucket(address, bucket);
  const { status, text } = await send({ method: 'PUT' });
  if (status !== 201) throw new Error(`cannot make ${bucket}: ${text}`);
  return send;
}

/** Stores a CORS configuration. */
export async function putQingstorCors(send: SendToQingstorBucket, document: unknown): Promise<void> {
  const { status, text } = await send({ method: 'PUT', target: '?cors', body: JSON.stringify(document) });
  if (status !== 200) throw new Error(`cannot put the configuration: ${text}`);
}
