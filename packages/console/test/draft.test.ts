import type { Policy } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftOf, moved, policyOf, samePolicy } from '../src/rules/draft.ts';

const entry = fc.stringMatching(/^[!-~]([ -~]*[!-~])?$/);
const entries = fc.array(entry, { maxLength: 3 });
const policy: fc.Arbitrary<Policy> = fc
  .record(
    {
      rules: fc.array(
        fc.record(
          {
            id: entry,
            allowedOrigins: entries,
            allowedMethods: entries,
            allowedHeaders: entries,
            exposeHeaders: entries,
            maxAgeSeconds: fc.nat(),
          },
          { requiredKeys: ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'] },
        ),
        { maxLength: 3 },
      ),
      vary: fc.boolean(),
    },
    { requiredKeys: ['rules'] },
  )
  .map(value => ({ ...value }) as Policy);

describe('policyOf', () => {
  it('gives back the policy that a draft was made of', () => {
    fc.assert(
      fc.property(policy, original => {
        expect(policyOf(draftOf(original))).toEqual(original);
      }),
    );
  });

  const RULE = {
    key: 1,
    id: '',
    allowedOrigins: '',
    allowedMethods: [],
    allowedHeaders: '',
    exposeHeaders: '',
    maxAgeSeconds: '',
  };

  it('reads lists line by line, without what is empty', () => {
    const [rule] = policyOf({
      rules: [{ ...RULE, allowedOrigins: ' https://a.example \n\n*\n' }],
      vary: undefined,
    }).rules;
    expect(rule?.allowedOrigins).toEqual(['https://a.example', '*']);
  });

  const AGES = [
    { text: '', age: undefined },
    { text: ' 600 ', age: 600 },
    { text: '-1', age: Number.NaN },
    { text: '1e3', age: Number.NaN },
    { text: 'ten', age: Number.NaN },
  ];

  it.each(AGES)('reads the age `$text` as $age', ({ text, age }) => {
    const [rule] = policyOf({ rules: [{ ...RULE, maxAgeSeconds: text }], vary: undefined }).rules;
    expect(rule?.maxAgeSeconds).toEqual(age);
  });
});

describe('samePolicy', () => {
  const rule = { allowedOrigins: ['a'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] };

  it('tells policies apart that would be saved differently, and no others', () => {
    expect(samePolicy({ rules: [rule] }, { rules: [{ ...rule }] })).toBe(true);
    expect(samePolicy({ rules: [rule] }, { rules: [rule], vary: false })).toBe(false);
    expect(samePolicy({ rules: [rule] }, { rules: [{ ...rule, allowedOrigins: ['b'] }] })).toBe(false);
  });
});

describe('moved', () => {
  const rules = draftOf({
    rules: ['a', 'b', 'c'].map(id => ({
      id,
      allowedOrigins: [],
      allowedMethods: [],
      allowedHeaders: [],
      exposeHeaders: [],
    })),
  }).rules;
  const CASES = [
    { index: 1, by: -1, order: 'bac' },
    { index: 1, by: 1, order: 'acb' },
    { index: 0, by: -1, order: 'abc' },
    { index: 2, by: 1, order: 'abc' },
  ] as const;

  it.each(CASES)('puts rule $index by $by: $order', ({ index, by, order }) => {
    expect(
      moved(rules, index, by)
        .map(({ id }) => id)
        .join(''),
    ).toBe(order);
  });
});
