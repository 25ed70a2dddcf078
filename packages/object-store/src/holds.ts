import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from './durable-directory.ts';

/**
 * Which lists of files are being read, by any process. An object of thousands of files cannot have them all open while it
 * is read, and a file that is not open is gone once it is removed, so its reader holds the list, by an empty file.
 *
 * INVARIANT: who reads knows the files, then holds the list, and then looks whether the index still has it. Who removes an
 * object removes it from the index and then looks whether its list is held. So one of them sees the other: either the
 * reader gives up, or the files stay until the last of those who hold the list lets go, finds it gone and removes them. A
 * process that ends without letting go leaves them for the next sweep.
 */
export interface Holds {
  /** Gives a function that lets go, which never fails. */
  hold(fileListId: string): Promise<() => Promise<void>>;
  isHeld(fileListId: string): Promise<boolean>;
  /** Forgets those of processes that have ended. Not while there are readers. */
  clear(): Promise<void>;
}

/** Opens the holds in a directory given by its absolute path. */
export async function openHolds(directory: string): Promise<Holds> {
  const holds = join(directory, 'holds');
  await makeDirectories(directory, ['holds']);

  return {
    async hold(fileListId) {
      const path = join(holds, `${fileListId}.${randomBytes(8).toString('hex')}`);
      // Where there is no room for it, an object can be read nevertheless. Should it be replaced meanwhile, reading fails
      // at the first file that is gone.
      await writeFile(path, '', { flag: 'wx' }).catch(() => undefined);
      return () => rm(path, { force: true }).catch(() => undefined);
    },
    async isHeld(fileListId) {
      const names = await readdir(holds);
      return names.some(name => name.startsWith(`${fileListId}.`));
    },
    async clear() {
      for (const name of await readdir(holds)) await rm(join(holds, name), { force: true });
    },
  };
}
