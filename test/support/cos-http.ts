/** COS over `node:http`, with the signature of a client of its own. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type CosKey, cosAuthorization, LOCAL_KEY, urlEncode } from './sign-cos.ts';

export const REGION = 'ap-guangzhou';

export interface CosRequest {
  readonly method?: string;
  /** Origin-form, already encoded. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whether the body is sent in chunks, without `Content-Length`. */
  readonly chunked?: boolean;
  readonly key?: CosKey | 'anonymous';
}

export interface CosResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The names as they stand on the wire. */
  readonly headerNames: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** The `Code` of an error document. */
  readonly code: string | undefined;
}

/** Sends requests to one bucket, named in the host. */
export type SendToBucket = (request: CosRequest) => Promise<CosResponse>;

export function cosHost(bucket: string, region: string = REGION): string {
  return `${bucket}.cos.${region}.myqcloud.com`;
}

/** The target of an object, every character of its key escaped that has to be. */
export function objectTarget(key: string): string {
  return `/${key.split('/').map(urlEncode).join('/')}`;
}

/** `address` is `host:port` of the COS listener. */
export function cosBucket(address: string, bucket: string): SendToBucket {
  return request => sendCos(address, cosHost(bucket), request);
}

/** The headers of a request with its signature, which covers the host alone unless the caller signs more. */
export function signedHeaders(
  host: string,
  { method = 'GET', target = '/', headers = {}, key = LOCAL_KEY }: CosRequest,
): Record<string, string> {
  const authorization =
    key === 'anonymous'
      ? {}
      : { Authorization: cosAuthorization({ method, target, headers: { host } }, { key }) };
  return { Host: host, ...authorization, ...headers };
}

export async function sendCos(address: string, host: string, request: CosRequest): Promise<CosResponse> {
  const { method = 'GET', target = '/', body, chunked = false } = request;
  const headers = signedHeaders(host, request);
  if (body !== undefined && !chunked) headers['Content-Length'] = String(Buffer.byteLength(body));
  const [hostname, port] = splitAddress(address);
  const outgoing = httpRequest({
    hostname,
    port,
    method,
    path: target,
    headers,
    setHost: false,
    agent: false,
  });
  if (chunked && typeof body === 'string') for (const part of inPieces(body)) outgoing.write(part);
  outgoing.end(chunked && typeof body === 'string' ? undefined : body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  // A server may answer before it has read all, and then close.
  outgoing.on('error', () => {});
  return await readResponse(incoming);
}

/** As many as a body may come in, and no more. */
const MOST_PIECES = 1_000;

function* inPieces(body: string): Generator<string> {
  const length = Math.ceil(body.length / MOST_PIECES);
  for (let at = 0; at < body.length; at += length) yield body.slice(at, at + length);
}

async function readResponse(incoming: IncomingMessage): Promise<CosResponse> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const text = body.toString('utf8');
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    headerNames: incoming.rawHeaders.filter((_, i) => i % 2 === 0),
    body,
    text,
    code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1],
  };
}

export function splitAddress(address: string): readonly [hostname: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}

/** Makes a bucket, and gives how to talk to it. */
export async function createBucket(
  address: string,
  bucket: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SendToBucket> {
  const send = cosBucket(address, bucket);
  const { status, text } = await send({ method: 'PUT', headers });
  if (status !== 200) throw new Error(`cannot make ${bucket}: ${text}`);
  return send;
}

/** Stores a CORS configuration, given as the elements inside `CORSConfiguration`. */
export async function putCors(send: SendToBucket, elements: string): Promise<void> {
  const body = `<CORSConfiguration>${elements}</CORSConfiguration>`;
  const { status, text } = await send({ method: 'PUT', target: '/?cors', body });
  if (status !== 200) throw new Error(`cannot put the configuration: ${text}`);
}

/** The header lines of a signed request, for those who write it by hand. */
export function signedLines(host: string, request: CosRequest = {}): readonly string[] {
  return Object.entries(signedHeaders(host, request)).map(([name, value]) => `${name}: ${value}`);
}
