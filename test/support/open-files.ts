import { readdirSync, readlinkSync } from 'node:fs';

/** The files under a directory that this process has open, for the sake of those that it should have closed. */
export function openFilesUnder(directory: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap(descriptor => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      return [];
    }
  });
}
