import { decidePreflight } from '@crossgate/core';
import { cosProfile } from '@crossgate/dialects';
import { openMemoryPolicyStore, type PolicyStore, type StoredPolicy } from '@crossgate/policy-store';
import pino, { type Logger } from 'pino';
import { describe, expect, it } from 'vitest';
import { openCompiledPolicies } from '../src/compiled-policies.ts';

const KEY = { dialect: 'cos', tenant: 'examplebucket-1250000000' };

function policyFor(origin: string): StoredPolicy['policy'] {
  return {
    rules: [{ allowedOrigins: [origin], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] }],
  };
}

const PREFLIGHT = { origin: 'https://a.example', requestMethod: 'GET', requestHeaders: undefined };

/** A log that keeps its lines. */
function memoryLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: pino({ base: null }, { write: line => lines.push(line) }), lines };
}

describe(openCompiledPolicies, () => {
  it('has nothing for a tenant without a policy', () => {
    const compiled = openCompiledPolicies(openMemoryPolicyStore(), cosProfile, memoryLog().log);
    expect(compiled.get(KEY)).toBeUndefined();
    expect(decidePreflight(compiled.none, PREFLIGHT)).toMatchObject({ kind: 'refused', reason: 'no-rules' });
  });

  it('compiles a policy once while it is unchanged', async () => {
    const store = openMemoryPolicyStore();
    const compiled = openCompiledPolicies(store, cosProfile, memoryLog().log);
    await store.put(KEY, policyFor('https://a.example'));
    const first = compiled.get(KEY);
    expect(first).toBeDefined();
    expect(compiled.get(KEY)).toBe(first);
  });

  it('decides by a new policy as soon as it is written, and by none once it is deleted', async () => {
    const store = openMemoryPolicyStore();
    const compiled = openCompiledPolicies(store, cosProfile, memoryLog().log);
    const decision = (): string => decidePreflight(compiled.get(KEY) ?? compiled.none, PREFLIGHT).kind;
    await store.put(KEY, policyFor('https://a.example'));
    expect(decision()).toBe('allowed');
    await store.put(KEY, policyFor('https://b.example'));
    expect(decision()).toBe('refused');
    await store.put(KEY, policyFor('https://a.example'));
    expect(decision()).toBe('allowed');
    await store.delete(KEY);
    expect(compiled.get(KEY)).toBeUndefined();
  });

  it('allows nothing by a stored policy that it cannot read, and logs that once', () => {
    const stored: StoredPolicy = { key: KEY, revision: 7, policy: policyFor('https://*.*'), writtenAt: 0 };
    const store: PolicyStore = { ...openMemoryPolicyStore(), get: () => stored };
    const { log, lines } = memoryLog();
    const compiled = openCompiledPolicies(store, cosProfile, log);
    expect(compiled.get(KEY)).toBe(compiled.none);
    expect(compiled.get(KEY)).toBe(compiled.none);
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { key: KEY, revision: 7, msg: 'a stored policy cannot be read' },
    ]);
  });
});
