import { join, resolve } from 'node:path';
import { syncDirectory } from './durable-directory.ts';
import { openHolds } from './holds.ts';
import { openIndexDatabase, type PutObjectResult } from './index-database.ts';
import { toStoredObject } from './index-records.ts';
import { listPage } from './listing.ts';
import { objectContents } from './object-contents.ts';
import { openObjectFiles } from './object-files.ts';
import type { ObjectStore } from './object-store.ts';
import { bucketNameBytes, keyBytes } from './storable-names.ts';
import { openUploads } from './uploads.ts';

export interface OpenObjectStoreOptions {
  /** Holds everything of the store; made when it is not there. Must be on one local file system. */
  readonly directory: string;
  /**
   * Removes what crashes left behind: bodies that were staged and never committed, and files that no object and no upload
   * has any more. Only for one process, and before any other opens the store: it takes away bodies that others have
   * staged, and what others still read of replaced objects.
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
  const holds = await openHolds(directory);
  const indexDirectory = join(directory, 'index');
  const index = await openIndexDatabase(indexDirectory);
  try {
    await syncDirectory(indexDirectory);
    await syncDirectory(directory);
    if (options.sweep) {
      await holds.clear();
      await files.sweep(index.fileIds);
    }
  } catch (error) {
    await index.close();
    throw error;
  }
  const contents = objectContents(index, files, holds);

  // INVARIANT: a file that the index may name is not removed. A write that failed could yet have been made, so the index
  // is asked; when it cannot answer, the file stays, for the next sweep to judge.
  function mayName(bucket: string, key: string, fileId: string): boolean {
    try {
      const record = index.object(bucket, key);
      return record !== undefined && 'fileId' in record && record.fileId === fileId;
    } catch {
      return true;
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
      await contents.publish(body, () => {
        bucketNameBytes(bucket);
        keyBytes(key);
      });
      const { id: fileId, sizeBytes, md5 } = body;
      let result: PutObjectResult;
      try {
        result = await index.putObject(bucket, key, { fileId, sizeBytes, etag: md5, attributes });
      } catch (error) {
        if (!mayName(bucket, key, fileId)) await contents.removeFiles([fileId]);
        throw error;
      }
      if (result.kind === 'no-such-bucket') {
        await contents.removeFiles([fileId]);
        return result;
      }
      if (result.replaced) await contents.removeReleased(result.replaced);
      return { kind: 'committed', object: toStoredObject(key, result.record) };
    },
    discard: body => files.discardStaged(body.id),
    head(bucket, key) {
      const record = index.object(bucket, key);
      return record && toStoredObject(key, record);
    },
    open: contents.open,
    async deleteObject(bucket, key, only) {
      const removed = await index.removeObject(bucket, key, only);
      if (removed) await contents.removeReleased(removed);
      return removed !== undefined;
    },
    listObjects: (bucket, list) => listPage(index.objectScanner(bucket), list),
    ...openUploads(index.uploads, contents),
    close: index.close,
  };
}
