import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories, syncDirectory } from './durable-directory.ts';
import type { StagedBody } from './object-store.ts';

/** The files with the bytes of objects: `staging` has those nobody may see yet, `objects` those that the index names. */
export interface ObjectFiles {
  /** Writes a body to a new file in staging and syncs it. When it fails, there is no file. */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedBody>;
  /** Moves a staged file to the objects and syncs that. When it fails, the file is still staged, or gone. */
  publish(id: string): Promise<void>;
  discardStaged(id: string): Promise<void>;
  /** Opens an object's file for reading, when it is there. */
  open(id: string): Promise<FileHandle | undefined>;
  /** Removes an object's file, when it is there. */
  remove(id: string): Promise<void>;
  /**
   * Removes whatever is staged, and the objects' files that are not named. Holds the ids of all files in memory.
   *
   * @param named Gives the ids to keep; called once the directories have been read.
   */
  sweep(named: () => Iterable<string>): Promise<void>;
}

/** Opens the files in a directory given by its absolute path, which is made when it is not there. */
export async function openObjectFiles(directory: string): Promise<ObjectFiles> {
  const staging = join(directory, 'staging');
  const objects = join(directory, 'objects');
  const stagedPath = (id: string) => join(staging, id);
  // Ids are random hexadecimal digits, which makes 256 directories.
  const shardOf = (id: string) => id.slice(0, 2);
  const objectPath = (id: string) => join(objects, shardOf(id), id);

  await makeDirectories(directory, ['staging', 'objects']);

  // Whoever made one may have ended before it was synced, so each process does that for itself, once.
  const syncedShards = new Set<string>();
  async function makeShard(shard: string): Promise<void> {
    if (syncedShards.has(shard)) return;
    await makeDirectories(objects, [shard]);
    syncedShards.add(shard);
  }

  const discardStaged = (id: string) => rm(stagedPath(id), { force: true });
  const remove = (id: string) => rm(objectPath(id), { force: true });

  return {
    async stage(body) {
      const id = randomBytes(16).toString('hex');
      const hash = createHash('md5');
      let sizeBytes = 0;
      const file = await open(stagedPath(id), 'wx');
      try {
        for await (const chunk of body) {
          // The chunk is hashed while it is written, and the next one asked for when both are done: a source is read
          // no faster than the disk takes it, and may use its chunk's memory again.
          const writing = writeWhole(file, chunk);
          hash.update(chunk);
          await writing;
          sizeBytes += chunk.byteLength;
        }
        await file.sync();
        await file.close();
      } catch (error) {
        // What failed first is what is thrown: a full disk may well fail these too.
        await Promise.allSettled([file.close(), discardStaged(id)]);
        throw error;
      }
      return { id, sizeBytes, md5: hash.digest('hex') };
    },
    async publish(id) {
      await makeShard(shardOf(id));
      await rename(stagedPath(id), objectPath(id));
      try {
        await syncDirectory(join(objects, shardOf(id)));
      } catch (error) {
        await Promise.allSettled([remove(id)]);
        throw error;
      }
    },
    discardStaged,
    async open(id) {
      try {
        return await open(objectPath(id), 'r');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove,
    async sweep(named) {
      for (const name of await readdir(staging)) await discardStaged(name);
      const unnamed = new Set<string>();
      for (const shard of await readdir(objects))
        for (const id of await readdir(join(objects, shard))) unnamed.add(id);
      for (const id of named()) unnamed.delete(id);
      for (const id of unnamed) await remove(id);
    },
  };
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength; )
    written += (await file.write(bytes, written)).bytesWritten;
}
