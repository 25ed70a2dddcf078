import { describe, expect, it } from 'vitest';
import { applyEdits, type PolicyEdit } from '../src/edit.ts';
import type { Policy, Rule } from '../src/policy.ts';

function rule(origin: string, parts: Partial<Rule> = {}): Rule {
  return {
    allowedOrigins: [origin],
    allowedMethods: ['GET'],
    allowedHeaders: [],
    exposeHeaders: [],
    ...parts,
  };
}

const policy: Policy = { rules: [rule('a'), rule('b', { id: 'second' })], vary: false };

describe('applyEdits', () => {
  const cases: readonly {
    readonly name: string;
    readonly edits: readonly PolicyEdit[];
    readonly rules: readonly Rule[];
  }[] = [
    { name: 'nothing', edits: [], rules: policy.rules },
    {
      name: 'an origin, a method and headers at the ends of their lists',
      edits: [
        { kind: 'add-origin', path: ['rules', 1, 'allowedOrigins'], value: 'c' },
        { kind: 'add-method', path: ['rules', 1, 'allowedMethods'], value: 'PUT' },
        { kind: 'add-header', path: ['rules', 1, 'allowedHeaders'], value: 'x-b' },
        { kind: 'add-header', path: ['rules', 1, 'allowedHeaders'], value: 'x-a' },
      ],
      rules: [
        rule('a'),
        {
          id: 'second',
          allowedOrigins: ['b', 'c'],
          allowedMethods: ['GET', 'PUT'],
          allowedHeaders: ['x-b', 'x-a'],
          exposeHeaders: [],
        },
      ],
    },
    {
      name: 'a rule in front, which moves the others',
      edits: [
        { kind: 'add-rule', path: ['rules', 0], value: rule('c') },
        { kind: 'add-method', path: ['rules', 1, 'allowedMethods'], value: 'PUT' },
      ],
      rules: [rule('c'), rule('a', { allowedMethods: ['GET', 'PUT'] }), rule('b', { id: 'second' })],
    },
    {
      name: 'a rule after all others',
      edits: [{ kind: 'add-rule', path: ['rules', 2], value: rule('c') }],
      rules: [...policy.rules, rule('c')],
    },
  ];

  it.each(cases)('adds $name', ({ edits, rules }) => {
    const before = structuredClone(policy);
    expect(applyEdits(policy, edits)).toEqual({ rules, vary: false });
    expect(policy).toEqual(before);
  });

  it.each<PolicyEdit>([
    { kind: 'add-origin', path: ['rules', 2, 'allowedOrigins'], value: 'c' },
    { kind: 'add-rule', path: ['rules', 3], value: rule('c') },
  ])('throws when there is no place for $kind', edit => {
    expect(() => applyEdits(policy, [edit])).toThrow(RangeError);
  });
});
