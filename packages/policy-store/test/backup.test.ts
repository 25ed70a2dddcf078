import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Policy } from '@crossgate/core';
import {
  type BackupProgress,
  type LmdbPolicyStore,
  migratePolicies,
  openBackup,
  openLmdbPolicyStore,
  type PolicySource,
  type TenantHistory,
  type TenantKey,
  writeBackup,
} from '@crossgate/policy-store';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from './temporary-directory.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice' };
const BOB: TenantKey = { dialect: 'boomi', tenant: 'b\u00f6b\n\0' };

let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
let store: LmdbPolicyStore;
let file: string;

beforeEach(async () => {
  directory = await createTemporaryDirectory();
  store = openLmdbPolicyStore({ directory: join(directory.path, 'policies') });
  file = join(directory.path, 'backup');
});
afterEach(async () => {
  await store.close();
  await directory.remove();
});

async function fill(): Promise<void> {
  await store.put(ALICE, policy(1));
  await store.update(ALICE, { settings: { logging: { read: true } } });
  await store.put(BOB, policy(2));
  await store.delete(BOB);
  await store.put(ALICE, policy(3));
}

async function restored(): Promise<readonly TenantHistory[]> {
  const { source, close } = await openBackup(file);
  try {
    return await historiesOf(source);
  } finally {
    await close();
  }
}

describe('writeBackup', () => {
  it('writes all histories with settings, times, revisions and deletions', async () => {
    await fill();
    const report = await writeBackup(store.archive, file);
    expect(report).toEqual({
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      tenants: 2,
      revisions: 5,
      sizeBytes: statSync(file).size,
    });
    const histories = await restored();
    expect(histories).toEqual([...store.archive.histories()]);
    expect(histories.map(({ key, revisions }) => [key, revisions.length])).toEqual([
      [ALICE, 3],
      [BOB, 2],
    ]);
  });

  it('writes a backup of an empty store', async () => {
    expect(await writeBackup(store.archive, file)).toMatchObject({ tenants: 0, revisions: 0 });
    expect(await restored()).toEqual([]);
  });

  it('has what was there when it began, whatever is written meanwhile', async () => {
    for (let n = 0; n < 200; n++) await store.put({ dialect: 'cos', tenant: `t${n}` }, policy(0));
    const before = [...store.archive.histories()];
    let written = 0;
    const source: PolicySource = {
      ...store.archive,
      async *histories() {
        for (const history of store.archive.histories()) {
          yield history;
          await store.put({ dialect: 'cos', tenant: `t${199 - written}` }, policy(1));
          written += 1;
        }
      },
    };
    await writeBackup(source, file);
    expect(written).toBe(200);
    expect(await restored()).toEqual(before);
  });

  it('is of its owner alone, and leaves nothing else behind', async () => {
    writeFileSync(file, 'an older one', { mode: 0o644 });
    await fill();
    await writeBackup(store.archive, file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory.path).sort()).toEqual(['backup', 'policies']);
  });

  it('is lines that anybody can read', async () => {
    await fill();
    await writeBackup(store.archive, file);
    const lines = execFileSync('gunzip', ['-c'], { input: readFileSync(file), encoding: 'utf8' }).split('\n');
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ crossgateBackup: 1 });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject(ALICE);
  });

  it.each([
    {
      name: 'its source fails',
      source: (all: PolicySource): PolicySource => ({
        ...all,
        *histories() {
          yield { key: ALICE, revisions: [{ key: ALICE, revision: 1, policy: policy(1), writtenAt: 1 }] };
          throw new Error('the disk is broken');
        },
      }),
      says: 'the disk is broken',
    },
  ])('leaves what was there when $name', async ({ source, says }) => {
    writeFileSync(file, 'an older one');
    await expect(writeBackup(source(store.archive), file)).rejects.toThrow(says);
    expect(readFileSync(file, 'utf8')).toBe('an older one');
    expect(readdirSync(directory.path).sort()).toEqual(['backup', 'policies']);
  });

  it('ends when it is told to', async () => {
    await fill();
    const interruption = new AbortController();
    const writing = writeBackup(store.archive, file, {
      signal: interruption.signal,
      onProgress: () => interruption.abort(new Error('enough')),
    });
    await expect(writing).rejects.toThrow('enough');
    expect(readdirSync(directory.path)).toEqual(['policies']);
  });

  it('tells how far it is', async () => {
    await fill();
    const steps: BackupProgress[] = [];
    const { sizeBytes } = await writeBackup(store.archive, file, { onProgress: step => steps.push(step) });
    expect(steps).toEqual([
      { phase: 'writing', done: 1, total: 2 },
      { phase: 'writing', done: 2, total: 2 },
      { phase: 'checking', done: sizeBytes, total: sizeBytes },
    ]);
  });
});

describe('openBackup', () => {
  it('is a source that a store is filled from, and again', async () => {
    await fill();
    await writeBackup(store.archive, file);
    const target = openLmdbPolicyStore({ directory: join(directory.path, 'target') });
    const { source, close } = await openBackup(file);
    expect(await migratePolicies(source, target.archive)).toEqual({
      tenants: 2,
      copied: 5,
      alreadyThere: 0,
      different: [],
    });
    expect(await migratePolicies(source, target.archive)).toMatchObject({ copied: 0, alreadyThere: 5 });
    expect(target.get(ALICE)).toMatchObject({ policy: policy(3), settings: { logging: { read: true } } });
    expect(target.get(BOB)).toBeUndefined();
    await close();
    await target.close();
  });

  it('reads the file that it has checked, also when another takes its place', async () => {
    await fill();
    await writeBackup(store.archive, file);
    const { source, close } = await openBackup(file);
    await store.put(ALICE, policy(9));
    await writeBackup(store.archive, file);
    expect((await historiesOf(source))[0]?.revisions).toHaveLength(3);
    await close();
    expect((await restored())[0]?.revisions).toHaveLength(4);
  });

  it.each([
    { name: 'an empty file', change: () => Buffer.alloc(0), kind: 'damaged' },
    { name: 'a text', change: () => Buffer.from('{"rules":[]}'), kind: 'none' },
    { name: 'a gzip file of something else', change: () => gzipSync('hello\nworld\n'), kind: 'none' },
    { name: 'a gzip file of nothing', change: () => gzipSync(''), kind: 'none' },
    {
      name: 'a later version',
      change: edited(lines => [line({ crossgateBackup: 2, createdAt: 'x' }), ...lines.slice(1)]),
      kind: 'other-version',
    },
    { name: 'one without its last line', change: edited(lines => lines.slice(0, -1)), kind: 'damaged' },
    { name: 'one without a tenant', change: edited(lines => lines.toSpliced(1, 1)), kind: 'damaged' },
    {
      name: 'one with a tenant twice',
      change: edited(lines => lines.toSpliced(1, 0, lines[1] ?? '')),
      kind: 'damaged',
    },
    {
      name: 'one with a policy changed',
      change: edited(lines => lines.map(text => text.replace('"maxAgeSeconds":3', '"maxAgeSeconds":4'))),
      kind: 'damaged',
    },
    { name: 'one with a line that is no JSON', change: edited(lines => lines.with(1, '{')), kind: 'damaged' },
    {
      name: 'one with a line that is no history',
      change: edited(lines => lines.with(1, line({ dialect: 'cos' }))),
      kind: 'damaged',
    },
    {
      name: 'one with a tenant behind its end',
      change: edited(lines => [...lines, lines[1] ?? '']),
      kind: 'damaged',
    },
    { name: 'two in one', change: (whole: Buffer) => Buffer.concat([whole, whole]), kind: 'damaged' },
  ])('refuses $name', async ({ change, kind }) => {
    await fill();
    await writeBackup(store.archive, file);
    writeFileSync(file, change(readFileSync(file)));
    await expect(openBackup(file)).rejects.toMatchObject({ name: 'BackupError', kind });
  });

  it('refuses every beginning of a backup', async () => {
    await fill();
    const { sizeBytes } = await writeBackup(store.archive, file);
    for (let size = sizeBytes - 1; size >= 0; size--) {
      truncateSync(file, size);
      await expect(openBackup(file)).rejects.toMatchObject({ name: 'BackupError' });
    }
  });

  it('reads nothing else from a backup with a flipped bit', async () => {
    await fill();
    await writeBackup(store.archive, file);
    const whole = readFileSync(file);
    const histories = await restored();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async position => {
        const damaged = Buffer.from(whole);
        const byte = position >> 3;
        damaged[byte] = (damaged[byte] ?? 0) ^ (1 << (position & 7));
        writeFileSync(file, damaged);
        const result = await restored().catch((error: unknown) => error);
        // Some bits of a gzip file mean nothing: of its head, and those that fill up a byte.
        if (Array.isArray(result)) expect(result).toEqual(histories);
        else expect(result).toMatchObject({ name: 'BackupError' });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what is no file', async () => {
    await expect(openBackup(directory.path)).rejects.toMatchObject({ name: 'BackupError', kind: 'none' });
  });
});

function edited(change: (lines: readonly string[]) => readonly string[]): (whole: Buffer) => Buffer {
  return whole => {
    const lines = gunzipSync(whole).toString().trimEnd().split('\n');
    return gzipSync(`${change(lines).join('\n')}\n`);
  };
}

function line(value: object): string {
  return JSON.stringify(value);
}

async function historiesOf(source: PolicySource): Promise<readonly TenantHistory[]> {
  const histories: TenantHistory[] = [];
  for await (const history of source.histories()) histories.push(history);
  return histories;
}

function policy(maxAgeSeconds: number): Policy {
  return {
    rules: [
      { allowedOrigins: ['*'], allowedMethods: [], allowedHeaders: [], exposeHeaders: [], maxAgeSeconds },
    ],
  };
}
