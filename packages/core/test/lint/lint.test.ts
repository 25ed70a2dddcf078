import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { decidePreflight } from '../../src/decide.ts';
import type { PreflightDecision } from '../../src/decision.ts';
import type { Diagnostic, WitnessRequest } from '../../src/diagnostic.ts';
import { lint } from '../../src/lint/lint.ts';
import { LINT_FINDINGS, type LintCode } from '../../src/lint/lint-findings.ts';
import { originFault } from '../../src/lint/origin-fault.ts';
import type { Policy } from '../../src/policy.ts';
import type { Profile } from '../../src/profile.ts';
import { validate } from '../../src/validate.ts';
import { exampleProfile } from '../example-profile.ts';
import { readExample, ruleWith } from './example-policy.ts';
import { type LintCase, lintCases, lintProfile, serviceCases } from './lint-cases.ts';

interface Sample {
  readonly code: LintCode;
  readonly text: string;
  readonly policy: Policy;
  readonly profile: Profile;
}

const cases = Object.entries(lintCases) as readonly (readonly [LintCode, LintCase])[];

function samplesOf(
  code: LintCode,
  { profile = lintProfile }: LintCase,
  policies: readonly Policy[],
): readonly Sample[] {
  return policies.map(policy => ({ code, text: JSON.stringify(policy.rules), policy, profile }));
}

const having = cases.flatMap(([code, each]) =>
  samplesOf(code, each, [
    ...(each.exampleIsProse ? [] : [readExample(LINT_FINDINGS[code].example)]),
    ...(each.alsoHas ?? []).map(rules => ({ rules: rules.map(ruleWith) })),
  ]),
);
const lacking = cases.flatMap(([code, each]) =>
  samplesOf(
    code,
    each,
    each.lacks.map(rules => ({ rules: rules.map(ruleWith) })),
  ),
);

function codesOf(findings: readonly Diagnostic[]): readonly string[] {
  return findings.map(({ code }) => code);
}

function decide({ policy, profile }: Sample, { origin, method, headers }: WitnessRequest): PreflightDecision {
  const request = { origin, requestMethod: method, requestHeaders: headers.join(',') };
  return decidePreflight(compile(policy, profile), request);
}

/** Of what the policy lets through although it should not, or the other way about. */
const SHOW_REFUSALS: readonly string[] = ['content-type-not-allowed'];

describe('lint', () => {
  it('has an example and a near miss of every code', () => {
    expect(Object.keys(lintCases).sort()).toEqual(Object.keys(LINT_FINDINGS).sort());
    expect(cases.filter(([, { lacks }]) => lacks.length === 0)).toEqual([]);
  });

  it.each(having)('finds $code in $text', ({ code, policy, profile }) => {
    expect(codesOf(lint(policy, profile))).toContain(code);
  });

  it.each(lacking)('does not find $code in $text', ({ code, policy, profile }) => {
    expect(codesOf(lint(policy, profile))).not.toContain(code);
  });

  it.each(serviceCases)('judges by the service $name', ({ profile, rules, code, has }) => {
    expect(codesOf(lint({ rules: rules.map(ruleWith) }, profile)).includes(code)).toBe(has);
  });

  it.each(having)('shows by requests of browsers what it finds in $text', sample => {
    const { policy, profile } = sample;
    for (const {
      code,
      witness,
      parameters: { admitted },
      path,
    } of lint(policy, profile)) {
      if (!witness) continue;
      expect(originFault(witness.origin)).toBeUndefined();
      if (admitted !== undefined) expect(witness.origin).toBe(admitted);
      const decision = decide(sample, witness);
      expect(decision.kind).toBe(SHOW_REFUSALS.includes(code) ? 'refused' : 'allowed');
      if (code === 'rule-shadowed' || code === 'rule-partly-shadowed') {
        expect(decision).toMatchObject({ rule: expect.any(Number) });
        expect(decision).not.toMatchObject({ rule: path[1] });
      }
    }
  });

  it('has something to say about origins with a witness', () => {
    const shown = new Set(
      having
        .flatMap(({ policy, profile }) => lint(policy, profile).filter(({ witness }) => witness))
        .map(({ code }) => code),
    );
    expect([...shown].sort()).toEqual(
      [
        'content-type-not-allowed',
        ...['rule-partly-shadowed', 'rule-shadowed'],
        ...Object.keys(LINT_FINDINGS).filter(code => /^origin-(?!never-sent|redundant)/.test(code)),
      ].sort(),
    );
  });

  it('says nothing about a policy that has nothing doubtful', () => {
    const rule = ruleWith({
      allowedMethods: ['GET', 'PUT'],
      allowedHeaders: ['authorization', 'content-type'],
      exposeHeaders: ['ETag'],
      maxAgeSeconds: 600,
    });
    expect(lint({ rules: [rule] }, lintProfile)).toEqual([]);
  });

  it('finds what validate finds, and judges the rest', () => {
    const rule = ruleWith({
      allowedOrigins: ['a b', 'https://*'],
      allowedMethods: ['GET', 'get'],
      allowedHeaders: ['x y', 'cookie'],
      maxAgeSeconds: -1,
    });
    const policy = { rules: [rule, ruleWith({ allowedMethods: [], maxAgeSeconds: 0 })] };
    const findings = lint(policy, lintProfile);
    expect(findings).toEqual(expect.arrayContaining([...validate(policy, lintProfile)]));
    expect(codesOf(findings)).toEqual([
      'client-header-not-allowed',
      'origin-character',
      'method-unknown',
      'header-not-token',
      'max-age-range',
      'origin-every-credentials',
      'header-forbidden',
      'methods-missing',
      'max-age-zero',
    ]);
  });

  it('is silent about lists that the service does not have', () => {
    const findings = lint(
      { rules: [ruleWith({ allowedHeaders: ['cookie'], exposeHeaders: ['x-*'] })] },
      { ...exampleProfile, fields: [] },
    );
    expect(codesOf(findings)).toEqual(['field-not-supported', 'field-not-supported']);
  });
});
