import { formatDiagnostic, type Policy, type Rule, validate } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosPolicyDocument } from '../../src/cos/policy-document.ts';
import { cosProfile } from '../../src/cos/profile.ts';

const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i));
const part = fc.string({
  unit: fc.constantFrom(...visible.filter(character => character !== ',' && character !== '*')),
  maxLength: 12,
});
const tokenPart = fc.string({ unit: fc.constantFrom(..."aZ09!#$%&'+-.^_`|~"), maxLength: 8 });

/** `prefix*suffix`, `*` alone, or without a `*`. */
function pattern(piece: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .oneof(
      piece,
      fc.tuple(piece, piece).map(([prefix, suffix]) => `${prefix}*${suffix}`),
    )
    .filter(text => text !== '');
}

/** An identifier of any text, but for white space at its ends and what XML cannot hold. */
const id = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map(text => text.trim())
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML cannot hold
  .filter(text => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/u.test(text));

const rule: fc.Arbitrary<Rule> = fc.record(
  {
    id,
    allowedOrigins: fc.array(pattern(part), { minLength: 1, maxLength: 4 }),
    allowedMethods: fc.array(fc.constantFrom(...cosProfile.methods.known), { minLength: 1, maxLength: 6 }),
    allowedHeaders: fc.array(pattern(tokenPart), { maxLength: 4 }),
    exposeHeaders: fc.array(pattern(tokenPart), { maxLength: 4 }),
    maxAgeSeconds: fc.nat(cosProfile.limits.maxAgeSeconds.max),
  },
  { requiredKeys: ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'] },
);

const policy: fc.Arbitrary<Policy> = fc.record(
  { rules: fc.array(rule, { minLength: 1, maxLength: 5 }), vary: fc.boolean() },
  { requiredKeys: ['rules'] },
);

describe('cosPolicyDocument', () => {
  it('reads every valid policy as it has written it', () => {
    fc.assert(
      fc.property(policy, original => {
        expect(validate(original, cosProfile).map(formatDiagnostic)).toEqual([]);
        const result = cosPolicyDocument.parse(Buffer.from(cosPolicyDocument.write(original), 'utf8'));
        expect(result.kind === 'policy' && result.policy).toEqual(original);
      }),
    );
  });

  it('takes what is valid and nothing else', () => {
    const loose = fc.record({
      rules: fc.array(
        fc.record({
          allowedOrigins: fc.array(fc.constantFrom('*', 'https://a.com', 'a*b*', 'a b', ''), {
            maxLength: 2,
          }),
          allowedMethods: fc.array(fc.constantFrom('GET', 'get', 'PATCH', ''), { maxLength: 2 }),
          allowedHeaders: fc.array(fc.constantFrom('*', 'x-a', 'x a', ''), { maxLength: 2 }),
          exposeHeaders: fc.array(fc.constantFrom('ETag', 'a,b'), { maxLength: 2 }),
          maxAgeSeconds: fc.constantFrom(0, 1, -1, 1.5, 2 ** 31, 2 ** 31 - 1),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(loose, candidate => {
        const result = cosPolicyDocument.parse(Buffer.from(cosPolicyDocument.write(candidate), 'utf8'));
        const isValid = validate(candidate, cosProfile).length === 0;
        expect(result.kind).toBe(isValid ? 'policy' : 'diagnostics');
      }),
    );
  });
});
