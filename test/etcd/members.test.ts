import {
  type EtcdPolicyStore,
  PolicyStoreUnavailableError,
  type TenantKey,
  type WatchEvent,
} from '@crossgate/policy-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { useEtcdStores } from '../support/etcd-store.ts';
import { eventually, numberedPolicy, numberOf, written } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice-1250000000' };
const BOB: TenantKey = { dialect: 'cos', tenant: 'bob-1250000000' };

describeWith(ETCD_MISSING)('openEtcdPolicyStore, when members of etcd fail', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => {
    cluster = await startEtcdCluster();
  });
  afterAll(() => cluster.stop());
  const stores = useEtcdStores(() => cluster.endpoints);

  it('shows each of two machines what the other writes', async () => {
    const [a, b] = [await stores.openReady(), await stores.openReady()];
    const first = written(await a.put(ALICE, numberedPolicy(1)));
    await eventually(() => expect(b.get(ALICE)?.revision).toBe(first));
    const second = written(await b.put(ALICE, numberedPolicy(2), first));
    written(await b.put(BOB, numberedPolicy(3)));
    await eventually(() => expect(a.revision()).toBe(b.revision()));
    expect(a.get(ALICE)).toEqual({ ...b.get(ALICE), revision: second });
    expect(a.history(ALICE)).toEqual(b.history(ALICE));
    expect(a.history(ALICE).map(numberOf)).toEqual([2, 1]);
    expect(a.list()).toEqual(b.list());
  });

  it('refuses nobody because its own replica is behind', async () => {
    const [a, b] = [await stores.openReady(), await stores.openReady()];
    for (let n = 1; n <= 20; n++) {
      const revision = written(await a.put(ALICE, numberedPolicy(n)));
      // By a client that goes from one machine to the other faster than the watch.
      expect(await b.put(ALICE, numberedPolicy(-n), revision)).toMatchObject({ kind: 'written' });
      written(await b.delete(ALICE));
      expect(await a.delete(ALICE)).toEqual({ kind: 'absent' });
    }
    expect(a.history(ALICE)).toHaveLength(50);
  });

  it('goes on when the leader is killed, and has all that was acknowledged', async () => {
    const [a, b] = [await stores.openReady(), await stores.openReady()];
    const acknowledged = [written(await a.put(ALICE, numberedPolicy(0)))];
    const leader = await cluster.leader();
    const killed = cluster.kill(leader);
    for (let n = 1; n <= 10; n++) acknowledged.push(written(await a.put(ALICE, numberedPolicy(n))));
    await killed;
    await eventually(() => expect(b.revision()).toBe(acknowledged.at(-1)));
    expect(b.history(ALICE).map(({ revision }) => revision)).toEqual(acknowledged.toReversed());
    await cluster.restart(leader);
    written(await b.put(ALICE, numberedPolicy(11)));
    await eventually(() => expect(numberOf(a.get(ALICE))).toBe(11));
  });

  it('leaves a member that has fallen silent, soon', async () => {
    const reader = await stores.openReady({ endpoints: cluster.endpoints.slice(0, 2) });
    const writer = await stores.openReady({ endpoints: cluster.endpoints.slice(2) });
    // Whichever of the two it follows.
    for (const member of [0, 1]) {
      cluster.signal(member, 'SIGSTOP');
      try {
        const revision = written(await writer.put(ALICE, numberedPolicy(member)));
        const began = performance.now();
        await eventually(() => expect(reader.get(ALICE)?.revision).toBe(revision));
        expect(performance.now() - began).toBeLessThan(4_000);
        await eventually(() => expect(reader.status().problem).toBeUndefined());
      } finally {
        cluster.signal(member, 'SIGCONT');
      }
    }
  });

  it('reads on while etcd is away, refuses writes, and recovers with everything', async () => {
    const options = { writeTimeoutMilliseconds: 600, requestTimeoutMilliseconds: 300 };
    const replicaDirectory = stores.newDirectory();
    const store = await stores.openReady({ ...options, contactIntervalMilliseconds: 200, replicaDirectory });
    const revision = written(await store.put(ALICE, numberedPolicy(1)));
    await cluster.kill(0, 1, 2);

    await expectUnavailable(store.put(ALICE, numberedPolicy(2), revision));
    // Whether there is nothing is for etcd to say.
    await expectUnavailable(store.delete(BOB));
    await expectUnavailable(store.put(ALICE, numberedPolicy(2), 'absent'));
    expect(store.get(ALICE)?.revision).toBe(revision);
    expect(store.list()).toHaveLength(1);
    expect(store.history(ALICE)).toHaveLength(1);
    await eventually(() => expect(store.status().problem).toMatch(/127\.0\.0\.1/));
    expect(store.status()).toMatchObject({ isReady: true, lagRevisions: 0 });
    await eventually(() => expect(store.status().secondsSinceContact).toBeGreaterThan(0.3));

    // A machine that starts now has what its replica has.
    await store.close();
    const restarted = await stores.openReady({ ...options, replicaDirectory });
    expect(restarted.get(ALICE)?.revision).toBe(revision);
    await expectUnavailable(restarted.put(ALICE, numberedPolicy(2)));

    await cluster.restart(0, 1, 2);
    await eventually(() => expect(restarted.status().problem).toBeUndefined());
    written(await restarted.put(ALICE, numberedPolicy(3), currentRevision(restarted)));
    expect(numberOf(restarted.get(ALICE))).toBe(3);
    expect(restarted.status().secondsSinceContact).toBeLessThan(2);
  });

  it('refuses writes at once when nobody listens', async () => {
    const store = await stores.openReady({ writeTimeoutMilliseconds: 15_000 });
    written(await store.put(ALICE, numberedPolicy(1)));
    await cluster.kill(0, 1, 2);
    const began = performance.now();
    for (const write of [store.put(ALICE, numberedPolicy(2)), store.delete(BOB)])
      await expectUnavailable(write);
    expect(performance.now() - began).toBeLessThan(5_000);
    await cluster.restart(0, 1, 2);
    await eventually(() => expect(store.status().problem).toBeUndefined());
    written(await store.put(ALICE, numberedPolicy(3)));
    expect(store.history(ALICE).map(numberOf)).toEqual([3, 1]);
  });

  it('does not take a member without the others for the cluster', async () => {
    const store = await stores.openReady({
      writeTimeoutMilliseconds: 600,
      requestTimeoutMilliseconds: 300,
      endpoints: cluster.endpoints.slice(0, 1),
      contactIntervalMilliseconds: 200,
    });
    const revision = written(await store.put(ALICE, numberedPolicy(1)));
    await cluster.kill(1, 2);
    await expectUnavailable(store.put(ALICE, numberedPolicy(2), revision));
    await eventually(() => expect(store.status().problem).toBeDefined());
    expect(store.get(ALICE)?.revision).toBe(revision);
    await cluster.restart(1, 2);
    await eventually(() => expect(store.status().problem).toBeUndefined());
    // The write that was not acknowledged may have happened, once.
    await eventually(async () => {
      expect(await store.put(ALICE, numberedPolicy(3), currentRevision(store))).toMatchObject({
        kind: 'written',
      });
    });
    expect(['3,1', '3,2,1']).toContain(store.history(ALICE).map(numberOf).join());
  });

  it('has nothing to read until it has reached etcd once', async () => {
    await cluster.kill(0, 1, 2);
    const store = stores.open({ requestTimeoutMilliseconds: 300 });
    expect(store.status().isReady).toBe(false);
    for (const read of [
      () => store.get(ALICE),
      () => store.list(),
      () => store.history(ALICE),
      () => store.revision(),
    ]) {
      expect(read).toThrow(PolicyStoreUnavailableError);
    }
    const events: WatchEvent[] = [];
    store.watch(event => events.push(event));
    await expectUnavailable(store.put(ALICE, numberedPolicy(1)));
    await expect(store.whenReady(200)).rejects.toThrow(/not been read|127/);
    await cluster.restart(0, 1, 2);
    await store.whenReady(10_000);
    expect(store.get(ALICE)).toBeUndefined();
    expect(store.status().isReady).toBe(true);
    await eventually(() => expect(events).toEqual([{ kind: 'reset', revision: 0 }]));
  });
});

function currentRevision(store: EtcdPolicyStore): number | 'absent' {
  return store.get(ALICE)?.revision ?? 'absent';
}

async function expectUnavailable(write: Promise<unknown>): Promise<void> {
  await expect(write).rejects.toThrow(PolicyStoreUnavailableError);
}
