import { describe, expect, it } from 'vitest';
import { azureTablesCredentialProblems } from '../../src/azure-tables/credential-problems.ts';
import { azureTablesDialect } from '../../src/azure-tables/dialect.ts';
import type { Credential } from '../../src/dialect.ts';

const KEY = 'a2V5IG9mIGFuIGFjY291bnQ=';

describe(azureTablesCredentialProblems, () => {
  it.each<{ name: string; credential: Credential; parts: readonly string[] }>([
    { name: 'an account with its key', credential: { id: 'myaccount', secret: KEY }, parts: [] },
    {
      name: 'one of a tenant',
      credential: { id: 'myaccount', secret: KEY, tenant: 'myaccount' },
      parts: [],
    },
    {
      name: 'one of a tenant with another id',
      credential: { id: 'other', secret: KEY, tenant: 'myaccount' },
      parts: ['id'],
    },
    { name: 'an id in capitals', credential: { id: 'MyAccount', secret: KEY }, parts: ['id'] },
    { name: 'an id that is too short', credential: { id: 'me', secret: KEY }, parts: ['id'] },
    { name: 'a key that is not Base64', credential: { id: 'myaccount', secret: 'hush!' }, parts: ['secret'] },
    {
      name: 'a key without its end',
      credential: { id: 'myaccount', secret: KEY.slice(0, -1) },
      parts: ['secret'],
    },
    { name: 'both', credential: { id: 'me', secret: 'hush!' }, parts: ['id', 'secret'] },
  ])('finds in $name: $parts', ({ credential, parts }) => {
    expect(azureTablesCredentialProblems(credential).map(({ part }) => part)).toEqual(parts);
  });

  it('finds nothing in the local credential', () => {
    expect(azureTablesDialect.credentialProblems?.(azureTablesDialect.localCredential)).toEqual([]);
  });
});
