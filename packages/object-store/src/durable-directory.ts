import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes a directory, by its absolute path, with directories in it, where they are not there, and syncs what was made. */
export async function makeDirectories(path: string, names: readonly string[]): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  await Promise.all(names.map(name => mkdir(join(path, name), { recursive: true })));
  const last = firstMade === undefined ? path : dirname(firstMade);
  for (let made = path; made !== last; made = dirname(made)) await syncDirectory(made);
  await syncDirectory(last);
}

/** Waits until the names in a directory are on the disk: syncing a file keeps its bytes, not its name. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
