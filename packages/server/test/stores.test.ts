import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjectStore } from '@crossgate/object-store';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readServeConfig } from '../src/config/read-serve-config.ts';
import type { ServeConfig } from '../src/serve-config.ts';
import { openStores } from '../src/stores.ts';

const LOG = pino({ level: 'silent' });

let directory: string;
let config: ServeConfig;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-stores-'));
  const read = readServeConfig({ dataDirectory: directory }, {});
  if (read.kind === 'problem') throw new Error(read.message);
  config = read.config;
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const DAY_MS = 24 * 60 * 60 * 1000;

describe('openStores', () => {
  it('says which file of etcd it cannot read', async () => {
    const store = {
      kind: 'etcd',
      endpoints: ['https://127.0.0.1:1'],
      prefix: '/crossgate/',
      tls: { ca: join(directory, 'none.pem') },
    } as const;
    await expect(openStores({ ...config, store }, { recover: true }, LOG)).rejects.toThrow(/etcd\.tls\.ca/);
  });

  it('gives up uploads that began more than a week ago, and no others', async () => {
    const upload = await beginUpload();
    const stores = await openStores(config, { recover: true }, LOG);
    await stores.removeAbandoned(upload.startedAt + 6 * DAY_MS);
    await stores.close();
    expect(await isThere(upload)).toBe(true);

    const again = await openStores(config, { recover: true }, LOG);
    await again.removeAbandoned(upload.startedAt + 8 * DAY_MS);
    await again.close();
    expect(await isThere(upload)).toBe(false);
  });

  it('closes what it has opened when something cannot be, so that it can be tried again', async () => {
    mkdirSync(join(directory, 'objects'));
    const inTheWay = join(directory, 'objects', 'qingstor');
    writeFileSync(inTheWay, '');
    await expect(openStores(config, { recover: true }, LOG)).rejects.toThrow(/EEXIST|ENOTDIR/);
    rmSync(inTheWay);
    const stores = await openStores(config, { recover: true }, LOG);
    expect([...stores.dataApis.keys()]).toEqual(['cos', 'qingstor']);
    await stores.close();
  });
});

const WHERE = { bucket: 'a-1250000000', key: 'k' };

function cosObjects(): ReturnType<typeof openObjectStore> {
  return openObjectStore({ directory: join(directory, 'objects', 'cos') });
}

async function beginUpload(): Promise<{ readonly id: string; readonly startedAt: number }> {
  const objects = await cosObjects();
  await objects.createBucket({ name: WHERE.bucket, acl: 'private', region: 'ap-guangzhou' });
  const upload = await objects.createUpload(WHERE.bucket, WHERE.key, { headers: [] });
  await objects.close();
  if (upload === 'no-such-bucket') throw new Error(upload);
  return upload;
}

async function isThere({ id }: { readonly id: string }): Promise<boolean> {
  const objects = await cosObjects();
  const upload = objects.upload({ ...WHERE, id });
  await objects.close();
  return upload !== undefined;
}
