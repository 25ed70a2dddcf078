import type { Expected, StoredPolicy } from './policy-store.ts';

/** Whether a write that expects this may go on. */
export function isExpected(expected: Expected | undefined, current: StoredPolicy | undefined): boolean {
  if (expected === undefined) return true;
  return expected === 'absent' ? current === undefined : current?.revision === expected;
}
