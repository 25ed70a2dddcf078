import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  HISTORY_LIMIT,
  openLmdbPolicyStore,
  type PolicyRevision,
  type PolicyStore,
  type TenantKey,
  type WatchEvent,
} from '@crossgate/policy-store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTemporaryDirectory } from './temporary-directory.ts';

const SCRIPT = fileURLToPath(new URL('lmdb-process.mjs', import.meta.url));
const SHARED: TenantKey = { dialect: 'cos', tenant: 'shared' };
const FLOODED: readonly TenantKey[] = Array.from({ length: 8 }, (_, index) => ({
  dialect: 'cos',
  tenant: `flood-${index}`,
}));

/** How a child writes. */
const WRITERS = [
  { name: 'beside others', args: [] },
  { name: 'alone', args: ['alone'] },
];

interface Acknowledged {
  readonly key: TenantKey;
  readonly revision: number;
  readonly age: number;
}

describe('openLmdbPolicyStore in several processes', () => {
  let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
  let store: PolicyStore;
  const children: ChildProcess[] = [];

  function start(...args: string[]): ChildProcess {
    const child = fork(SCRIPT, [directory.path, ...args], { execArgv: [] });
    children.push(child);
    return child;
  }

  beforeEach(async () => {
    directory = await createTemporaryDirectory();
    store = openLmdbPolicyStore({ directory: directory.path });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await store.close();
    await directory.remove();
  });

  it('loses no update of concurrent conditional writers', async () => {
    const exits = [start('increment', '150'), start('increment', '150')].map(child => once(child, 'exit'));
    expect(await Promise.all(exits)).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(age(store.get(SHARED))).toBe(300);
    expect(store.revision()).toBe(300);
  });

  it('sees what another process wrote, even within the same turn of the event loop', () => {
    expect(store.get(SHARED)).toBeUndefined();
    execFileSync(process.execPath, [SCRIPT, directory.path, 'put', '7']);
    expect(age(store.get(SHARED))).toBe(7);
    const first = store.get(SHARED);
    expect(store.get(SHARED)).toBe(first);
    execFileSync(process.execPath, [SCRIPT, directory.path, 'put', '8']);
    expect(age(store.get(SHARED))).toBe(8);
    expect(store.revision()).toBe(2);
  });

  it('overwrites nothing where it was told that nobody else writes, and somebody does', async () => {
    await store.close();
    store = openLmdbPolicyStore({ directory: directory.path, soleWriter: true });
    await store.put(SHARED, { rules: [] });
    execFileSync(process.execPath, [SCRIPT, directory.path, 'put', '7']);
    expect(await store.put(SHARED, { rules: [] }, 1)).toMatchObject({ kind: 'conflict' });
    expect(await store.put(SHARED, { rules: [] }, 2)).toMatchObject({ revision: 3, replaced: 2 });
    expect(store.history(SHARED).map(age)).toEqual([undefined, 7, undefined]);
  });

  it('overwrites nothing where somebody else has written more than the log remembers', async () => {
    await store.close();
    store = openLmdbPolicyStore({ directory: directory.path, soleWriter: true });
    await store.put(SHARED, { rules: [] });
    execFileSync(process.execPath, [SCRIPT, directory.path, 'crowd', '11000']);
    expect(await store.put(SHARED, { rules: [] }, 1)).toMatchObject({ kind: 'conflict' });
    expect(await store.put(SHARED, { rules: [] })).toMatchObject({ revision: 11_002, replaced: 11_001 });
  });

  it('keeps the object of a policy that another process did not touch', async () => {
    const mine = { dialect: 'cos', tenant: 'mine' };
    await store.put(mine, { rules: [] });
    const first = store.get(mine);
    execFileSync(process.execPath, [SCRIPT, directory.path, 'put', '7']);
    expect(store.get(mine)).toBe(first);
  });

  it('sees each write of another process when it is told of it, and watches it', async () => {
    const child = start('serve');
    await once(child, 'message');
    const events: WatchEvent[] = [];
    store.watch(event => events.push(event));
    for (let n = 1; n <= 20; n++) {
      const told = new Promise<void>((resolve, reject) => {
        child.once('message', revision => {
          try {
            expect(store.get(SHARED)).toMatchObject({ revision });
            expect(age(store.get(SHARED))).toBe(n);
            resolve();
          } catch (error) {
            reject(error);
          }
        });
      });
      child.send(n);
      await told;
    }
    await vi.waitFor(() => expect(events).toHaveLength(20), { timeout: 10_000, interval: 5 });
    expect(events.map(event => (event.kind === 'changed' ? age(event.change) : event))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it.each(WRITERS)(
    'keeps every acknowledged write when the writer is killed, $name',
    async ({ args: how }) => {
      const acknowledged: Acknowledged[] = [];
      for (let round = 1; round <= 5; round++) {
        const child = start('flood', ...how);
        child.on('message', message => acknowledged.push(message as Acknowledged));
        const exit = once(child, 'exit');
        // The watch reads while the other process writes, and must never meet half a record.
        const stop = store.watch(event => event.kind === 'changed' && assertWhole(event.change));
        await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(round * 150), {
          timeout: 10_000,
          interval: 3,
        });
        child.kill('SIGKILL');
        await exit;
        stop();
        // By a process that opens the directory anew, as after a crash.
        await store.close();
        store = openLmdbPolicyStore({ directory: directory.path });
        assertKept(store, acknowledged);
      }
    },
  );

  it.skipIf(process.platform !== 'linux').each(WRITERS)(
    'refuses writes while the disk is full, and goes on afterwards, $name',
    async ({ args: how }) => {
      // Beyond the limit, writing fails with EFBIG as it does with ENOSPC on a full disk.
      const script = 'ulimit -S -f 512; exec "$@"';
      const args = ['-c', script, 'sh', process.execPath, SCRIPT, directory.path, 'fill', ...how];
      const child = spawn('sh', args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      children.push(child);
      const next = async (): Promise<unknown> => {
        const ended = once(child, 'exit').then(([code]) => `it ended with ${code}`);
        return await Promise.race([once(child, 'message').then(([message]) => message as unknown), ended]);
      };
      const refused = expect.objectContaining({
        message: 'the disk did not take the write: File too large',
      });
      expect(await next()).toEqual([refused]);
      const kept = store.revision();
      expect(age(store.get(SHARED))).toBe(kept);
      for (let attempt = 0; attempt < 3; attempt++) {
        const answer = next();
        child.send('again');
        expect(await answer).toEqual([refused, refused]);
      }
      expect(store.revision()).toBe(kept);
      expect(store.history(SHARED).length).toBe(Math.min(kept, HISTORY_LIMIT));
      expect(age(store.get(SHARED))).toBe(kept);
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:']);
      const answer = next();
      child.send('again');
      // Nothing is left of those that were refused, not even their numbers.
      expect(await answer).toEqual([{ revision: kept + 1 }, { revision: kept + 2 }]);
      expect(store.get(SHARED)?.revision).toBe(kept + 2);
    },
  );
});

function assertKept(store: PolicyStore, acknowledged: readonly Acknowledged[]): void {
  expect(new Set(acknowledged.map(({ revision }) => revision)).size).toBe(acknowledged.length);
  expect(store.revision()).toBeGreaterThanOrEqual(Math.max(...acknowledged.map(({ revision }) => revision)));
  for (const key of FLOODED) {
    const history = store.history(key);
    for (const change of history) assertWhole(change);
    const revisions = history.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => b - a));
    expect(history[0]).toEqual(store.get(key));

    const kept = new Map(history.map(change => [change.revision, age(change)]));
    const oldest = revisions.at(-1) ?? 0;
    const ofTenant = acknowledged.filter(write => write.key.tenant === key.tenant);
    for (const write of ofTenant.filter(({ revision }) => revision >= oldest)) {
      expect(kept.get(write.revision)).toBe(write.age);
    }
  }
}

function assertWhole(change: PolicyRevision): void {
  const rule = change.policy?.rules[0];
  expect(new Set(rule?.allowedHeaders)).toEqual(new Set([`${rule?.maxAgeSeconds}`]));
  expect(rule?.allowedHeaders).toHaveLength(600);
}

function age(change: PolicyRevision | undefined): number | undefined {
  return change?.policy?.rules[0]?.maxAgeSeconds;
}
