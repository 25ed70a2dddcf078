import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import type { Rule } from '../src/policy.ts';
import { exampleProfile } from './example-profile.ts';

const rule: Rule = {
  allowedOrigins: ['https://a.com'],
  allowedMethods: ['GET'],
  allowedHeaders: [],
  exposeHeaders: [],
};

describe('compile', () => {
  const unreadable: readonly { readonly name: string; readonly rule: Rule; readonly message: string }[] = [
    {
      name: 'an origin',
      rule: { ...rule, allowedOrigins: ['a*b*'] },
      message: 'cannot compile `a*b*`: origin-wildcards; validate the policy first',
    },
    {
      name: 'an allowed header',
      rule: { ...rule, allowedHeaders: ['a b'] },
      message: 'cannot compile `a b`: header-not-token; validate the policy first',
    },
    {
      name: 'an exposed header',
      rule: { ...rule, exposeHeaders: [''] },
      message: 'cannot compile ``: header-not-token; validate the policy first',
    },
  ];

  it.each(unreadable)('throws when $name cannot be read', ({ rule: each, message }) => {
    expect(() => compile({ rules: [each] }, exampleProfile)).toThrow(new TypeError(message));
  });

  it.each(Object.keys(rule))('throws when a rule that was stored has no %s', missing => {
    const stored = JSON.parse(JSON.stringify({ rules: [{ ...rule, [missing]: undefined }] }));
    for (const any of [true, false]) {
      const profile = { ...exampleProfile, methods: { ...exampleProfile.methods, any } };
      expect(() => compile(stored, profile)).toThrow(TypeError);
    }
  });
});
