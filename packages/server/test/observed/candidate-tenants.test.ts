import { openMemoryPolicyStore, type PolicyStore, type WatchEvent } from '@crossgate/policy-store';
import { describe, expect, it } from 'vitest';
import { candidateKey } from '../../src/observed/candidate-key.ts';
import { openCandidateTenants } from '../../src/observed/candidate-tenants.ts';

const KEY = { dialect: 'cos', tenant: 'b-1' };
const NONE = { rules: [] };

describe(openCandidateTenants, () => {
  it('knows who has a candidate, also from before, and of its own dialect alone', async () => {
    const store = openMemoryPolicyStore();
    await store.put(candidateKey(KEY), NONE);
    await store.put({ ...KEY, tenant: 'b-2' }, NONE);
    await store.put(candidateKey({ dialect: 'qingstor', tenant: 'b-3' }), NONE);
    const { has } = openCandidateTenants(store, 'cos');
    expect(['b-1', 'b-2', 'b-3'].map(has)).toEqual([true, false, false]);
  });

  it('hears of candidates that come and go', async () => {
    const store = openMemoryPolicyStore();
    const { has } = openCandidateTenants(store, 'cos');
    await store.put(KEY, NONE);
    await store.put(candidateKey({ dialect: 'qingstor', tenant: 'b-1' }), NONE);
    expect(has('b-1')).toBe(false);
    await store.put(candidateKey(KEY), NONE);
    expect(has('b-1')).toBe(true);
    await store.delete(KEY);
    expect(has('b-1')).toBe(true);
    await store.delete(candidateKey(KEY));
    expect(has('b-1')).toBe(false);
  });

  it('reads all again when it missed something, and when it is told to', async () => {
    let tell: (event: WatchEvent) => void = () => {};
    const memory = openMemoryPolicyStore();
    const store: PolicyStore = {
      ...memory,
      watch: listener => {
        tell = listener;
        return () => {};
      },
    };
    const { has, reload } = openCandidateTenants(store, 'cos');
    await memory.put(candidateKey(KEY), NONE);
    expect(has('b-1')).toBe(false);
    tell({ kind: 'reset', revision: 1 });
    expect(has('b-1')).toBe(true);
    await memory.delete(candidateKey(KEY));
    reload();
    expect(has('b-1')).toBe(false);
  });

  it('hears of nothing once it is closed', async () => {
    const store = openMemoryPolicyStore();
    const { has, close } = openCandidateTenants(store, 'cos');
    close();
    await store.put(candidateKey(KEY), NONE);
    expect(has('b-1')).toBe(false);
  });
});
