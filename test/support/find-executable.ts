import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program of a Debian package, or another of that name on the path; undefined when there is none. */
export function findExecutable(name: string): string | undefined {
  const { PATH = '' } = process.env;
  const directories = ['/usr/bin', ...PATH.split(delimiter)];
  return directories.map(directory => join(directory, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
