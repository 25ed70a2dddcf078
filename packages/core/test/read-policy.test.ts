import { describe, expect, it } from 'vitest';
import { readPolicy } from '../src/read-policy.ts';
import { unreadableCases } from './read-policy-cases.ts';

describe('readPolicy', () => {
  const readable: readonly { readonly name: string; readonly value: unknown; readonly policy: unknown }[] = [
    { name: 'no rules', value: { rules: [] }, policy: { rules: [] } },
    {
      name: 'left-out lists as empty and left-out options as unset',
      value: { rules: [{}] },
      policy: { rules: [{ allowedOrigins: [], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] }] },
    },
    {
      name: 'every field as it is written',
      value: {
        rules: [
          {
            id: '',
            allowedOrigins: ['https://B.com', 'https://a.com', 'https://a.com'],
            allowedMethods: ['put', 'GET'],
            allowedHeaders: ['X-A'],
            exposeHeaders: ['ETag'],
            maxAgeSeconds: -1.5,
          },
        ],
        vary: false,
      },
      policy: {
        rules: [
          {
            id: '',
            allowedOrigins: ['https://B.com', 'https://a.com', 'https://a.com'],
            allowedMethods: ['put', 'GET'],
            allowedHeaders: ['X-A'],
            exposeHeaders: ['ETag'],
            maxAgeSeconds: -1.5,
          },
        ],
        vary: false,
      },
    },
  ];

  it.each(readable)('reads $name', ({ value, policy }) => {
    expect(readPolicy(value)).toStrictEqual({ kind: 'policy', policy });
  });

  it.each(unreadableCases)('says what keeps $name from being a policy', ({ value, findings }) => {
    const result = readPolicy(value);
    const found = result.kind === 'diagnostics' ? result.diagnostics : [];
    expect(found.map(({ code, path }) => [code, path])).toEqual(findings);
  });

  it.each([
    { value: null, field: 'policy' },
    { value: { rules: [{}, null] }, field: 'rules[1]' },
  ])('names $field where it is no object', ({ value, field }) => {
    const parameters = { field, expected: 'an object' };
    expect(readPolicy(value)).toMatchObject({ diagnostics: [{ code: 'field-type', parameters }] });
  });
});
