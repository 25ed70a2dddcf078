import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Acl, type ObjectStore, openObjectStore } from '@crossgate/object-store';
import { onTestFinished } from 'vitest';
import type { Credential, Dialect } from '../src/dialect.ts';
import type { Reply } from '../src/exchange.ts';
import { signedBy } from '../src/held-credential.ts';
import { held } from './held-credentials.ts';

export interface Sent {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without one the request has no length, as a GET has none. */
  readonly body?: string | Uint8Array;
  readonly as?: 'signed' | 'anonymous';
  /** In milliseconds since the epoch. */
  readonly at?: number;
}

export interface Answer {
  readonly status: number;
  /** The service's error code. */
  readonly code: string | undefined;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface DataService {
  readonly objects: ObjectStore;
  /** Buckets whose policy was deleted. */
  readonly deletedPolicies: readonly string[];
  readonly createBucket: (name: string, acl?: Acl) => Promise<void>;
  readonly put: (bucket: string, key: string, content?: string) => Promise<void>;
  /** The content of an object; undefined when there is none. */
  readonly content: (bucket: string, key: string) => Promise<string | undefined>;
  readonly keys: (bucket: string) => readonly string[];
  readonly send: (sent: Sent) => Promise<Answer>;
}

export const KEY: Credential = { id: 'KEY', secret: 'local-test-secret' };
export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** The data API of a dialect over a store of its own, which goes with the test. Signatures of headers are not looked at. */
export async function newDataService(dialect: Dialect): Promise<DataService> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-data-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const objects = await openObjectStore({ directory });
  onTestFinished(() => objects.close());
  const deletedPolicies: string[] = [];
  const api = dialect.openDataApi?.({
    objects,
    deletePolicy: async tenant => {
      deletedPolicies.push(tenant);
    },
  });
  if (!api) throw new Error('the dialect has no data API');

  async function send({ method = 'GET', target, headers = {}, body, as = 'signed', at = NOW }: Sent) {
    const request = { method, target, rawHeaders: ['Host', '127.0.0.1', ...Object.entries(headers).flat()] };
    const location = dialect.locate(request);
    if (location.operation.kind !== 'data') throw new Error(`it is ${location.operation.kind}`);
    const exchange = { request, location, requestId: 'request-id', receivedAt: at };
    const reply = await api?.handle({
      exchange,
      authorization: as === 'signed' ? signedBy(KEY) : { kind: 'anonymous' },
      body: requestBody(body),
      credentials: held(KEY),
      roleProblem: () => undefined,
    });
    if (!reply) throw new Error('there is no answer');
    return await answerOf(reply);
  }

  return {
    objects,
    deletedPolicies,
    createBucket: async (name, acl = 'private') => {
      await objects.createBucket({ name, acl, region: 'pek3a' });
    },
    put: async (bucket, key, content = key) => {
      await objects.commit(bucket, key, await objects.stage(chunksOf(content)), { headers: [] });
    },
    content: async (bucket, key) => {
      const open = await objects.open(bucket, key);
      return open && (await bytesOf(open.read())).toString('utf8');
    },
    keys: bucket => objects.listObjects(bucket, { limit: 10_000 }).objects.map(({ key }) => key),
    send,
  };
}

/** Bytes or text as a body in chunks. */
export async function* chunksOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536);
}

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

/** As `Content-MD5` has it. */
export function base64Md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('base64');
}

/** An HTML form with a file as its last field. */
export function formOf(fields: Readonly<Record<string, string>>, file: string, fileName = 'f.txt'): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const disposition = `Content-Disposition: form-data; name="file"; filename="${fileName}"`;
  return `${parts.join('')}--b\r\n${disposition}\r\nContent-Type: text/css\r\n\r\n${file}\r\n--b--\r\n`;
}

export const FORM_TYPE = 'multipart/form-data; boundary=b';

function requestBody(body: string | Uint8Array | undefined) {
  const bytes = Buffer.from(body ?? '');
  return {
    lengthBytes: body === undefined ? undefined : bytes.length,
    stream: () => chunksOf(bytes),
    read: async (limitBytes: number): Promise<Uint8Array | 'too-large'> =>
      bytes.length > limitBytes ? 'too-large' : bytes,
  };
}

async function answerOf({ status, headers, body, errorCode }: Reply): Promise<Answer> {
  const bytes =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array
      ? Buffer.from(body ?? '')
      : await bytesOf(body);
  const byName = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return { status, code: errorCode, headers: byName, bytes, text: bytes.toString('utf8') };
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
