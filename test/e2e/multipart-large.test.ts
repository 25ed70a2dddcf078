/** An upload of 1 GiB in parts, by a server that may not hold it in memory. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { splitAddress } from '../support/cos-http.ts';
import {
  createQingstorBucket,
  type SendToQingstorBucket,
  signedQingstorHeaders,
} from '../support/qingstor-http.ts';
import { residentBytes } from '../support/resident-memory.ts';

const BUCKET = 'large-bucket';
const MEBIBYTE = 1024 ** 2;
const PARTS = 64;
const PART_BYTES = 16 * MEBIBYTE;
/** As SDKs do by default. */
const AT_ONCE = 3;
const GROWTH_LIMIT_MB = 150;

describe.skipIf(!existsSync('/proc/self/status'))('an upload of 1 GiB in parts', () => {
  let server: ServerProcess;
  let dataDirectory: string;
  let send: SendToQingstorBucket;

  beforeAll(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'crossgate-large-parts-'));
    server = await startServerProcess(dataDirectory);
    send = await createQingstorBucket(server.qingstor, BUCKET);
    // What the first requests load is there to stay, whatever the size of an object.
    await send({ method: 'PUT', target: '/small', body: Buffer.alloc(MEBIBYTE) });
    await send({ target: '/small' });
  });

  afterAll(async () => {
    await server.stop('SIGTERM');
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const pattern = Buffer.from(Array.from({ length: PART_BYTES }, (_, i) => (i * 31 + (i >> 8)) & 255));

  /** No two parts are the same, so that none can be lost or take the place of another unseen. */
  function partBody(number: number): Buffer {
    const body = Buffer.from(pattern);
    body.writeUInt32LE(number, number * 1000);
    return body;
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

  /** The MD5 of each part's bytes as they are downloaded. */
  async function downloadedMd5s(): Promise<readonly string[]> {
    const [hostname, port] = splitAddress(server.qingstor);
    const target = `/${BUCKET}/large`;
    const headers = { Host: server.qingstor, ...signedQingstorHeaders({ target }) };
    const outgoing = httpRequest({
      hostname,
      port,
      path: target,
      headers,
      setHost: false,
      agent: false,
    }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.headers['content-length']).toBe(String(PARTS * PART_BYTES));
    const found: string[] = [];
    let hash = createHash('md5');
    let inPart = 0;
    for await (const chunk of response) {
      let rest = chunk as Buffer;
      while (rest.length > 0) {
        const taken = rest.subarray(0, PART_BYTES - inPart);
        hash.update(taken);
        inPart += taken.length;
        rest = rest.subarray(taken.length);
        if (inPart < PART_BYTES) continue;
        found.push(hash.digest('hex'));
        hash = createHash('md5');
        inPart = 0;
      }
    }
    return found;
  }

  it('is made and downloaded in flat memory', { timeout: 120_000 }, async context => {
    const { json } = await send({ method: 'POST', target: '/large?uploads', body: '' });
    const { upload_id: id } = json as { readonly upload_id: string };
    const md5s: string[] = [];
    const upload = await watch(async () => {
      let next = 0;
      const uploadParts = async (): Promise<void> => {
        while (next < PARTS) {
          const number = next;
          next += 1;
          const body = partBody(number);
          const md5 = createHash('md5').update(body).digest('hex');
          md5s[number] = md5;
          const target = `/large?part_number=${number}&upload_id=${id}`;
          const { status, headers } = await send({ method: 'PUT', target, body });
          expect([status, headers.etag]).toEqual([201, `"${md5}"`]);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, uploadParts));
    });
    const wholeMd5 = createHash('md5');
    for (const md5 of md5s) wholeMd5.update(md5, 'hex');
    const completion = await watch(async () => {
      const object_parts = md5s.map((etag, part_number) => ({ part_number, etag: `"${etag}"` }));
      const body = JSON.stringify({ object_parts });
      const done = await send({ method: 'POST', target: `/large?upload_id=${id}`, body });
      expect([done.status, done.headers.etag]).toEqual([201, `"${wholeMd5.digest('hex')}-${PARTS}"`]);
    });
    const download = await watch(async () => {
      expect(await downloadedMd5s()).toEqual(md5s);
    });
    const told = ({ seconds, growth }: { seconds: number; growth: number }): string =>
      `${seconds} s, +${growth} MB`;
    const figures = `upload ${told(upload)}; completion ${told(completion)}; download ${told(download)}`;
    await context.annotate(figures);
    for (const { growth } of [upload, completion, download]) {
      expect(growth, figures).toBeLessThan(GROWTH_LIMIT_MB);
    }
    // The parts are not copied into one file.
    expect(completion.seconds, figures).toBeLessThan(2);
  });

  it('is read across the border of two parts', async () => {
    const start = 3 * PART_BYTES - 5;
    const expected = Buffer.concat([partBody(2).subarray(-5), partBody(3).subarray(0, 4005)]);
    const headers = { Range: `bytes=${start}-${start + expected.length - 1}` };
    const { status, body } = await send({ target: '/large', headers });
    expect([status, expected.equals(body)]).toEqual([206, true]);
  });
});
