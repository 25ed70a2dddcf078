import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PLACES = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];

/** The library that moves the clock of a process; undefined when it is not installed. */
export function findLibfaketime(): string | undefined {
  const folders = PLACES.filter(existsSync).flatMap(place => [
    join(place, 'faketime'),
    // Debian keeps libraries by machine.
    ...readdirSync(place).map(machine => join(place, machine, 'faketime')),
  ]);
  return folders.map(folder => join(folder, 'libfaketime.so.1')).find(existsSync);
}

/** For a report of what could not be done. */
export const FAKETIME_MISSING: string | undefined =
  findLibfaketime() === undefined ? 'libfaketime is not installed (apt-get install faketime)' : undefined;
