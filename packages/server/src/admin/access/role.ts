/** What somebody may do with the admin API, from the least to the most. */
export const ROLES = ['read-only', 'cors-admin', 'all'] as const;

/**
 * - `read-only`: everything that changes nothing.
 * - `cors-admin`: policies and candidates as well.
 * - `all`: everything that there is, also what later versions add.
 */
export type Role = (typeof ROLES)[number];

/** Whether a role is enough where another is the least that is needed. */
export function isEnough(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
