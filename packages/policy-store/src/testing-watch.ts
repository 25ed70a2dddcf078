import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolicyStore, WatchEvent, WriteResult } from './policy-store.ts';
import type { OpenedPolicyStore } from './testing.ts';
import { ALICE, BOB, changedRevision, eventually, policy, watchAll, written } from './testing-support.ts';

/** The part of the contract that is about watches. */
export function describeWatch(opened: () => OpenedPolicyStore): void {
  describe('watch', () => {
    let store: PolicyStore;
    beforeEach(() => {
      store = opened().store;
    });

    it('tells each change once and in order', async () => {
      const events = watchAll(store);
      const revisions = [
        written(await store.put(ALICE, policy(1))),
        written(await store.put(BOB, policy(2))),
        written(await store.delete(ALICE)),
      ];
      await store.put(BOB, policy(3), 'absent');
      revisions.push(written(await store.put(BOB, policy(4))));
      await eventually(() => expect(events).toHaveLength(4));
      expect(events.map(changedRevision)).toEqual(revisions);
      expect(events[0]).toEqual({ kind: 'changed', change: store.history(ALICE)[1] });
      expect(events[2]).toEqual({ kind: 'changed', change: store.history(ALICE)[0] });
    });

    it('begins with what is written after it was called', async () => {
      await store.put(ALICE, policy(1));
      const events = watchAll(store);
      const revision = written(await store.put(ALICE, policy(2)));
      await eventually(() => expect(events.map(changedRevision)).toEqual([revision]));
    });

    it('tells what came after a revision first', async () => {
      const first = written(await store.put(ALICE, policy(1)));
      const second = written(await store.put(ALICE, policy(2)));
      const events = watchAll(store, first);
      expect(events).toEqual([]);
      const third = written(await store.put(ALICE, policy(3)));
      await eventually(() => expect(events.map(changedRevision)).toEqual([second, third]));
    });

    it('resets when not all changes after a revision are remembered, and goes on', async () => {
      const first = written(await store.put(ALICE, policy(0)));
      for (let n = 0; n <= opened().changeLogLimit; n++) await store.put(n % 2 ? ALICE : BOB, policy(n));
      const revision = store.revision();
      const events = watchAll(store, first);
      await eventually(() => expect(events).toEqual([{ kind: 'reset', revision }]));
      const next = written(await store.put(ALICE, policy(1)));
      await eventually(() => expect(events.slice(1).map(changedRevision)).toEqual([next]));
    });

    it('resets for a revision that the store has not reached', async () => {
      const revision = written(await store.put(ALICE, policy(1)));
      const events = watchAll(store, revision + 1);
      await eventually(() => expect(events).toEqual([{ kind: 'reset', revision }]));
    });

    it('is silent once it was stopped', async () => {
      const stopped: WatchEvent[] = [];
      const stop = store.watch(event => stopped.push(event));
      const others = watchAll(store);
      await store.put(ALICE, policy(1));
      await eventually(() => expect(others).toHaveLength(1));
      stop();
      stop();
      await store.put(ALICE, policy(2));
      await eventually(() => expect(others).toHaveLength(2));
      expect(stopped).toHaveLength(1);
    });

    it('can be stopped by its own listener', async () => {
      const first = written(await store.put(ALICE, policy(1)));
      await store.put(ALICE, policy(2));
      await store.put(ALICE, policy(3));
      const events: WatchEvent[] = [];
      const stop = store.watch(
        event => {
          events.push(event);
          stop();
        },
        { afterRevision: first },
      );
      const others = watchAll(store, first);
      await eventually(() => expect(others).toHaveLength(2));
      expect(events).toHaveLength(1);
    });

    it('goes on when a listener throws, and warns', async () => {
      const warned = vi.fn<(warning: Error) => void>();
      process.on('warning', warned);
      try {
        store.watch(() => {
          throw new Error('this listener is broken');
        });
        const events = watchAll(store);
        await store.put(ALICE, policy(1));
        expect((await store.put(ALICE, policy(2))).kind).toBe('written');
        await eventually(() => expect(events).toHaveLength(2));
        await eventually(() => expect(warned).toHaveBeenCalledTimes(2));
        expect(warned.mock.calls[0]?.[0].message).toBe('this listener is broken');
      } finally {
        process.off('warning', warned);
      }
    });

    it('keeps the order for every listener when one of them writes', async () => {
      const writes: Promise<WriteResult>[] = [];
      store.watch(() => {
        if (writes.length < 2) writes.push(store.put(BOB, policy(writes.length)));
      });
      const events = watchAll(store);
      const first = written(await store.put(ALICE, policy(1)));
      await eventually(() => expect(events).toHaveLength(3));
      const revisions = (await Promise.all(writes)).map(written);
      expect(events.map(changedRevision)).toEqual([first, ...revisions]);
    });
  });
}
