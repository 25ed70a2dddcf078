import type { Credential, Credentials } from '../src/dialect.ts';

/** These credentials, for every tenant. */
export function held(...credentials: readonly Credential[]): Credentials {
  return {
    find: id => credentials.filter(credential => credential.id === id),
    isEmpty: credentials.length === 0,
    restricted: credentials.filter(({ role = 'all' }) => role !== 'all'),
  };
}
