import type { Holds } from './holds.ts';
import type { IndexDatabase } from './index-database.ts';
import { toStoredObject } from './index-records.ts';
import type { ObjectFiles } from './object-files.ts';
import type { OpenObject, StagedBody } from './object-store.ts';
import type { ReleasedFiles } from './object-table.ts';
import { type ObjectSource, readObject } from './read-object.ts';

/** The bytes of objects, kept in step with the index. */
export interface ObjectContents {
  /**
   * Makes a staged body a file that the index can name, after `check`, which throws when it is not to. When either fails,
   * the body is discarded.
   */
  publish(body: StagedBody, check: () => void): Promise<void>;
  open(bucket: string, key: string): Promise<OpenObject | undefined>;
  /**
   * Removes files that the index names no more. What was asked for is done by then, so a file that will not go is no
   * failure, and is left for the next sweep.
   */
  removeFiles(fileIds: readonly string[]): Promise<void>;
  /** The same for what an object had, unless somebody still reads it, who then does that. */
  removeReleased(released: ReleasedFiles): Promise<void>;
}

export function objectContents(index: IndexDatabase, files: ObjectFiles, holds: Holds): ObjectContents {
  async function removeFiles(fileIds: readonly string[]): Promise<void> {
    for (const id of fileIds) await files.remove(id).catch(() => undefined);
  }

  async function removeReleased({ fileListId, fileIds }: ReleasedFiles): Promise<void> {
    try {
      if (fileListId !== undefined && (await holds.isHeld(fileListId))) return;
    } catch {
      return; // Somebody may hold them: they are left for the next sweep.
    }
    await removeFiles(fileIds);
  }

  /** Opens an object's only file: once open, it stays readable when it is removed. */
  async function openFile(id: string, sizeBytes: number): Promise<ObjectSource | undefined> {
    const file = await files.open(id);
    if (!file) return undefined;
    return {
      files: [{ id, sizeBytes }],
      openFile: () => Promise.resolve(file),
      release: () => file.close(),
    };
  }

  async function openFileList(key: string, fileListId: string): Promise<ObjectSource | undefined> {
    const list = index.fileList(fileListId);
    if (!list) return undefined;
    const letGo = await holds.hold(fileListId);
    const release = async () => {
      await letGo();
      if (isGone(fileListId)) await removeReleased({ fileListId, fileIds: list.map(file => file.id) });
    };
    if (isGone(fileListId)) {
      await release();
      return undefined;
    }
    return {
      files: list,
      async openFile(id) {
        const file = await files.open(id);
        if (!file) throw new Error(`a file of object ${key} is missing: ${id}`);
        return file;
      },
      release,
    };
  }

  /** Whether the index certainly has no such list any more. */
  function isGone(fileListId: string): boolean {
    try {
      return !index.hasFileList(fileListId);
    } catch {
      return false;
    }
  }

  return {
    async publish(body, check) {
      try {
        check();
        await files.publish(body.id);
      } catch (error) {
        await files.discardStaged(body.id).catch(() => undefined);
        throw error;
      }
    },
    async open(bucket, key) {
      let missing: string | undefined;
      for (;;) {
        const record = index.object(bucket, key);
        if (!record) return undefined;
        const id = 'fileId' in record ? record.fileId : record.fileListId;
        const source = await ('fileId' in record ? openFile(id, record.sizeBytes) : openFileList(key, id));
        if (source) return readObject(toStoredObject(key, record), source);
        // Replaced or deleted since the index was read, by whoever then removed the file. Only after that is in the
        // index is the file removed, so an index that still names it has lost it.
        if (id === missing) throw new Error(`the file of object ${key} is missing: ${missing}`);
        missing = id;
      }
    },
    removeFiles,
    removeReleased,
  };
}
