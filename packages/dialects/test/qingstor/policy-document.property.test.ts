import { formatDiagnostic, type Policy, type Rule, validate } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qingstorPolicyDocument } from '../../src/qingstor/policy-document.ts';
import { qingstorProfile } from '../../src/qingstor/profile.ts';

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

const rule: fc.Arbitrary<Rule> = fc.record(
  {
    allowedOrigins: pattern(part).map(origin => [origin]),
    allowedMethods: fc.array(fc.constantFrom('*', ...qingstorProfile.methods.known), {
      minLength: 1,
      maxLength: 6,
    }),
    allowedHeaders: fc.array(pattern(tokenPart), { maxLength: 4 }),
    exposeHeaders: fc.array(pattern(tokenPart), { maxLength: 4 }),
    maxAgeSeconds: fc.nat(qingstorProfile.limits.maxAgeSeconds.max),
  },
  { requiredKeys: ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'] },
);

const policy: fc.Arbitrary<Policy> = fc.record(
  { rules: fc.array(rule, { maxLength: 5 }), vary: fc.boolean() },
  { requiredKeys: ['rules'] },
);

function parsed(document: unknown): ReturnType<typeof qingstorPolicyDocument.parse> {
  return qingstorPolicyDocument.parse(Buffer.from(JSON.stringify(document), 'utf8'));
}

describe('qingstorPolicyDocument', () => {
  it('reads every valid policy as it has written it', () => {
    fc.assert(
      fc.property(policy, original => {
        expect(validate(original, qingstorProfile).map(formatDiagnostic)).toEqual([]);
        const document = qingstorPolicyDocument.write(original);
        const result = qingstorPolicyDocument.parse(Buffer.from(document, 'utf8'));
        expect(result.kind === 'policy' && result.policy).toEqual(original);
      }),
    );
  });

  it('takes what is valid and nothing else', () => {
    const loose = fc.record({
      rules: fc.array(
        fc.record({
          allowedOrigins: fc.constantFrom('*', 'https://a.com', 'a*b*', 'a b', '').map(origin => [origin]),
          allowedMethods: fc.array(fc.constantFrom('GET', '*', 'get', 'PATCH', ''), { maxLength: 2 }),
          allowedHeaders: fc.array(fc.constantFrom('*', 'x-a', 'x a', ''), { maxLength: 2 }),
          exposeHeaders: fc.array(fc.constantFrom('ETag', 'a,b'), { maxLength: 2 }),
          maxAgeSeconds: fc.constantFrom(0, 1, -1, 1.5, 2 ** 31, 2 ** 31 - 1),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(loose, candidate => {
        const document = qingstorPolicyDocument.write(candidate);
        const result = qingstorPolicyDocument.parse(Buffer.from(document, 'utf8'));
        const isValid = validate(candidate, qingstorProfile).length === 0;
        expect(result.kind).toBe(isValid ? 'policy' : 'diagnostics');
      }),
    );
  });

  it('tells one finding, and where, for one value of a wrong type', () => {
    const wrong = fc.constantFrom(null, 1, true, 'x', [], {}, [1], [null]);
    const fields = [
      'allowed_origin',
      'allowed_methods',
      'allowed_headers',
      'expose_headers',
      'max_age_seconds',
    ];
    const good: Readonly<Record<string, unknown>> = {
      allowed_origin: 'https://a.com',
      allowed_methods: ['GET'],
    };
    fc.assert(
      fc.property(fc.constantFrom(...fields), wrong, (field, value) => {
        const result = parsed({ cors_rules: [good, { ...good, [field]: value }] });
        if (result.kind === 'policy') return;
        expect(result.diagnostics.map(({ code }) => code)).toHaveLength(1);
        expect(result.diagnostics[0]?.path.slice(0, 2)).toEqual(['rules', 1]);
        expect(result.diagnostics[0]?.position?.line).toBe(1);
      }),
    );
  });

  it('gets through any JSON', () => {
    const names = fc.constantFrom(
      'cors_rules',
      'resp_vary',
      'allowed_origin',
      'allowed_methods',
      '__proto__',
      'a',
    );
    const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 1, 'GET', '*', 'enabled'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, document => {
        const result = parsed(document);
        if (result.kind === 'policy') expect(validate(result.policy, qingstorProfile)).toEqual([]);
        else expect(result.diagnostics.filter(({ position }) => !position)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
