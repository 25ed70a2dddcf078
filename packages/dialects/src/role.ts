import type { Operation } from './exchange.ts';

/** What the holder of a credential may do. */
export const ROLES = ['read-only', 'cors-admin', 'all'] as const;

/**
 * - `read-only` reads data and the policy, and changes nothing.
 * - `cors-admin` reads, sets and deletes the policy, and has no business with data.
 * - `all` does everything.
 */
export type Role = (typeof ROLES)[number];

export function isAllowed(role: Role, operation: Operation): boolean {
  switch (role) {
    case 'read-only':
      if (operation.kind === 'policy') return operation.action === 'get';
      return operation.kind !== 'data' || operation.access === 'read';
    case 'cors-admin':
      return operation.kind !== 'data';
    case 'all':
      return true;
    default:
      return role satisfies never;
  }
}
