import { ROLES, type Role } from '@crossgate/dialects';

/**
 * Whether a role is enough where another is the least that is needed. With the admin API `read-only` does everything that
 * changes nothing, `cors-admin` changes policies and candidates as well, and `all` does whatever there is.
 */
export function isEnough(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
