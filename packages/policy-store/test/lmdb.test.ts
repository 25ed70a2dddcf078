import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Policy } from '@crossgate/core';
import {
  HISTORY_LIMIT,
  type LmdbPolicyStoreOptions,
  openLmdbPolicyStore,
  type PolicyStore,
  type TenantKey,
  type WatchEvent,
} from '@crossgate/policy-store';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from './temporary-directory.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice' };

describe('openLmdbPolicyStore', () => {
  let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
  let opened: PolicyStore[];

  function openStore(options: Partial<LmdbPolicyStoreOptions> = {}): PolicyStore {
    const store = openLmdbPolicyStore({ directory: directory.path, ...options });
    opened.push(store);
    return store;
  }

  /** Changes the database behind the store's back. */
  async function tamper(change: (database: ReturnType<typeof openRaw>) => Promise<unknown>): Promise<void> {
    const database = openRaw(directory.path);
    await change(database);
    await database.close();
  }

  beforeEach(async () => {
    opened = [];
    directory = await createTemporaryDirectory();
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    await directory.remove();
  });

  it('creates the directory, also when its name looks like that of a file', async () => {
    const path = join(directory.path, 'deep', 'policies.v1');
    const store = openStore({ directory: path });
    await store.put(ALICE, { rules: [] });
    await store.close();
    expect(openStore({ directory: path }).get(ALICE)?.policy).toEqual({ rules: [] });
  });

  it('refuses a directory that is open in this process, by whatever name', async () => {
    const store = openStore();
    const link = join(directory.path, 'link');
    await symlink(directory.path, link);
    expect(() => openStore()).toThrow(/already open in this process/);
    expect(() => openStore({ directory: link })).toThrow(/already open in this process/);
    await store.close();
    expect(openStore().revision()).toBe(0);
  });

  it('refuses a directory of a newer format, and leaves it alone', async () => {
    await openStore().close();
    await tamper(database => database.put(Buffer.from('\0format'), Buffer.from('2')));
    expect(() => openStore()).toThrow(/policy store of format 2, this version of Crossgate reads format 1/);
    await tamper(database => database.put(Buffer.from('\0format'), Buffer.from('1')));
    expect(openStore().revision()).toBe(0);
  });

  it('refuses a database that is something else', async () => {
    await tamper(database => database.put(Buffer.from('key'), Buffer.from('value')));
    expect(() => openStore()).toThrow(/not a policy store/);
  });

  it('refuses a record of a newer version', async () => {
    const store = openStore();
    await store.put(ALICE, { rules: [] });
    await store.close();
    await tamper(database => database.put(Buffer.from('\x01pcos\0alice'), Buffer.from('\x03?')));
    expect(() => openStore().get(ALICE)).toThrow(/record of version 3/);
  });

  it('writes nothing of a policy that cannot be written', async () => {
    const store = openStore();
    const circular: { rules: []; self?: unknown } = { rules: [] };
    circular.self = circular;
    const good = store.put({ dialect: 'cos', tenant: 'bob' }, { rules: [] });
    await expect(store.put(ALICE, circular)).rejects.toThrow(TypeError);
    expect(await good).toEqual({ kind: 'written', revision: 1 });
    expect(store.revision()).toBe(1);
    expect(store.history(ALICE)).toEqual([]);
  });

  it('drops what has changed from the old entries of the cache too', async () => {
    const store = openStore({ cacheEntries: 4 });
    const keys = ['a', 'b', 'c'].map(tenant => ({ dialect: 'cos', tenant }));
    for (const key of [...keys, ...keys]) {
      await store.put(key, { rules: [] });
      for (const cached of keys) store.get(cached);
      expect(store.get(key)?.revision).toBe(store.revision());
    }
  });

  it('drops all of the cache when the changes since it was filled are not all remembered', async () => {
    const store = openStore({ changeLogLimit: 2 });
    const bob = { dialect: 'cos', tenant: 'bob' };
    await store.put(bob, { rules: [] });
    expect(store.get(bob)?.revision).toBe(1);
    await Promise.all([bob, ALICE, ALICE, ALICE].map(key => store.put(key, { rules: [] })));
    expect(store.get(bob)?.revision).toBe(2);
  });

  it('resets a watch when a change is in the log and no longer in the history', async () => {
    const store = openStore();
    const writes = 1 + 2 * HISTORY_LIMIT;
    await store.put(ALICE, { rules: [] });
    await Promise.all(Array.from({ length: writes - 1 }, () => store.put(ALICE, { rules: [] })));
    const events: WatchEvent[] = [];
    store.watch(event => events.push(event), { afterRevision: 0 });
    await store.put(ALICE, { rules: [] });
    expect(events).toEqual([
      { kind: 'reset', revision: writes },
      { kind: 'changed', change: store.get(ALICE) },
    ]);
  });

  describe('with gaps between revisions', () => {
    const BOB: TenantKey = { dialect: 'cos', tenant: 'bob' };

    /** A store with revisions 1 and 2 of Alice and, by whatever made the gap, 1001 and 1002 of Bob. */
    async function openWithGap(changeLogLimit: number): Promise<PolicyStore> {
      const store = openStore({ changeLogLimit });
      for (const key of [ALICE, ALICE]) await store.put(key, { rules: [] });
      await store.close();
      const thousand = Buffer.from('00000000000003e8', 'hex');
      await tamper(database => database.put(Buffer.from('\x01r'), thousand));
      const reopened = openStore({ changeLogLimit });
      expect(reopened.get(ALICE)?.revision).toBe(2);
      for (const key of [BOB, BOB]) await reopened.put(key, { rules: [] });
      return reopened;
    }

    async function eventsAfter(store: PolicyStore, afterRevision: number): Promise<unknown[]> {
      const events: unknown[] = [];
      store.watch(event => events.push(event.kind === 'changed' ? event.change.revision : event), {
        afterRevision,
      });
      await Promise.resolve();
      return events;
    }

    it('tells the changes on both sides of a gap', async () => {
      const store = await openWithGap(10);
      expect(await eventsAfter(store, 1)).toEqual([2, 1001, 1002]);
      expect(await eventsAfter(store, 500)).toEqual([1001, 1002]);
      expect(await eventsAfter(store, 1001)).toEqual([1002]);
    });

    it('remembers as many changes as it was told to, however far apart', async () => {
      const store = await openWithGap(3);
      expect(await eventsAfter(store, 1)).toEqual([2, 1001, 1002]);
      expect(await eventsAfter(store, 0)).toEqual([{ kind: 'reset', revision: 1002 }]);
    });

    it('keeps the object of a policy that did not change beyond a gap', async () => {
      const store = await openWithGap(3);
      const first = store.get(ALICE);
      await store.put(BOB, { rules: [] });
      expect(store.get(ALICE)).toBe(first);
    });
  });

  it.each([
    { name: 'beside others', soleWriter: false },
    { name: 'alone', soleWriter: true },
  ])('lets conditional writers at once make one history, $name', async ({ soleWriter }) => {
    const store = openStore({ soleWriter });
    const written: { revision: number; replaced: number | undefined; count: number }[] = [];
    let conflicts = 0;
    const writer = async (): Promise<void> => {
      for (let done = 0; done < 5; ) {
        const current = store.get(ALICE);
        const count = (current?.policy.rules[0]?.maxAgeSeconds ?? 0) + 1;
        const result = await store.put(ALICE, countingPolicy(count), current?.revision ?? 'absent');
        if (result.kind === 'conflict') conflicts += 1;
        if (result.kind !== 'written') continue;
        written.push({ ...result, count });
        done += 1;
        // Of another tenant, so that revisions have gaps for this one.
        await store.put({ dialect: 'cos', tenant: 'bob' }, { rules: [] });
      }
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    expect(conflicts).toBeGreaterThan(0);
    expect(written.map(({ count }) => count)).toEqual(written.map((_, index) => index + 1));
    expect(written.map(({ replaced }) => replaced)).toEqual([
      undefined,
      ...written.slice(0, -1).map(({ revision }) => revision),
    ]);
    expect(store.revision()).toBe(2 * written.length);
    expect(store.history(ALICE).map(({ revision }) => revision)).toEqual(
      written.map(({ revision }) => revision).reverse(),
    );
  });

  it('sees the writes before it that share its commit', async () => {
    const store = openStore();
    const settings = { logging: { read: true } };
    const results = await Promise.all([
      store.update(ALICE, { settings }, 'absent'),
      store.put(ALICE, { rules: [] }, 1),
      store.put(ALICE, { rules: [] }, 'absent'),
      store.delete(ALICE, 2),
      store.delete(ALICE),
      store.put(ALICE, { rules: [] }, 'absent'),
    ]);
    expect(results).toEqual([
      { kind: 'written', revision: 1, replaced: undefined },
      { kind: 'written', revision: 2, replaced: 1 },
      { kind: 'conflict', current: expect.objectContaining({ revision: 2, settings }) },
      { kind: 'written', revision: 3, replaced: 2 },
      { kind: 'absent' },
      { kind: 'written', revision: 4, replaced: undefined },
    ]);
    expect(store.get(ALICE)).not.toHaveProperty('settings');
  });

  it('removes what has left the history and the log within a few writes', async () => {
    const store = openStore({ changeLogLimit: 32 });
    for (let n = 0; n < 2 * HISTORY_LIMIT; n++) await store.put(ALICE, { rules: [] });
    expect(store.history(ALICE)).toHaveLength(HISTORY_LIMIT);
    await store.close();
    await tamper(async database => {
      const count = (from: string, to: string): number =>
        database.getKeysCount({ start: Buffer.from(from), end: Buffer.from(to) });
      expect(count('\x01h', '\x01i')).toBeLessThan(HISTORY_LIMIT + 8);
      expect(count('\x01l', '\x01m')).toBeLessThanOrEqual(32 + 2);
    });
  });

  it('answers from the file what has fallen out of the cache', async () => {
    const store = openStore({ cacheEntries: 2 });
    const keys = Array.from({ length: 10 }, (_, index) => ({ dialect: 'cos', tenant: `${index}` }));
    await Promise.all(keys.map(key => store.put(key, { rules: [], vary: true })));
    for (const key of [...keys, ...keys.toReversed()]) expect(store.get(key)?.key).toEqual(key);
  });
});

function countingPolicy(count: number): Policy {
  const lists = { allowedMethods: [], allowedHeaders: [], exposeHeaders: [] };
  return { rules: [{ allowedOrigins: ['*'], ...lists, maxAgeSeconds: count }] };
}

function openRaw(path: string) {
  return open<Buffer, Buffer>({
    path,
    noSubdir: false,
    keyEncoding: 'binary',
    encoding: 'binary',
    overlappingSync: false,
  });
}
