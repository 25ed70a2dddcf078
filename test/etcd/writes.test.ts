import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type EtcdPolicyStore,
  type PolicyRevision,
  PolicyStoreUnavailableError,
  type TenantKey,
} from '@crossgate/policy-store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { useEtcdStores } from '../support/etcd-store.ts';
import { type LossyProxy, startLossyProxy } from '../support/lossy-proxy.ts';
import { eventually, numberedPolicy, numberOf, written } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice-1250000000' };
const REGISTERS: readonly TenantKey[] = ['x', 'y', 'z'].map(tenant => ({ dialect: 'cos', tenant }));

const WORKER = fileURLToPath(new URL('../support/etcd-worker.mjs', import.meta.url));

/** One conditional write of a history, with what came of it. Times are of one clock. */
interface Operation {
  readonly key: TenantKey;
  readonly number: number;
  readonly expected: number | 'absent';
  readonly began: number;
  readonly ended: number;
  readonly outcome:
    | { readonly kind: 'written'; readonly revision: number }
    | { readonly kind: 'conflict'; readonly current: PolicyRevision | undefined }
    /** It happened or it did not. */
    | { readonly kind: 'unknown' };
}

describeWith(ETCD_MISSING)('the writes of openEtcdPolicyStore', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => {
    cluster = await startEtcdCluster();
  });
  afterAll(() => cluster.stop());
  const stores = useEtcdStores(() => cluster.endpoints);

  it('are linearizable, while members are killed', async () => {
    const options = { writeTimeoutMilliseconds: 1_500, requestTimeoutMilliseconds: 500 };
    const machines = [await stores.openReady(options), await stores.openReady(options)];
    const operations: Operation[] = [];
    let number = 0;

    async function client(machine: EtcdPolicyStore): Promise<void> {
      const believed = new Map<TenantKey, number | 'absent'>(REGISTERS.map(key => [key, 'absent']));
      for (let n = 0; n < 15; n++) {
        const key = REGISTERS[n % REGISTERS.length] ?? ALICE;
        number += 1;
        const attempt = { key, number, expected: believed.get(key) ?? 'absent', began: performance.now() };
        const outcome = await machine
          .put(key, numberedPolicy(attempt.number), attempt.expected)
          .catch((error: unknown) => {
            expect(error).toBeInstanceOf(PolicyStoreUnavailableError);
            return { kind: 'unknown' as const };
          });
        if (outcome.kind === 'absent') throw new Error('a put is never answered absent');
        operations.push({ ...attempt, ended: performance.now(), outcome });
        if (outcome.kind === 'written') believed.set(key, outcome.revision);
        if (outcome.kind === 'conflict') believed.set(key, outcome.current?.revision ?? 'absent');
      }
    }

    const clients = machines.flatMap(machine => [client(machine), client(machine), client(machine)]);
    const leader = await cluster.leader();
    await cluster.kill(leader);
    await Promise.all(clients);
    await cluster.restart(leader);
    const [first, second] = machines;
    await eventually(() => {
      for (const machine of machines) expect(machine.status()).toMatchObject({ problem: undefined });
      expect(first?.revision()).toBe(second?.revision());
    });
    for (const key of REGISTERS) {
      const history = first?.history(key).toReversed() ?? [];
      expect(second?.history(key).toReversed()).toEqual(history);
      checkRegister(
        history,
        operations.filter(operation => operation.key === key),
      );
    }
    const kinds = operations.map(({ outcome }) => outcome.kind);
    expect(kinds.filter(kind => kind === 'written').length).toBeGreaterThan(5);
    expect(kinds.filter(kind => kind === 'conflict').length).toBeGreaterThan(5);
  });

  describe('of which the answer is lost', () => {
    let proxy: LossyProxy;
    beforeAll(async () => {
      proxy = await startLossyProxy(cluster.endpoints[0] ?? '');
    });
    afterEach(() => proxy.loseAnswers('', 0));
    afterAll(() => proxy.close());

    it('are acknowledged once, and happen once', async () => {
      const store = await stores.openReady({ endpoints: [proxy.url] });
      proxy.loseAnswers('/v3/kv/txn', 2);
      const first = written(await store.put(ALICE, numberedPolicy(1), 'absent'));
      expect(proxy.toLose()).toBe(0);
      proxy.loseAnswers('/v3/kv/txn', 1);
      const second = written(await store.put(ALICE, numberedPolicy(2)));
      proxy.loseAnswers('/v3/kv/txn', 1);
      const third = written(await store.delete(ALICE, second));
      expect(store.history(ALICE).map(({ revision }) => revision)).toEqual([third, second, first]);
    });

    it('lose to one that came between, and say so', async () => {
      const [slow, other] = [await stores.openReady({ endpoints: [proxy.url] }), await stores.openReady()];
      const first = written(await slow.put(ALICE, numberedPolicy(1)));
      await eventually(() => expect(other.get(ALICE)?.revision).toBe(first));
      proxy.loseAnswers('/v3/kv/txn', 1);
      const between = other.put(ALICE, numberedPolicy(2));
      const results = await Promise.all([slow.put(ALICE, numberedPolicy(3), first), between]);
      const history = slow.history(ALICE).map(numberOf);
      expect(history.filter(number => number === 3)).toHaveLength(results[0].kind === 'written' ? 1 : 0);
      expect(history).toContain(2);
    });

    it('are not acknowledged when no answer comes in time, and happen at most once', async () => {
      const store = await stores.openReady({ endpoints: [proxy.url], writeTimeoutMilliseconds: 500 });
      proxy.loseAnswers('/v3/kv/txn', 1_000);
      await expect(store.put(ALICE, numberedPolicy(1))).rejects.toThrow(PolicyStoreUnavailableError);
      proxy.loseAnswers('', 0);
      await eventually(() => expect(store.history(ALICE)).toHaveLength(1));
      written(await store.put(ALICE, numberedPolicy(2)));
      expect(store.history(ALICE).map(numberOf)).toEqual([2, 1]);
    });
  });

  it('are not taken for gone by an answer that is older than they are', async () => {
    const proxy = await startLossyProxy(cluster.endpoints[0] ?? '');
    try {
      const store = await stores.openReady({ endpoints: [proxy.url], contactIntervalMilliseconds: 20 });
      const release = proxy.holdAnswers('/v3/kv/range');
      await eventually(() => expect(proxy.held()).toBe(1));
      written(await store.put(ALICE, numberedPolicy(1)));
      const before = proxy.requests('/v3/kv/range');
      release();
      await eventually(() => expect(proxy.requests('/v3/kv/range')).toBeGreaterThan(before + 2));
      expect(proxy.requests('/v3/watch')).toBe(1);
    } finally {
      await proxy.close();
    }
  });

  describe('of several processes on one replica', () => {
    const workers: ChildProcess[] = [];
    afterEach(() => {
      for (const worker of workers.splice(0)) worker.kill('SIGKILL');
    });

    function startWorker(replicaDirectory: string, count: number): ChildProcess {
      const worker = fork(
        WORKER,
        [cluster.endpoints.join(','), replicaDirectory, stores.prefix(), String(count)],
        { execArgv: [] },
      );
      workers.push(worker);
      return worker;
    }

    it('lose no update, and are seen by all of them when they are acknowledged', async () => {
      const replicaDirectory = stores.newDirectory();
      const store = await stores.openReady({ replicaDirectory });
      const exits = [25, 25].map(async count => {
        const worker = startWorker(replicaDirectory, count);
        worker.on('message', ({ revision, number }: { revision: number; number: number }) => {
          expect(store.revision()).toBeGreaterThanOrEqual(revision);
          expect(numberOf(store.get(ALICE))).toBeGreaterThanOrEqual(number);
        });
        return await once(worker, 'exit');
      });
      expect(await Promise.all(exits)).toEqual([
        [0, null],
        [0, null],
      ]);
      expect(numberOf(store.get(ALICE))).toBe(50);
    });
  });
});

/** Checks what clients saw of one register against the order in which it was written. */
function checkRegister(history: readonly PolicyRevision[], operations: readonly Operation[]): void {
  const numbers = history.map(numberOf);
  expect(new Set(numbers).size).toBe(numbers.length);
  const previous = (revision: number): number | 'absent' => {
    const index = history.findIndex(entry => entry.revision === revision);
    return history[index - 1]?.revision ?? 'absent';
  };
  for (const { number, expected, outcome } of operations) {
    const entry = history.find(candidate => numberOf(candidate) === number);
    if (outcome.kind === 'written') expect(entry?.revision).toBe(outcome.revision);
    if (outcome.kind === 'conflict') expect(entry).toBeUndefined();
    // Also of those that were not acknowledged: what is written follows what was expected.
    if (entry) expect(previous(entry.revision)).toBe(expected);
  }
  const seen = (operation: Operation): number =>
    operation.outcome.kind === 'written'
      ? operation.outcome.revision
      : operation.outcome.kind === 'conflict'
        ? (operation.outcome.current?.revision ?? 0)
        : 0;
  for (const later of operations) {
    if (later.outcome.kind === 'unknown') continue;
    // What ended before it began, it has seen.
    const earlier = operations.filter(({ ended }) => ended < later.began).map(seen);
    expect(seen(later)).toBeGreaterThanOrEqual(Math.max(0, ...earlier));
    if (later.outcome.kind === 'conflict') expect(seen(later)).not.toBe(later.expected);
  }
}
