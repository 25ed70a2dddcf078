/** A server that is killed in the middle of a completion: no object, or the whole one. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { createQingstorBucket, qingstorBucket, type SendToQingstorBucket } from '../support/qingstor-http.ts';

const BUCKET = 'crash-bucket';
const PART = 4 * 1024 ** 2;
/** Uploads of a round, each of two parts, and how many are completed at once. */
const UPLOADS = 6;
const AT_ONCE = 2;

let directory: string;
let server: ServerProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-multipart-crash-'));
});

afterEach(async () => {
  if (server && server.child.exitCode === null && server.child.signalCode === null)
    await server.stop('SIGKILL');
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

interface Upload {
  readonly key: string;
  readonly id: string;
  readonly parts: readonly Buffer[];
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function wholeEtag({ parts }: Upload): string {
  const digest = md5(Buffer.concat(parts.map(md5))).toString('hex');
  return `"${digest}-${parts.length}"`;
}

async function startUpload(send: SendToQingstorBucket, key: string): Promise<Upload> {
  const { json } = await send({ method: 'POST', target: `/${key}?uploads`, body: '' });
  const { upload_id: id } = json as { readonly upload_id: string };
  const parts = [Buffer.alloc(PART, `${key} a `), Buffer.from(`the end of ${key}`)];
  for (const [number, body] of parts.entries()) {
    const target = `/${key}?part_number=${number}&upload_id=${id}`;
    expect((await send({ method: 'PUT', target, body })).status).toBe(201);
  }
  return { key, id, parts };
}

async function complete(send: SendToQingstorBucket, { key, id, parts }: Upload): Promise<number> {
  const body = JSON.stringify({ object_parts: parts.map((_, part_number) => ({ part_number })) });
  return (await send({ method: 'POST', target: `/${key}?upload_id=${id}`, body })).status;
}

/** The object, when it is there; then it has to be the whole one. */
async function isThere(send: SendToQingstorBucket, upload: Upload): Promise<boolean> {
  const { status, headers, body } = await send({ target: `/${upload.key}` });
  if (status === 404) return false;
  expect([status, headers.etag]).toEqual([200, wholeEtag(upload)]);
  expect(Buffer.concat(upload.parts).equals(body)).toBe(true);
  return true;
}

async function listedKeys(send: SendToQingstorBucket): Promise<readonly string[]> {
  const { json } = await send({ target: '?limit=1000' });
  return (json as { readonly keys: readonly { readonly key: string }[] }).keys.map(({ key }) => key);
}

async function listedUploads(send: SendToQingstorBucket): Promise<readonly string[]> {
  const { json } = await send({ target: '?uploads' });
  return (json as { readonly uploads: readonly { readonly key: string }[] }).uploads.map(({ key }) => key);
}

function filesUnder(place: 'objects' | 'staging'): number {
  const path = join(directory, 'objects/qingstor', place);
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).length;
}

describe('a server that is killed while uploads are completed', () => {
  it('has no object, or the whole one', async context => {
    server = await startServerProcess(directory);
    let send = await createQingstorBucket(server.qingstor, BUCKET);
    const kept: Upload[] = [];
    const seen = { completed: 0, not: 0, acknowledged: 0 };
    for (let round = 0; round < 6; round++) {
      const uploads: Upload[] = [];
      for (let i = 0; i < UPLOADS; i++) uploads.push(await startUpload(send, `key-${round}-${i}`));
      const acknowledged = new Set<Upload>();
      const running = server;
      let killed: Promise<unknown> | undefined;
      const kill = (): void => {
        killed ??= running.stop('SIGKILL');
      };
      // The server dies a little after so many answers, at another point of the completions under way each time.
      const waiting = [...uploads];
      const completeOneByOne = async (): Promise<void> => {
        for (let upload = waiting.shift(); upload; upload = waiting.shift()) {
          expect(await complete(send, upload)).toBe(201);
          acknowledged.add(upload);
          if (acknowledged.size === 1 + (round % 3)) {
            for (let turn = 0; turn < round * 12; turn++) await new Promise(resolve => setImmediate(resolve));
            kill();
          }
        }
      };
      const completions = Array.from({ length: AT_ONCE }, completeOneByOne);
      const outcomes = await Promise.allSettled(completions);
      await killed;
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/ECONN|socket|aborted/);
      }

      server = await startServerProcess(directory);
      send = qingstorBucket(server.qingstor, BUCKET);
      const unfinished: Upload[] = [];
      for (const upload of uploads) {
        const there = await isThere(send, upload);
        if (acknowledged.has(upload)) expect(there).toBe(true);
        if (!there) unfinished.push(upload);
        seen[there ? 'completed' : 'not'] += 1;
      }
      seen.acknowledged += acknowledged.size;
      const finished = uploads.filter(upload => !unfinished.includes(upload));
      expect(await listedUploads(send)).toEqual(unfinished.map(({ key }) => key));
      expect(await listedKeys(send)).toEqual([...kept, ...finished].map(({ key }) => key));
      expect(filesUnder('staging')).toBe(0);
      expect(filesUnder('objects')).toBe((kept.length + uploads.length) * 2);
      // What was not completed still can be; what was cannot be again.
      for (const upload of unfinished) expect(await complete(send, upload)).toBe(201);
      for (const upload of finished) expect(await complete(send, upload)).toBe(400);
      for (const upload of uploads) expect(await isThere(send, upload)).toBe(true);
      kept.push(...uploads);
      expect(await listedUploads(send)).toEqual([]);
    }
    await context.annotate(JSON.stringify(seen));
    // The kill has to hit, now before and now after: else this shows nothing.
    expect(seen.completed, JSON.stringify(seen)).toBeGreaterThan(0);
    expect(seen.not, JSON.stringify(seen)).toBeGreaterThan(0);
    for (const upload of kept) {
      expect((await send({ method: 'DELETE', target: `/${upload.key}` })).status).toBe(204);
    }
    expect([filesUnder('objects'), await listedKeys(send)]).toEqual([0, []]);
  }, 60_000);

  it('clears away the parts that were on their way, and those of a completion that left them out', async () => {
    server = await startServerProcess(directory);
    const send = await createQingstorBucket(server.qingstor, BUCKET);
    const upload = await startUpload(send, 'key');
    const second = await startUpload(send, 'second');
    const files = filesUnder('objects');
    // These are being written when the server dies.
    const writing = [3, 4, 5].map(number =>
      send({
        method: 'PUT',
        target: `/key?part_number=${number}&upload_id=${upload.id}`,
        body: Buffer.alloc(32 * 1024 ** 2, 'x'),
      }),
    );
    const settled = Promise.allSettled(writing);
    while (filesUnder('staging') === 0) await new Promise(resolve => setImmediate(resolve));
    await server.stop('SIGKILL');
    await settled;
    server = await startServerProcess(directory);
    const again = qingstorBucket(server.qingstor, BUCKET);
    expect(filesUnder('staging')).toBe(0);
    const { json } = await again({ target: `/key?upload_id=${upload.id}` });
    const { count } = json as { readonly count: number };
    expect(filesUnder('objects')).toBe(files + count - upload.parts.length);
    // A completion takes what it names, and the rest goes.
    expect(await complete(again, upload)).toBe(201);
    expect(await isThere(again, upload)).toBe(true);
    expect((await again({ method: 'DELETE', target: `/second?upload_id=${second.id}` })).status).toBe(204);
    expect(filesUnder('objects')).toBe(upload.parts.length);
  });
});
