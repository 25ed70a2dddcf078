import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePolicyRevision, decodeRecord, encodePolicyRevision } from '../src/lmdb-records.ts';
import type { PolicyRevision } from '../src/policy-store.ts';

/** Texts of policies, and now and then what separates fields, what JSON escapes, and halves of characters. */
const text = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('https://*.example.com', 'GET', 'x-amz-é', '*', '日本', '0') },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom('a', '"', '\\', '\x1d', '\x1e', '\x1f', '\n', '\ud83d') }),
  },
);
const texts = fc.array(text, { maxLength: 4 });
const rule = fc.record(
  {
    id: text,
    allowedOrigins: texts,
    allowedMethods: texts,
    allowedHeaders: texts,
    exposeHeaders: texts,
    maxAgeSeconds: fc.oneof(fc.nat(), fc.constantFrom(-1, 0.5, 1e21, Number.NaN)),
  },
  { requiredKeys: ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'] },
);
const policy = fc.record(
  { rules: fc.array(rule, { maxLength: 3 }), vary: fc.boolean() },
  { requiredKeys: ['rules'] },
);
const name = text.filter(each => each !== '');
const revision: fc.Arbitrary<PolicyRevision> = fc.record(
  {
    key: fc.record({ dialect: name, tenant: name }),
    revision: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    policy: fc.option(policy, { nil: undefined }),
    settings: fc.dictionary(fc.constantFrom('logging', 'metrics'), fc.record({ version: text })),
    writtenAt: fc.nat({ max: 2 ** 45 }),
  },
  { requiredKeys: ['key', 'revision', 'policy', 'writtenAt'] },
);

describe('encodePolicyRevision', () => {
  it('writes what comes back as from JSON', () => {
    fc.assert(
      fc.property(revision, change => {
        const { policy: none, ...asJson } = JSON.parse(JSON.stringify(change));
        const expected = { ...asJson, policy: none };
        expect(decodePolicyRevision(encodePolicyRevision(change))).toStrictEqual(expected);
        // `isShared` is a member that only who wrote it knows.
        const further = { ...change, isShared: true };
        expect(decodeRecord(encodePolicyRevision(further))).toEqual({ ...expected, isShared: true });
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    { name: 'a policy', policy: { rules: [] }, isShort: true },
    { name: 'a deletion', policy: undefined, isShort: true },
    { name: 'an empty text', policy: oneOrigin(''), isShort: false },
    { name: 'a separator', policy: oneOrigin('a\x1fb'), isShort: false },
    { name: 'a quote', policy: oneOrigin('a"b'), isShort: false },
    { name: 'half of a character', policy: oneOrigin('\ud83d'), isShort: false },
    { name: 'letters beyond ASCII', policy: oneOrigin('https://é.example'), isShort: true },
  ])('writes $name compactly only where that can be told apart', ({ policy: each, isShort }) => {
    const change = { key: { dialect: 'cos', tenant: 'a' }, revision: 1, policy: each, writtenAt: 2 };
    const bytes = encodePolicyRevision(change);
    expect(bytes.length < JSON.stringify(change).length).toBe(isShort);
    expect(decodePolicyRevision(bytes)).toStrictEqual(change);
  });

  const { rules } = oneOrigin('a');
  it.each([
    { name: 'a member that no rule has', policy: { rules: [{ ...rules[0], sameSite: 'a' }] } },
    { name: 'a rule without a list', policy: { rules: [{ allowedOrigins: ['a'] }] } },
    { name: 'a text for a list', policy: { rules: [{ ...rules[0], allowedMethods: 'GET' }] } },
    { name: 'a number in a list', policy: { rules: [{ ...rules[0], allowedHeaders: [1] }] } },
    { name: 'a number as id', policy: { rules: [{ ...rules[0], id: 1 }] } },
    { name: 'no rule', policy: { rules: [null] } },
    { name: 'a text for `vary`', policy: { rules, vary: 'Origin' } },
  ])('keeps $name, which this version does not have', ({ policy: each }) => {
    const change = { key: { dialect: 'cos', tenant: 'a' }, revision: 1, policy: each, writtenAt: 2 };
    const stored: PolicyRevision = JSON.parse(JSON.stringify(change));
    expect(decodePolicyRevision(encodePolicyRevision(stored))).toStrictEqual(change);
  });
});

function oneOrigin(origin: string): NonNullable<PolicyRevision['policy']> {
  return {
    rules: [{ allowedOrigins: [origin], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] }],
  };
}
