import { join, resolve } from 'node:path';
import { syncDirectory } from './durable-directory.ts';
import { openIndexDatabase, type PutObjectResult } from './index-database.ts';
import { toStoredObject } from './index-records.ts';
import { listPage } from './listing.ts';
import { openObjectFiles } from './object-files.ts';
import type { ObjectStore, StagedBody } from './object-store.ts';
import { readObject } from './read-object.ts';
import { bucketNameBytes, keyBytes } from './storable-names.ts';

export interface OpenObjectStoreOptions {
  /** Holds everything of the store; made when it is not there. Must be on one local file system. */
  readonly directory: string;
  /**
   * Removes what crashes left behind: bodies that were staged and never committed, and files that no object has any
   * more. Only for one process, and before any other opens the store: it takes away bodies that others have staged.
   */
  readonly sweep?: boolean;
}

/**
 * Opens the object store in a directory.
 *
 * Several processes may have it open, each once and from its main thread (LMDB does not stand worker threads).
 *
 * @throws Error when a newer version of this package wrote the store.
 */
export async function openObjectStore(options: OpenObjectStoreOptions): Promise<ObjectStore> {
  const directory = resolve(options.directory);
  const files = await openObjectFiles(directory);
  const indexDirectory = join(directory, 'index');
  const index = await openIndexDatabase(indexDirectory);
  try {
    await syncDirectory(indexDirectory);
    await syncDirectory(directory);
    if (options.sweep) await files.sweep(index.fileIds);
  } catch (error) {
    await index.close();
    throw error;
  }

  // What was asked for is done by the time a file has to go. A file that will not go is no failure of that, and is left
  // for the next sweep.
  const removeUnnamed = (fileId: string) => files.remove(fileId).catch(() => undefined);

  // INVARIANT: a file that the index may name is not removed. A write that failed could yet have been made, so the index
  // is asked; when it cannot answer, the file stays, for the next sweep to judge.
  function mayName(bucket: string, key: string, fileId: string): boolean {
    try {
      return index.object(bucket, key)?.fileId === fileId;
    } catch {
      return true;
    }
  }

  async function publish(bucket: string, key: string, body: StagedBody): Promise<void> {
    try {
      bucketNameBytes(bucket);
      keyBytes(key);
      await files.publish(body.id);
    } catch (error) {
      await files.discardStaged(body.id).catch(() => undefined);
      throw error;
    }
  }

  return {
    async createBucket({ name, acl, region }) {
      return index.createBucket(name, acl, region);
    },
    bucket: index.bucket,
    buckets: index.buckets,
    async deleteBucket(name) {
      return index.deleteBucket(name);
    },
    stage: files.stage,
    async commit(bucket, key, body, attributes) {
      await publish(bucket, key, body);
      const { id: fileId, sizeBytes, md5 } = body;
      let result: PutObjectResult;
      try {
        result = await index.putObject(bucket, key, { fileId, sizeBytes, md5, attributes });
      } catch (error) {
        if (!mayName(bucket, key, fileId)) await removeUnnamed(fileId);
        throw error;
      }
      if (result.kind === 'no-such-bucket') {
        await removeUnnamed(fileId);
        return result;
      }
      if (result.replaced) await removeUnnamed(result.replaced.fileId);
      return { kind: 'committed', object: toStoredObject(key, result.record) };
    },
    discard: body => files.discardStaged(body.id),
    head(bucket, key) {
      const record = index.object(bucket, key);
      return record && toStoredObject(key, record);
    },
    async open(bucket, key) {
      let missing: string | undefined;
      for (;;) {
        const record = index.object(bucket, key);
        if (!record) return undefined;
        const file = await files.open(record.fileId);
        if (file) return readObject(toStoredObject(key, record), file);
        // Replaced or deleted since the index was read, by whoever then removed the file. Only after that is in the
        // index is the file removed, so an index that still names it has lost it.
        if (record.fileId === missing) throw new Error(`the file of object ${key} is missing: ${missing}`);
        missing = record.fileId;
      }
    },
    async deleteObject(bucket, key) {
      const removed = await index.removeObject(bucket, key);
      if (removed) await removeUnnamed(removed.fileId);
      return removed !== undefined;
    },
    listObjects: (bucket, list) => listPage(index.objectScanner(bucket), list),
    close: index.close,
  };
}
