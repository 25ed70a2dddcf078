import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  openEtcdPolicyStore,
  openLmdbPolicyStore,
  type TenantKey,
  type WatchEvent,
} from '@crossgate/policy-store';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { useEtcdStores } from '../support/etcd-store.ts';
import { eventually, numberedPolicy, numberOf, written } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice-1250000000' };
const BOB: TenantKey = { dialect: 'cos', tenant: 'bob-1250000000' };

const READER = fileURLToPath(new URL('../support/etcd-reader.mjs', import.meta.url));

describeWith(ETCD_MISSING)('openEtcdPolicyStore, when the log of etcd cannot be followed', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => {
    cluster = await startEtcdCluster({ members: 1 });
  });
  afterAll(() => cluster.stop());
  const stores = useEtcdStores(() => cluster.endpoints);

  async function compact(): Promise<void> {
    const status = JSON.parse(await cluster.control('--write-out', 'json', 'endpoint', 'status'));
    await cluster.control('compaction', String(status[0].Status.header.revision));
  }

  it('reads everything anew when what it missed is compacted', async () => {
    const replicaDirectory = stores.newDirectory();
    const away = await stores.openReady({ replicaDirectory });
    const first = written(await away.put(ALICE, numberedPolicy(1)));
    await away.close();

    const other = await stores.openReady();
    written(await other.delete(ALICE));
    for (let n = 2; n <= 4; n++) written(await other.put(BOB, numberedPolicy(n)));
    await compact();

    const info = vi.fn<(details: object, message: string) => void>();
    const back = stores.open({ replicaDirectory, log: { info, warn: vi.fn() } });
    // Until it has everything, it answers as before.
    expect(back.get(ALICE)?.revision).toBe(first);
    const events: WatchEvent[] = [];
    back.watch(event => events.push(event));
    await eventually(() => expect(back.revision()).toBe(other.revision()));
    expect(back.get(ALICE)).toBeUndefined();
    expect(back.list()).toEqual(other.list());
    for (const key of [ALICE, BOB]) expect(back.history(key)).toEqual(other.history(key));
    expect(info).toHaveBeenCalledWith(
      { reason: expect.stringMatching(/compacted/) },
      expect.stringMatching(/all policies are read/),
    );
    await eventually(() => expect(events).toEqual([{ kind: 'reset', revision: other.revision() }]));
    const next = written(await back.put(ALICE, numberedPolicy(5), 'absent'));
    await eventually(() => expect(events).toHaveLength(2));
    expect(events[1]).toMatchObject({ kind: 'changed', change: { revision: next } });
  });

  it('catches up on more than fits into one message', async () => {
    const replicaDirectory = stores.newDirectory();
    const away = await stores.openReady({ replicaDirectory });
    written(await away.put(ALICE, numberedPolicy(1)));
    await away.close();
    const other = await stores.openReady();
    const large = 'x'.repeat(300_000);
    for (let n = 2; n <= 20; n++) written(await other.put(ALICE, numberedPolicy(n, large)));
    const info = vi.fn<(details: object, message: string) => void>();
    const back = stores.open({ replicaDirectory, log: { info, warn: vi.fn() } });
    await eventually(() => expect(back.revision()).toBe(other.revision()));
    expect(back.history(ALICE)).toEqual(other.history(ALICE));
    expect(info).not.toHaveBeenCalled();
  });

  it('reads nothing anew when others wrote what is compacted', async () => {
    const replicaDirectory = stores.newDirectory();
    const away = await stores.openReady({ replicaDirectory });
    const first = written(await away.put(ALICE, numberedPolicy(1)));
    await away.close();
    for (const value of ['1', '2', '3']) await cluster.control('put', '/somebody/else', value);
    await compact();
    const info = vi.fn<(details: object, message: string) => void>();
    const log = { info, warn: vi.fn() };
    const back = await stores.openReady({ replicaDirectory, log, contactIntervalMilliseconds: 50 });
    // Before it has asked etcd what is newest, that would be the write that comes now.
    const opened = performance.now();
    await eventually(() => {
      const sinceContact = (back.status().secondsSinceContact ?? 0) * 1000;
      expect(sinceContact).toBeLessThan(performance.now() - opened);
    });
    written(await back.put(ALICE, numberedPolicy(2), first));
    expect(info).not.toHaveBeenCalled();
  });

  it('goes through a compaction while it follows', async () => {
    const store = await stores.openReady();
    for (let n = 1; n <= 3; n++) {
      written(await store.put(ALICE, numberedPolicy(n)));
      await compact();
    }
    expect(store.history(ALICE)).toHaveLength(3);
  });

  it('reads everything anew when somebody removes keys by hand', async () => {
    const [a, b] = [await stores.openReady(), await stores.openReady()];
    const options = { contactIntervalMilliseconds: 200 };
    const c = await stores.openReady(options);
    written(await a.put(ALICE, numberedPolicy(1)));
    written(await a.put(BOB, numberedPolicy(2)));
    for (const store of [b, c]) await eventually(() => expect(store.revision()).toBe(a.revision()));
    const events: WatchEvent[] = [];
    for (let watchers = 0; watchers < 2; watchers++) a.watch(event => events.push(event));
    await cluster.control('del', '--prefix', `${stores.prefix()}v1/log/cos/alice`);
    for (const store of [a, b, c]) {
      await eventually(() => expect(store.get(ALICE)).toBeUndefined());
      expect(numberOf(store.get(BOB))).toBe(2);
    }
    // The newest write is the same, and all else may be different.
    const reset = { kind: 'reset', revision: a.revision() };
    await eventually(() => expect(events).toEqual([reset, reset]));
    written(await b.put(ALICE, numberedPolicy(3), 'absent'));
    await eventually(() => expect(numberOf(a.get(ALICE))).toBe(3));
    await cluster.control('del', '--prefix', stores.prefix());
    for (const store of [a, b, c]) await eventually(() => expect(store.list()).toEqual([]));
    written(await b.put(ALICE, numberedPolicy(4), 'absent'));
    await eventually(() => expect(numberOf(c.get(ALICE))).toBe(4));
  });

  it('keeps what it has, and says so, when there is something that it cannot read', async () => {
    const warn = vi.fn<(details: object, message: string) => void>();
    const info = vi.fn<(details: object, message: string) => void>();
    const store = await stores.openReady({ contactIntervalMilliseconds: 100, log: { info, warn } });
    const first = written(await store.put(ALICE, numberedPolicy(1)));
    const key = `${stores.prefix()}v1/log/cos/newer/0000000000000001`;
    await cluster.control('put', key, '{"version":2}');
    await eventually(() => expect(store.status().problem).toMatch(/policy of version 2.*newer/));
    expect(store.get(ALICE)?.revision).toBe(first);
    await cluster.control('del', key);
    await eventually(() => expect(store.status().problem).toBeUndefined());
    written(await store.put(ALICE, numberedPolicy(2), first));
    expect(warn.mock.calls.map(([, message]) => message)).toContainEqual(
      expect.stringMatching(/cannot be taken/),
    );
  });

  it('swaps in what it reads anew whole, for other processes too', async () => {
    const TENANTS = 300;
    const keys = Array.from({ length: TENANTS }, (_, n) => ({ dialect: 'cos', tenant: `t${n}` }));
    const writer = await stores.openReady();
    const writeAll = async (number: number): Promise<void> => {
      for (let n = 0; n < TENANTS; n += 50) {
        await Promise.all(keys.slice(n, n + 50).map(key => writer.put(key, numberedPolicy(number))));
      }
    };
    await writeAll(1);
    const replicaDirectory = stores.newDirectory();
    const before = await stores.openReady({ replicaDirectory });
    expect(before.list()).toHaveLength(TENANTS);
    await before.close();
    await writeAll(2);
    await compact();

    // It lists the tenants all the time, and tells each listing that is not all of one number.
    const reader = fork(READER, [replicaDirectory, stores.prefix()], { execArgv: [] });
    try {
      await once(reader, 'message');
      const store = await stores.openReady({ replicaDirectory });
      const seen = new Set<string>();
      await eventually(() => {
        seen.add([...new Set(store.list().map(numberOf))].join());
        expect(store.revision()).toBe(writer.revision());
      });
      expect(['1', '2']).toEqual(expect.arrayContaining([...seen]));
      const told = once(reader, 'message');
      reader.send('stop');
      expect((await told)[0]).toEqual({ listings: ['300 of 1', '300 of 2'] });
    } finally {
      reader.kill('SIGKILL');
    }
  });

  it('begins anew when a reload was broken off', async () => {
    const writer = await stores.openReady();
    for (let n = 0; n < 100; n++)
      written(await writer.put({ dialect: 'cos', tenant: `t${n}` }, numberedPolicy(n)));
    const replicaDirectory = stores.newDirectory();
    for (let attempt = 0; attempt < 3; attempt++) {
      const store = openEtcdPolicyStore({
        endpoints: cluster.endpoints,
        prefix: stores.prefix(),
        replicaDirectory,
      });
      await new Promise(resolve => setImmediate(resolve));
      await store.close();
    }
    const store = await stores.openReady({ replicaDirectory });
    expect(store.list()).toEqual(writer.list());
  });

  it('takes large policies and many of them in pieces', async () => {
    const writer = await stores.openReady();
    const large = 'x'.repeat(200_000);
    for (let n = 0; n < 40; n++) {
      written(await writer.put({ dialect: 'cos', tenant: `t${n}` }, numberedPolicy(n, large)));
    }
    await expect(writer.put(ALICE, numberedPolicy(1, 'x'.repeat(2_000_000)))).rejects.toThrow(/too large/);
    const store = await stores.openReady();
    expect(store.list().map(numberOf)).toEqual(writer.list().map(numberOf));
    expect(store.get(ALICE)).toBeUndefined();
  });

  it('refuses a directory that is something else, or of another prefix', async () => {
    const [first, second, third] = [stores.newDirectory(), stores.newDirectory(), stores.newDirectory()];
    for (const replicaDirectory of [first, second]) {
      await (await stores.openReady({ replicaDirectory })).close();
    }
    expect(() => openLmdbPolicyStore({ directory: first })).toThrow(/not a policy store/);
    expect(() => stores.open({ replicaDirectory: second, prefix: '/other/' })).toThrow(
      /replica of `\/crossgate.*not of `\/other/,
    );
    await openLmdbPolicyStore({ directory: third }).close();
    expect(() => stores.open({ replicaDirectory: third })).toThrow(/not a replica/);
  });
});
