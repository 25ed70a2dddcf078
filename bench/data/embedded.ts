import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cosAuthorization } from '../../test/support/sign-cos.ts';
import { startModule } from '../harness/child.ts';
import { ask } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';
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
  const created = await ask(cos, {
    method: 'PUT',
    path: '/',
    headers: { ...signed('PUT', '/'), 'Content-Length': '0' },
  });
  insist(
    created.status === 200,
    () => `the bucket ${BUCKET} was not made: ${created.status} ${created.body}`,
  );
  const fileDirectory = join(directory, 'files');
  mkdirSync(fileDirectory);
  const files = await startModule(new URL('file-server.js', import.meta.url), fileDirectory);
  stops.push(files.stop);
  const { main = 0 } = files.ports;
  const pathOf = (size: number): string => `/objects/${size}`;
  return [
    { name: EMBEDDED, pid: crossgate.pid, port: cos, pathOf, headersOf: signed },
    { name: FILES, pid: files.pid, port: main, pathOf, headersOf: () => ({ Host: HOST }) },
  ];
}

const DAY_SECONDS = 24 * 60 * 60;

function signed(method: 'GET' | 'PUT', target: string): Readonly<Record<string, string>> {
  const headers = { Host: HOST };
  const end = Math.floor(Date.now() / 1000) + DAY_SECONDS;
  return { ...headers, Authorization: cosAuthorization({ method, target, headers }, { end }) };
}
