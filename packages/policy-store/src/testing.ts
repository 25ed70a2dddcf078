import type { Policy } from '@crossgate/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HISTORY_LIMIT, type PolicyStore, type TenantKey } from './policy-store.ts';
import { ALICE, BOB, eventually, policy, present, watchAll, written } from './testing-support.ts';
import { describeUpdate } from './testing-update.ts';
import { describeWatch } from './testing-watch.ts';

/** An empty store for one test. */
export interface OpenedPolicyStore {
  readonly store: PolicyStore;
  /** How many changes it remembers, at least 3. Choose it small: the suite makes more changes than that. */
  readonly changeLogLimit: number;
  /** Closes and opens the store over the same data; left out for a store that forgets. */
  readonly reopen?: () => Promise<PolicyStore>;
  /** Closes what is open and removes the data. */
  dispose(): Promise<void>;
}

/** In UTF-8 byte order. UTF-16 units would put the last one before U+FFFD. */
const ORDERED: readonly TenantKey[] = [
  { dialect: 'a', tenant: 'z' },
  { dialect: 'a-b', tenant: '\0' },
  { dialect: 'a-b', tenant: 'A' },
  { dialect: 'a-b', tenant: 'A\0' },
  { dialect: 'a-b', tenant: 'A\0\0\0\0\0\0\0\0\x01' },
  { dialect: 'a-b', tenant: 'A\x01' },
  { dialect: 'a-b', tenant: 'AA' },
  { dialect: 'a-b', tenant: 'a' },
  { dialect: 'a-b', tenant: '\u00e9' },
  { dialect: 'a-b', tenant: '\ufffd' },
  { dialect: 'a-b', tenant: '\u{1f600}' },
  { dialect: 'ab', tenant: '!' },
  { dialect: 'ab', tenant: '\u00e9'.repeat(128) },
];

const INVALID_KEYS: readonly { name: string; key: TenantKey; says: RegExp }[] = [
  { name: 'an empty tenant', key: { dialect: 'cos', tenant: '' }, says: /tenant must not be empty/ },
  { name: 'a long tenant', key: { dialect: 'cos', tenant: 'a'.repeat(257) }, says: /at most 256 bytes.*257/ },
  { name: 'a tenant long in bytes', key: { dialect: 'cos', tenant: '\u00e9'.repeat(129) }, says: /258/ },
  { name: 'a lone surrogate', key: { dialect: 'cos', tenant: 'a\ud800' }, says: /tenant.*surrogate/ },
  { name: 'an empty dialect', key: { dialect: '', tenant: 'a' }, says: /dialect must not be empty/ },
  { name: 'a long dialect', key: { dialect: 'd'.repeat(65), tenant: 'a' }, says: /dialect.*64 bytes/ },
  { name: 'a NUL in the dialect', key: { dialect: 'a\0b', tenant: 'c' }, says: /dialect.*NUL/ },
];

/**
 * Holds an implementation to the contract of {@link PolicyStore}. Call it in a test file; `open` is called before every
 * test, and what it returned is disposed of after it.
 *
 * What other processes do is not here: how they come about differs too much from store to store.
 */
export function policyStoreContract(name: string, open: () => Promise<OpenedPolicyStore>): void {
  describe(`${name} as a PolicyStore`, () => {
    let opened: OpenedPolicyStore;
    let store: PolicyStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    describe('get', () => {
      it('finds nothing in an empty store', () => {
        expect(store.get(ALICE)).toBeUndefined();
        expect(store.revision()).toBe(0);
        expect(store.list()).toEqual([]);
        expect(store.history(ALICE)).toEqual([]);
      });

      it('returns what was put, with its revision and the time of the write', async () => {
        const before = Date.now();
        const revision = written(await store.put(ALICE, policy(600)));
        const stored = present(store.get(ALICE));
        expect(stored).toEqual({
          key: ALICE,
          revision,
          policy: policy(600),
          writtenAt: expect.any(Number),
        });
        expect(stored.writtenAt).toBeGreaterThanOrEqual(before);
        expect(stored.writtenAt).toBeLessThanOrEqual(Date.now());
      });

      it('returns every string as it was written', async () => {
        const strings = [
          '',
          ' ',
          '\0',
          'caf\u00e9',
          'cafe\u0301',
          '\u{1f600}',
          '\ud800',
          '"\\\r\n\u2028',
          'a'.repeat(70_000),
        ];
        const rule = {
          allowedOrigins: strings,
          allowedMethods: [],
          allowedHeaders: strings,
          exposeHeaders: [],
        };
        const tricky: Policy = { rules: [{ id: '__proto__', ...rule }, rule], vary: false };
        await store.put(ALICE, tricky);
        expect(store.get(ALICE)?.policy).toStrictEqual(tricky);
      });

      it('returns the same object while the policy is unchanged', async () => {
        await store.put(ALICE, policy(1));
        const first = store.get(ALICE);
        await store.put(BOB, policy(2));
        await store.delete(BOB);
        expect(store.get(ALICE)).toBe(first);
        await store.put(ALICE, policy(1));
        expect(store.get(ALICE)).not.toBe(first);
      });

      it('is not affected by what happens to the object that was put', async () => {
        const rules = [...policy(1).rules];
        await store.put(ALICE, { rules });
        rules.pop();
        expect(store.get(ALICE)?.policy).toEqual(policy(1));
      });

      it('sees a tenant that was found absent before', async () => {
        expect(store.get(ALICE)).toBeUndefined();
        await store.put(ALICE, policy(1));
        expect(store.get(ALICE)?.policy).toEqual(policy(1));
        await store.delete(ALICE);
        expect(store.get(ALICE)).toBeUndefined();
      });

      it('keeps tenants of the same name apart by dialect', async () => {
        await store.put({ dialect: 'cos', tenant: 'x' }, policy(1));
        await store.put({ dialect: 'boomi', tenant: 'x' }, policy(2));
        expect(store.get({ dialect: 'cos', tenant: 'x' })?.policy).toEqual(policy(1));
        expect(store.get({ dialect: 'boomi', tenant: 'x' })?.policy).toEqual(policy(2));
      });
    });

    describe('put', () => {
      it('gives strictly increasing revisions, store-wide', async () => {
        const revisions: number[] = [];
        for (const key of [ALICE, BOB, ALICE]) revisions.push(written(await store.put(key, policy(1))));
        revisions.push(written(await store.delete(ALICE)));
        revisions.push(written(await store.put(ALICE, policy(1))));
        expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
        expect(revisions[0]).toBeGreaterThan(0);
        expect(store.revision()).toBe(revisions.at(-1));
      });

      it('writes when the tenant has the expected revision', async () => {
        const first = written(await store.put(ALICE, policy(1), 'absent'));
        const second = written(await store.put(ALICE, policy(2), first));
        expect(store.get(ALICE)).toMatchObject({ revision: second, policy: policy(2) });
      });

      it('answers a conflict with what the tenant has, and writes nothing', async () => {
        const first = written(await store.put(ALICE, policy(1)));
        const second = written(await store.put(ALICE, policy(2)));
        for (const expected of ['absent', first, second + 1] as const) {
          const result = await store.put(ALICE, policy(3), expected);
          expect(result).toEqual({ kind: 'conflict', current: store.get(ALICE) });
        }
        expect(await store.put(BOB, policy(3), first)).toEqual({ kind: 'conflict', current: undefined });
        expect(store.revision()).toBe(second);
        expect(store.get(ALICE)?.policy).toEqual(policy(2));
        expect(store.history(ALICE)).toHaveLength(2);
        expect(store.get(BOB)).toBeUndefined();
      });

      it('lets one of several concurrent writes with the same expectation win', async () => {
        const results = await Promise.all([1, 2, 3, 4].map(age => store.put(ALICE, policy(age), 'absent')));
        expect(results.map(({ kind }) => kind).sort()).toEqual([
          'conflict',
          'conflict',
          'conflict',
          'written',
        ]);
      });

      it('loses no update of concurrent conditional writers', async () => {
        await store.put(ALICE, policy(0));
        async function increment(): Promise<void> {
          const current = present(store.get(ALICE));
          const next = policy((current.policy.rules[0]?.maxAgeSeconds ?? 0) + 1);
          if ((await store.put(ALICE, next, current.revision)).kind === 'conflict') await increment();
        }
        await Promise.all(Array.from({ length: 12 }, increment));
        expect(store.get(ALICE)?.policy).toEqual(policy(12));
      });
    });

    describeUpdate(() => opened);

    describe('delete', () => {
      it('removes the policy and has a revision of its own', async () => {
        const first = written(await store.put(ALICE, policy(1)));
        const revision = written(await store.delete(ALICE, first));
        expect(revision).toBeGreaterThan(first);
        expect(store.get(ALICE)).toBeUndefined();
        expect(store.list()).toEqual([]);
        expect(store.revision()).toBe(revision);
      });

      it('answers absent when there is nothing', async () => {
        expect(await store.delete(ALICE)).toEqual({ kind: 'absent' });
        expect(await store.delete(ALICE, 'absent')).toEqual({ kind: 'absent' });
        expect(store.revision()).toBe(0);
        expect(store.history(ALICE)).toEqual([]);
      });

      it('answers a conflict when the tenant has another revision', async () => {
        const revision = written(await store.put(ALICE, policy(1)));
        const conflict = { kind: 'conflict', current: store.get(ALICE) };
        expect(await store.delete(ALICE, revision + 1)).toEqual(conflict);
        expect(await store.delete(ALICE, 'absent')).toEqual(conflict);
        expect(await store.delete(BOB, revision)).toEqual({ kind: 'conflict', current: undefined });
        expect(store.get(ALICE)?.revision).toBe(revision);
      });
    });

    describe('list', () => {
      beforeEach(async () => {
        await Promise.all(ORDERED.toReversed().map(key => store.put(key, policy(1))));
      });

      it('is in UTF-8 byte order of dialect and tenant', () => {
        expect(store.list().map(({ key }) => key)).toEqual(ORDERED);
      });

      it('returns what get returns', () => {
        for (const stored of store.list()) expect(stored).toEqual(store.get(stored.key));
      });

      it('goes on after each tenant, one at a time', () => {
        const walked: TenantKey[] = [];
        for (let page = store.list({ limit: 1 }); page[0] && walked.length <= ORDERED.length; ) {
          walked.push(page[0].key);
          page = store.list({ limit: 1, after: page[0].key });
        }
        expect(walked).toEqual(ORDERED);
      });

      it('goes on after a tenant that does not exist', () => {
        const tenants = store.list({ after: { dialect: 'a-b', tenant: 'B' }, limit: 2 });
        expect(tenants.map(({ key }) => key.tenant)).toEqual(['a', '\u00e9']);
      });

      it('keeps to one dialect', () => {
        const ofDialect = ORDERED.filter(({ dialect }) => dialect === 'a-b');
        expect(store.list({ dialect: 'a-b' }).map(({ key }) => key)).toEqual(ofDialect);
        expect(store.list({ dialect: 'a-b', after: { dialect: 'a', tenant: 'z' } })).toHaveLength(
          ofDialect.length,
        );
        expect(store.list({ dialect: 'a-b', after: { dialect: 'ab', tenant: '!' } })).toEqual([]);
        expect(store.list({ dialect: 'c' })).toEqual([]);
      });

      it('returns nothing for a limit of 0', () => {
        expect(store.list({ limit: 0 })).toEqual([]);
      });
    });

    describe('history', () => {
      it('has the newest first, deletions included', async () => {
        const revisions = [
          written(await store.put(ALICE, policy(1))),
          written(await store.put(ALICE, policy(2))),
          written(await store.delete(ALICE)),
          written(await store.put(ALICE, policy(3))),
        ];
        await store.put(BOB, policy(9));
        const history = store.history(ALICE);
        expect(history.map(({ revision }) => revision)).toEqual(revisions.toReversed());
        expect(history.map(change => change.policy)).toEqual([policy(3), undefined, policy(2), policy(1)]);
        expect(history[0]).toEqual(store.get(ALICE));
      });

      it(`keeps ${HISTORY_LIMIT} revisions of each tenant`, async () => {
        await store.put(BOB, policy(0));
        for (let age = 1; age <= HISTORY_LIMIT + 3; age++) await store.put(ALICE, policy(age));
        const ages = store.history(ALICE).map(change => change.policy?.rules[0]?.maxAgeSeconds);
        expect(ages).toEqual(Array.from({ length: HISTORY_LIMIT }, (_, index) => HISTORY_LIMIT + 3 - index));
        expect(store.history(BOB)).toHaveLength(1);
      });

      it('keeps tenants apart whose names begin alike', async () => {
        await Promise.all(ORDERED.map(key => store.put(key, policy(1))));
        for (const key of ORDERED) expect(store.history(key)).toEqual([store.get(key)]);
      });
    });

    describeWatch(() => opened);

    describe('a key that no store can hold', () => {
      for (const { name, key, says } of INVALID_KEYS) {
        it(`is refused: ${name}`, async () => {
          await store.put({ dialect: 'a', tenant: 'b\0c' }, policy(1));
          expect(store.get({ dialect: 'a', tenant: 'b\0c' })).toBeDefined();
          const wrong: unknown = expect.objectContaining({
            name: 'TypeError',
            message: expect.stringMatching(says),
          });
          expect(() => store.get(key)).toThrow(wrong);
          expect(() => store.history(key)).toThrow(wrong);
          expect(() => store.list({ after: key })).toThrow(wrong);
          await expect(store.put(key, policy(1))).rejects.toThrow(wrong);
          await expect(store.delete(key)).rejects.toThrow(wrong);
          expect(store.list()).toHaveLength(1);
        });
      }
    });

    describe('close', () => {
      it('ends the watches and every other operation', async () => {
        const events = watchAll(store);
        await store.put(ALICE, policy(1));
        await eventually(() => expect(events).toHaveLength(1));
        await store.close();
        await store.close();
        const closed = /closed/;
        expect(() => store.revision()).toThrow(closed);
        expect(() => store.get(ALICE)).toThrow(closed);
        expect(() => store.list()).toThrow(closed);
        expect(() => store.history(ALICE)).toThrow(closed);
        expect(() => store.watch(() => {})).toThrow(closed);
        await expect(store.put(ALICE, policy(2))).rejects.toThrow(closed);
        await expect(store.update(ALICE, { settings: {} })).rejects.toThrow(closed);
        await expect(store.delete(ALICE)).rejects.toThrow(closed);
      });

      it('lets the writes finish that are under way', async () => {
        const writes = [ALICE, BOB].map(key => store.put(key, policy(1)));
        await store.close();
        expect((await Promise.all(writes)).map(({ kind }) => kind)).toEqual(['written', 'written']);
      });

      it('loses nothing of a store that persists', async () => {
        if (opened.reopen === undefined) return;
        await store.put(ALICE, policy(1));
        await store.put(BOB, policy(2));
        await store.delete(BOB);
        await Promise.all([store.put(ALICE, policy(3)), store.put(ALICE, policy(4))]);
        const before = [store.revision(), store.list(), store.history(ALICE), store.history(BOB)];
        const reopened = await opened.reopen();
        const after = [reopened.revision(), reopened.list(), reopened.history(ALICE), reopened.history(BOB)];
        expect(after).toEqual(before);
        expect(written(await reopened.put(BOB, policy(5)))).toBeGreaterThan(Number(before[0]));
      });
    });
  });
}
