import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startModule } from '../harness/child.ts';
import { makeBucket, signedForCos } from '../servers/cos-request.ts';
import { startCrossgate } from '../servers/crossgate.ts';
import type { DataServer } from './data-server.ts';
import { BUCKET, HOST } from './proxied.ts';

const EMBEDDED = 'crossgate, embedded';
export const FILES = 'plain files';

/** The embedded store beside a server of plain files, which signs nothing and indexes nothing. */
export async function startStores(
  directory: string,
  stops: (() => Promise<void>)[],
): Promise<readonly DataServer[]> {
  const crossgate = await startCrossgate({ dataDirectory: join(directory, 'embedded') });
  stops.push(crossgate.stop);
  const { cos = 0 } = crossgate.ports;
  await makeBucket(cos, BUCKET);
  const fileDirectory = join(directory, 'files');
  mkdirSync(fileDirectory);
  const files = await startModule(new URL('file-server.js', import.meta.url), fileDirectory);
  stops.push(files.stop);
  const { main = 0 } = files.ports;
  const pathOf = (size: number): string => `/objects/${size}`;
  return [
    {
      name: EMBEDDED,
      pid: crossgate.pid,
      port: cos,
      pathOf,
      headersOf: (method, path) => signedForCos(BUCKET, method, path),
    },
    { name: FILES, pid: files.pid, port: main, pathOf, headersOf: () => ({ Host: HOST }) },
  ];
}
