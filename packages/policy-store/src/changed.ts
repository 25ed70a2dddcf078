import type { PolicyRevision, PolicyUpdate, StoredPolicy } from './policy-store.ts';

/** What a tenant has after a change. */
export function changed(
  current: StoredPolicy | undefined,
  update: PolicyUpdate | 'delete',
): Pick<PolicyRevision, 'policy' | 'settings'> {
  if (update === 'delete') return { policy: undefined };
  const policy = update.policy ?? current?.policy ?? { rules: [] };
  const settings = update.settings ? { ...current?.settings, ...update.settings } : current?.settings;
  return { policy, ...(settings && { settings }) };
}
