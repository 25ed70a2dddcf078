import { describe, expect, it } from 'vitest';
import { validate } from '../src/validate.ts';
import { validateCases } from './validate-cases.ts';

describe('validate', () => {
  it.each(validateCases)('finds all there is to find in $name', ({ policy, profile, findings }) => {
    expect(validate(policy, profile).map(({ code, path }) => [code, path])).toEqual(findings);
  });
});
