import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** On the disk of the clone: what is for temporary files may be memory, where nothing is durable. */
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/crossgate-bench', import.meta.url));

/** A directory of its own for `use`, which is removed in the end. */
export async function withScratch<Result>(use: (directory: string) => Promise<Result>): Promise<Result> {
  mkdirSync(CACHE, { recursive: true });
  const directory = mkdtempSync(join(CACHE, 'run-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await use(directory);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** What has to be stopped, last begun first. */
export async function withStops<Result>(
  use: (stops: (() => Promise<void>)[]) => Promise<Result>,
): Promise<Result> {
  const stops: (() => Promise<void>)[] = [];
  try {
    return await use(stops);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
