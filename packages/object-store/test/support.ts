import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CommitResult, type ObjectStore, openObjectStore, type StoredObject } from '../src/index.ts';

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
export async function filesIn(directory: string, part: 'staging' | 'objects'): Promise<string[]> {
  const entries = await readdir(join(directory, part), { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}
