import type { Policy } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import type { TenantKey } from './policy-store.ts';
import type { OpenedPolicyStore } from './testing.ts';

const ACCOUNT: TenantKey = { dialect: 'azure-tables', tenant: 'examplestorage' };

const POLICY: Policy = {
  rules: [
    {
      allowedOrigins: ['https://example.com'],
      allowedMethods: ['GET'],
      allowedHeaders: [],
      exposeHeaders: [],
    },
  ],
};
const LOGGING = { read: true, retention: { days: 7 } };
const METRICS = { enabled: false };

/** The part of the contract that is about what a tenant sets beside its policy. */
export function describeUpdate(opened: () => OpenedPolicyStore): void {
  describe('update', () => {
    it('sets policy and settings in one revision', async () => {
      const { store } = opened();
      const settings = { logging: LOGGING };
      const result = await store.update(ACCOUNT, { policy: POLICY, settings });
      expect(result).toEqual({ kind: 'written', revision: store.revision() });
      expect(store.get(ACCOUNT)).toMatchObject({ policy: POLICY, settings, revision: store.revision() });
      expect(store.history(ACCOUNT)).toHaveLength(1);
    });

    it('replaces the sections that are named and keeps the others', async () => {
      const { store } = opened();
      await store.update(ACCOUNT, { settings: { logging: LOGGING, metrics: METRICS } });
      await store.update(ACCOUNT, { settings: { logging: { read: false } } });
      expect(store.get(ACCOUNT)?.settings).toEqual({ logging: { read: false }, metrics: METRICS });
    });

    it('keeps the policy when only settings change, and the settings when only the policy does', async () => {
      const { store } = opened();
      await store.put(ACCOUNT, POLICY);
      await store.update(ACCOUNT, { settings: { logging: LOGGING } });
      expect(store.get(ACCOUNT)?.policy).toEqual(POLICY);
      await store.put(ACCOUNT, { rules: [] });
      expect(store.get(ACCOUNT)).toMatchObject({ policy: { rules: [] }, settings: { logging: LOGGING } });
    });

    it('gives a tenant without a policy one without rules', async () => {
      const { store } = opened();
      await store.update(ACCOUNT, { settings: { logging: LOGGING } });
      expect(store.get(ACCOUNT)?.policy).toEqual({ rules: [] });
    });

    it('loses no section of concurrent updates', async () => {
      const { store } = opened();
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      await Promise.all(names.map(name => store.update(ACCOUNT, { settings: { [name]: { name } } })));
      expect(Object.keys(store.get(ACCOUNT)?.settings ?? {}).sort()).toEqual(names);
    });

    it('answers a conflict and changes nothing when the tenant has another revision', async () => {
      const { store } = opened();
      await store.put(ACCOUNT, POLICY);
      const result = await store.update(ACCOUNT, { settings: { logging: LOGGING } }, 'absent');
      expect(result).toEqual({ kind: 'conflict', current: store.get(ACCOUNT) });
      expect(store.get(ACCOUNT)?.settings).toBeUndefined();
    });

    it('has settings in the history, and none after a deletion', async () => {
      const { store } = opened();
      await store.update(ACCOUNT, { settings: { logging: LOGGING } });
      await store.delete(ACCOUNT);
      expect(store.history(ACCOUNT).map(({ settings }) => settings)).toEqual([
        undefined,
        { logging: LOGGING },
      ]);
      await store.put(ACCOUNT, POLICY);
      expect(store.get(ACCOUNT)?.settings).toBeUndefined();
    });

    it('is not affected by what happens to the objects that were given', async () => {
      const { store } = opened();
      const settings = { logging: { ...LOGGING } };
      await store.update(ACCOUNT, { settings });
      settings.logging.read = false;
      expect(store.get(ACCOUNT)?.settings).toEqual({ logging: LOGGING });
    });

    it('keeps settings over a reopening', async () => {
      const { store, reopen } = opened();
      if (!reopen) return;
      await store.update(ACCOUNT, { policy: POLICY, settings: { logging: LOGGING } });
      const again = await reopen();
      expect(again.get(ACCOUNT)).toMatchObject({ policy: POLICY, settings: { logging: LOGGING } });
    });
  });
}
