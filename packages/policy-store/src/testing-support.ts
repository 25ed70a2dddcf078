import type { Policy } from '@crossgate/core';
import { vi } from 'vitest';
import type { PolicyStore, StoredPolicy, TenantKey, WatchEvent, WriteResult } from './policy-store.ts';

export const ALICE: TenantKey = { dialect: 'cos', tenant: 'alice-1250000000' };
export const BOB: TenantKey = { dialect: 'cos', tenant: 'bob-1250000000' };

export function policy(maxAgeSeconds: number): Policy {
  const rule = {
    allowedOrigins: ['https://a.test'],
    allowedMethods: ['GET'],
    allowedHeaders: [],
    exposeHeaders: [],
  };
  return { rules: [{ ...rule, maxAgeSeconds }] };
}

export function written(result: WriteResult): number {
  if (result.kind !== 'written') throw new Error(`expected a write, got ${JSON.stringify(result)}`);
  return result.revision;
}

export function present(stored: StoredPolicy | undefined): StoredPolicy {
  if (stored === undefined) throw new Error('expected a policy');
  return stored;
}

export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 10_000, interval: 5 });
}

export function watchAll(store: PolicyStore, afterRevision?: number): WatchEvent[] {
  const events: WatchEvent[] = [];
  store.watch(event => events.push(event), afterRevision === undefined ? {} : { afterRevision });
  return events;
}

export function changedRevision(event: WatchEvent): number | undefined {
  return event.kind === 'changed' ? event.change.revision : undefined;
}
