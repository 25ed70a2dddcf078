import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '@crossgate/core';
import { openLmdbPolicyStore, type PolicyStore, type TenantKey } from '@crossgate/policy-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from './temporary-directory.ts';

const MEBIBYTE = 1024 ** 2;
const DISK_BYTES = 24 * MEBIBYTE;
const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice' };
const BOB: TenantKey = { dialect: 'cos', tenant: 'bob' };

/** Root may, where nothing holds it back. */
const canMount = mayMount();

function mayMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-mount-'));
  try {
    mountDisk(directory, MEBIBYTE);
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function mountDisk(directory: string, bytes: number): void {
  const args = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'crossgate-full', directory];
  execFileSync('mount', args, { stdio: 'ignore' });
}

function policyWith(exposeHeaders: readonly string[] = []): Policy {
  const allowedOrigins = ['https://app.example.com'];
  return { rules: [{ allowedOrigins, allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders }] };
}

describe.skipIf(!canMount).each([
  { name: 'the only process that writes', soleWriter: true },
  { name: 'one of several', soleWriter: false },
])('a disk with little room, for $name', ({ soleWriter }) => {
  let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
  let store: PolicyStore | undefined;

  beforeEach(async () => {
    directory = await createTemporaryDirectory();
    mountDisk(directory.path, DISK_BYTES);
  });
  afterEach(async () => {
    await store?.close();
    execFileSync('umount', ['--lazy', directory.path]);
    await directory.remove();
  });

  /** Takes all the room but so much. */
  function leave(bytes: number): void {
    writeFileSync(join(directory.path, 'ballast'), Buffer.alloc(DISK_BYTES - bytes));
  }

  it('is not asked to take a write that may not fit: what is there stays, and all goes on when there is room', async () => {
    store = openLmdbPolicyStore({ directory: join(directory.path, 'store'), soleWriter });
    await store.put(ALICE, policyWith());
    leave(7 * MEBIBYTE);
    const refused = /^the disk did not take the write: \d\.\d MiB are free, and 8\.\d have to be$/;
    await expect(store.put(BOB, policyWith())).rejects.toThrow(refused);
    await expect(store.delete(ALICE)).rejects.toMatchObject({ name: 'NotCommittedError' });
    expect([store.get(ALICE)?.revision, store.get(BOB)]).toEqual([1, undefined]);
    rmSync(join(directory.path, 'ballast'));
    expect(await store.put(BOB, policyWith())).toMatchObject({ kind: 'written', revision: 2 });
  });

  it('has to have room for all that is written together', async () => {
    store = openLmdbPolicyStore({ directory: join(directory.path, 'store'), soleWriter });
    await store.put(ALICE, policyWith());
    leave(10 * MEBIBYTE);
    await store.put(ALICE, policyWith());
    await expect(store.put(BOB, policyWith(['x'.repeat(MEBIBYTE)]))).rejects.toThrow('have to be');
  });
});

describe.skipIf(!canMount)('a store on a full disk', () => {
  it('is not begun', async () => {
    const directory = await createTemporaryDirectory();
    mountDisk(directory.path, MEBIBYTE);
    try {
      const begin = (): unknown => openLmdbPolicyStore({ directory: join(directory.path, 'store') });
      expect(begin).toThrow(/^the disk did not take the write: \d\.\d MiB are free, and 8\.\d have to be$/);
    } finally {
      execFileSync('umount', ['--lazy', directory.path]);
      await directory.remove();
    }
  });
});
