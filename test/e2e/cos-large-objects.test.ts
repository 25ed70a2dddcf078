/** Objects that are larger than what the server may hold in memory, and objects that change while they are read. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import {
  type CosRequest,
  cosHost,
  createBucket,
  type SendToBucket,
  signedHeaders,
  signedLines,
  splitAddress,
} from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { openConnection } from '../support/raw-http.ts';
import { residentBytes } from '../support/resident-memory.ts';

const BUCKET = 'large-1250000000';
const HOST = cosHost(BUCKET);
const MEBIBYTE = 1024 * 1024;

describe.skipIf(!existsSync('/proc/self/status'))('an object of 1 GiB', () => {
  const BLOCKS = 1024;
  /** Of all that `blocks` gives: by Python's hashlib, and by `xz --check=crc64` of XZ Utils. */
  const MD5 = 'f3f111113cc36882c583827e237318f1';
  const CRC64 = '9013079861939856885';
  const GROWTH_LIMIT_MB = 150;

  let server: ServerProcess;
  let dataDirectory: string;

  beforeAll(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'crossgate-large-'));
    server = await startServerProcess(dataDirectory);
    const send = await createBucket(server.cos, BUCKET);
    // What the first requests load is there to stay, whatever the size of an object.
    await send({ method: 'PUT', target: '/small', body: Buffer.alloc(MEBIBYTE) });
    await send({ target: '/small' });
  });

  afterAll(async () => {
    await server.stop('SIGTERM');
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  /** No two blocks are the same, so that none can be lost or take the place of another unseen. */
  function* blocks(): Generator<Buffer> {
    const block = Buffer.from(Array.from({ length: MEBIBYTE }, (_, i) => (i * 31 + (i >> 8)) & 255));
    for (let index = 0; index < BLOCKS; index++) {
      block.writeUInt32LE(index);
      yield Buffer.from(block);
    }
  }

  /** By how much the memory of the server grew while something was done, at the most, in MB; and the time. */
  async function watch(action: () => Promise<void>): Promise<{ growth: number; seconds: number }> {
    const processId = server.child.pid ?? 0;
    const before = residentBytes(processId);
    let highest = before;
    const timer = setInterval(() => {
      highest = Math.max(highest, residentBytes(processId));
    }, 20);
    const started = performance.now();
    await action().finally(() => clearInterval(timer));
    const seconds = (performance.now() - started) / 1000;
    return { growth: Math.round((highest - before) / 1e6), seconds: Math.round(seconds * 10) / 10 };
  }

  function open(request: CosRequest, headers: Record<string, string> = {}): ReturnType<typeof httpRequest> {
    const [hostname, port] = splitAddress(server.cos);
    const { method = 'GET', target = '/' } = request;
    const all = { ...signedHeaders(HOST, request), ...headers };
    return httpRequest({ hostname, port, method, path: target, headers: all, setHost: false, agent: false });
  }

  it('is uploaded and downloaded in flat memory', { timeout: 120_000 }, async context => {
    const upload = await watch(async () => {
      const length = { 'Content-Length': String(BLOCKS * MEBIBYTE) };
      const outgoing = open({ method: 'PUT', target: '/large' }, length);
      const [[response]] = (await Promise.all([
        once(outgoing, 'response'),
        pipeline(Readable.from(blocks()), outgoing),
      ])) as [[IncomingMessage], unknown];
      response.resume();
      expect(response.statusCode).toBe(200);
      expect(response.headers).toMatchObject({ etag: `"${MD5}"`, 'x-cos-hash-crc64ecma': CRC64 });
      await once(response, 'end');
    });
    const download = await watch(async () => {
      const [response] = (await once(open({ target: '/large' }).end(), 'response')) as [IncomingMessage];
      expect(response.headers).toMatchObject({
        'content-length': String(BLOCKS * MEBIBYTE),
        etag: `"${MD5}"`,
        'x-cos-hash-crc64ecma': CRC64,
      });
      const hash = createHash('md5');
      for await (const chunk of response) hash.update(chunk as Buffer);
      expect(hash.digest('hex')).toBe(MD5);
    });
    const figures = `upload ${upload.seconds} s, +${upload.growth} MB; download ${download.seconds} s, +${download.growth} MB`;
    await context.annotate(figures);
    expect(upload.growth, figures).toBeLessThan(GROWTH_LIMIT_MB);
    expect(download.growth, figures).toBeLessThan(GROWTH_LIMIT_MB);
  });

  it('waits for a reader that is slow, in flat memory', async () => {
    const { growth } = await watch(async () => {
      const readers = [];
      for (let i = 0; i < 8; i++) {
        const [response] = (await once(open({ target: '/large' }).end(), 'response')) as [IncomingMessage];
        expect(response.statusCode).toBe(200);
        readers.push(response);
      }
      // They read nothing yet; the server goes on to serve others.
      for (let i = 0; i < 100; i++) {
        const [response] = (await once(open({ target: '/small' }).end(), 'response')) as [IncomingMessage];
        await once(response.resume(), 'end');
      }
      for (const response of readers) response.destroy();
    });
    expect(growth, `+${growth} MB for 8 slow readers of 1 GiB`).toBeLessThan(GROWTH_LIMIT_MB);
  });
});

describe('an object that is replaced', () => {
  const OLD = Buffer.alloc(16 * MEBIBYTE, 'o');
  const NEW = Buffer.alloc(4 * MEBIBYTE, 'n');
  const WRITE = { method: 'PUT', target: '/replaced' } as const;

  let server: LocalServer;
  let send: SendToBucket;

  beforeAll(async () => {
    server = await startLocalServer();
    send = await createBucket(server.cos, BUCKET);
  });

  afterAll(() => server.stop());

  it.each([
    { name: 'replaced', change: { ...WRITE, body: NEW }, after: 200 },
    { name: 'deleted', change: { ...WRITE, method: 'DELETE' }, after: 404 },
  ])('is read to its end by one who began before it was $name', async ({ change, after }) => {
    await send({ ...WRITE, body: OLD });
    const [hostname, port] = splitAddress(server.cos);
    const options = {
      hostname,
      port,
      path: '/replaced',
      headers: signedHeaders(HOST, { target: '/replaced' }),
    };
    const [reading] = (await once(httpRequest(options).end(), 'response')) as [IncomingMessage];
    expect(Math.floor((await send(change)).status / 100)).toBe(2);
    expect((await send({ target: '/replaced' })).status).toBe(after);
    const parts: Buffer[] = [];
    for await (const part of reading) parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(OLD)).toBe(true);
  });

  it('is the old one until the new one is there as a whole', async () => {
    await send({ ...WRITE, body: OLD });
    const lines = [...signedLines(HOST, WRITE), `Content-Length: ${NEW.length}`, 'Connection: close'];
    const writing = await openConnection(server.cos);
    writing.write(`PUT ${WRITE.target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    for (let sent = 0; sent < NEW.length; sent += MEBIBYTE) {
      const now = await send({ target: '/replaced' });
      expect(now.body.equals(OLD)).toBe(true);
      writing.write(NEW.subarray(sent, sent + MEBIBYTE));
    }
    const [answer] = await writing.untilResponses(1);
    expect(answer?.status).toBe(200);
    expect((await send({ target: '/replaced' })).body.equals(NEW)).toBe(true);
  });

  it('is one of two that are written at once, and no mixture', async () => {
    const bodies = [OLD.subarray(0, 2 * MEBIBYTE), NEW.subarray(0, 2 * MEBIBYTE)];
    for (let round = 0; round < 5; round++) {
      const puts = await Promise.all(bodies.map(body => send({ ...WRITE, body })));
      const { body, headers } = await send({ target: '/replaced' });
      expect(bodies.some(written => written.equals(body))).toBe(true);
      expect(headers.etag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
      expect(puts.map(put => put.headers.etag)).toContain(headers.etag);
    }
  });
});
