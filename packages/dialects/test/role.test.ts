import { describe, expect, it } from 'vitest';
import type { Credential } from '../src/dialect.ts';
import type { Operation } from '../src/exchange.ts';
import { namesCredential, signedBy, verifiedCredential } from '../src/held-credential.ts';
import { isAllowed, ROLES } from '../src/role.ts';

describe(isAllowed, () => {
  const cases: readonly (Operation & { readonly by: readonly string[] })[] = [
    { kind: 'data', access: 'read', by: ['all', 'read-only'] },
    { kind: 'data', access: 'write', by: ['all'] },
    { kind: 'policy', action: 'get', by: ['all', 'cors-admin', 'read-only'] },
    { kind: 'policy', action: 'put', by: ['all', 'cors-admin'] },
    { kind: 'policy', action: 'delete', by: ['all', 'cors-admin'] },
  ];
  it.each(cases)('lets $by do $kind $access$action', ({ by, ...operation }) => {
    expect(ROLES.filter(role => isAllowed(role, operation)).sort()).toEqual(by);
  });
});

describe(verifiedCredential, () => {
  const [old, next]: readonly Credential[] = [
    { id: 'a', secret: 'old' },
    { id: 'a', secret: 'new' },
  ];
  it('asks all of them, and gives the first that holds', () => {
    const asked: string[] = [];
    const held = [old, next].flatMap(one => one ?? []);
    const found = verifiedCredential(held, ({ secret }) => asked.push(secret) > 0);
    expect([found, asked]).toEqual([old, ['old', 'new']]);
    expect(verifiedCredential(held, () => false)).toBeUndefined();
  });

  it('may do everything, unless it has a role', () => {
    expect(signedBy({ id: 'a', secret: 'b' })).toEqual({ kind: 'signed', credentialId: 'a', role: 'all' });
    expect(signedBy({ id: 'a', secret: 'b', role: 'read-only', tenant: 't' })).toEqual({
      kind: 'signed',
      credentialId: 'a',
      role: 'read-only',
      tenant: 't',
    });
  });
});

describe(namesCredential, () => {
  it.each([
    { where: 'a signature', lines: ['QS KEY1:x'], names: true },
    { where: 'another line', lines: ['x', 'q-ak=KEY1&q-signature=x'], names: true },
    { where: 'a scope', lines: ['AWS4-HMAC-SHA256 Credential=KEY1/20260101/x'], names: true },
    { where: 'a parameter', parameters: [['access_key_id', 'KEY1']], names: true },
    { where: 'a longer id', lines: ['QS KEY11:x'], names: false },
    { where: 'a longer id, and itself', lines: ['QS KEY11:KEY1'], names: true },
    { where: 'no place', lines: [], names: false },
  ] as const)('finds an id in $where: $names', ({ names, ...sent }) => {
    const lines: readonly string[] = 'lines' in sent ? sent.lines : [];
    const exchange = {
      request: { method: 'GET', target: '/', rawHeaders: lines.flatMap(line => ['Authorization', line]) },
      location: {
        tenant: undefined,
        operation: { kind: 'data', access: 'read' },
        resource: '',
        authority: '',
        path: '/',
        query: '',
        parameters: 'parameters' in sent ? sent.parameters : [],
        pathStyle: false,
      },
      requestId: '',
      receivedAt: 0,
    } as const;
    expect(namesCredential(exchange, { id: 'KEY1', secret: 'x' })).toBe(names);
  });
});
