import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type CommitResult,
  type ObjectStore,
  openObjectStore,
  type PartName,
  type StoredObject,
  type Upload,
  type UploadRef,
} from '../src/index.ts';

/** A directory that is removed with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'object-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A store in a new directory, closed and removed with the test, with a bucket `b` in it. */
export async function newStore(): Promise<{ store: ObjectStore; directory: string }> {
  const directory = temporaryDirectory();
  const store = await openObjectStore({ directory });
  onTestFinished(() => store.close());
  await store.createBucket({ name: 'b', acl: 'private', region: 'r' });
  return { store, directory };
}

export async function* bodyOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

export async function put(store: ObjectStore, key: string, text = key, bucket = 'b'): Promise<CommitResult> {
  return store.commit(bucket, key, await store.stage(bodyOf(text)), { headers: [] });
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function get(
  store: ObjectStore,
  key: string,
  bucket = 'b',
): Promise<{ object: StoredObject; bytes: Buffer } | undefined> {
  const open = await store.open(bucket, key);
  return open && { object: open.object, bytes: await bytesOf(open.read()) };
}

export async function getText(store: ObjectStore, key: string, bucket = 'b'): Promise<string | undefined> {
  return (await get(store, key, bucket))?.bytes.toString('utf8');
}

/** The files under a part of the store's directory, by their paths in it. */
export async function filesIn(directory: string, part: 'staging' | 'objects' | 'holds'): Promise<string[]> {
  const entries = await readdir(join(directory, part), { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}

/** The objects' files that this process has open, on Linux. */
export function openFilesIn(directory: string): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap(fd => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return []; // the one that reads the directory
      }
    })
    .filter(path => path.startsWith(join(directory, 'objects')));
}

export function md5(bytes: string | Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

export async function begin(store: ObjectStore, key: string, bucket = 'b'): Promise<Upload> {
  const upload = await store.createUpload(bucket, key, { headers: [['Content-Type', 'text/plain']] });
  if (upload === 'no-such-bucket') throw new Error(`no bucket ${bucket}`);
  return upload;
}

/** Commits a part, and gives what names it in a completion. */
export async function putPart(
  store: ObjectStore,
  upload: UploadRef,
  number: number,
  content: string | Uint8Array,
): Promise<PartName> {
  const { kind } = await store.commitPart(upload, number, await store.stage(bodyOf(content)));
  if (kind !== 'committed') throw new Error(kind);
  return { number, md5: md5(content) };
}

/** An object of parts, numbered from 1. */
export async function putParts(
  store: ObjectStore,
  key: string,
  contents: readonly (string | Uint8Array)[],
): Promise<void> {
  const upload = await begin(store, key);
  const names = await Promise.all(
    contents.map((content, index) => putPart(store, upload, index + 1, content)),
  );
  const { kind } = await store.completeUpload(upload, names, { etag: `${key}-${names.length}` });
  if (kind !== 'committed') throw new Error(kind);
}
