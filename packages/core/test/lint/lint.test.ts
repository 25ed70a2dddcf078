import { describe, expect, it } from 'vitest';
import { newBudget } from '../../src/analysis/budget.ts';
import { type CompiledPolicy, compile } from '../../src/compile.ts';
import { decidePreflight } from '../../src/decide.ts';
import type { PreflightDecision } from '../../src/decision.ts';
import type { Diagnostic, WitnessRequest } from '../../src/diagnostic.ts';
import { lint } from '../../src/lint/lint.ts';
import { LINT_FINDINGS, type LintCode } from '../../src/lint/lint-findings.ts';
import { originFault } from '../../src/lint/origin-fault.ts';
import type { Policy, Rule } from '../../src/policy.ts';
import type { Profile } from '../../src/profile.ts';
import { validate } from '../../src/validate.ts';
import { exampleProfile } from '../example-profile.ts';
import { readExample, ruleWith } from './example-policy.ts';
import { type LintCase, lintCases, lintProfile, refusing, serviceCases } from './lint-cases.ts';

interface Sample {
  readonly findings: () => readonly Diagnostic[];
  readonly code: LintCode;
  readonly text: string;
  readonly policy: Policy;
  readonly profile: Profile;
}

const cases = Object.entries(lintCases) as readonly (readonly [LintCode, LintCase])[];

function samplesOf(
  code: LintCode,
  { profile = lintProfile, budget }: LintCase,
  policies: readonly Policy[],
): readonly Sample[] {
  return policies.map(policy => {
    let found: readonly Diagnostic[] | undefined;
    const findings = (): readonly Diagnostic[] => {
      found ??= lint(policy, profile, budget?.());
      return found;
    };
    return { code, text: JSON.stringify(policy.rules), policy, profile, findings };
  });
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

function decide(policy: CompiledPolicy, { origin, method, headers }: WitnessRequest): PreflightDecision {
  return decidePreflight(policy, { origin, requestMethod: method, requestHeaders: headers.join(',') });
}

/** Of what the policy lets through although it should not, or the other way about. */
const SHOW_REFUSALS: readonly string[] = ['content-type-not-allowed'];

describe('lint', () => {
  it('has an example and a near miss of every code', () => {
    expect(Object.keys(lintCases).sort()).toEqual(Object.keys(LINT_FINDINGS).sort());
    expect(cases.filter(([, { lacks }]) => lacks.length === 0)).toEqual([]);
  });

  it.each(having)('finds $code in $text', ({ code, findings }) => {
    expect(codesOf(findings())).toContain(code);
  });

  it.each(lacking)('does not find $code in $text', ({ code, findings }) => {
    expect(codesOf(findings())).not.toContain(code);
  });

  it.each(serviceCases)('judges by the service $name', ({ profile, rules, code, has }) => {
    expect(codesOf(lint({ rules: rules.map(ruleWith) }, profile)).includes(code)).toBe(has);
  });

  it.each(having)('shows by requests of browsers what it finds in $text', sample => {
    const { policy, profile, findings } = sample;
    const compiled = compile(policy, profile);
    for (const {
      code,
      witness,
      parameters: { admitted },
      path,
    } of findings()) {
      if (!witness) continue;
      expect(originFault(witness.origin)).toBeUndefined();
      expect(witness.origin).not.toContain('..');
      if (admitted !== undefined) expect(witness.origin).toBe(admitted);
      const decision = decide(compiled, witness);
      expect(decision.kind).toBe(SHOW_REFUSALS.includes(code) ? 'refused' : 'allowed');
      if (code === 'rule-shadowed' || code === 'rule-partly-shadowed') {
        expect(decision).toMatchObject({ rule: expect.any(Number) });
        expect(decision).not.toMatchObject({ rule: path[1] });
      }
    }
  });

  it('has something to say about origins with a witness', () => {
    const shown = new Set(
      having.flatMap(({ findings }) => findings().filter(({ witness }) => witness)).map(({ code }) => code),
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

  it('tells what headers are missing of the rule that answers', () => {
    const rules = [[], ['content-type']].map(allowedHeaders =>
      ruleWith({ allowedMethods: ['PUT'], allowedHeaders }),
    );
    const findings = lint({ rules }, refusing).filter(({ code }) => code === 'content-type-not-allowed');
    expect(findings.map(({ path }) => path)).toEqual([['rules', 0, 'allowedHeaders']]);
  });

  const A = { allowedOrigins: ['https://a.example.com'] };
  const ALL = { allowedOrigins: ['https://*.example.com'] };
  const together: readonly {
    readonly name: string;
    readonly rules: readonly Partial<Rule>[];
    readonly findings: readonly string[];
  }[] = [
    { name: 'the same rule twice', rules: [A, A], findings: ['rule-shadowed 1 by rules[0]'] },
    {
      name: 'the same rule thrice',
      rules: [A, A, A],
      findings: ['rule-shadowed 1 by rules[0]', 'rule-shadowed 2 by rules[0]'],
    },
    {
      name: 'a narrow rule before and behind a wide one',
      rules: [A, ALL, A],
      findings: ['rule-redundant 0', 'rule-shadowed 2 by rules[0]'],
    },
    {
      name: 'a wide rule with another answer before narrow ones',
      rules: [
        { ...ALL, maxAgeSeconds: 60 },
        { ...A, allowedMethods: ['GET', 'PUT'] },
        { ...A, allowedMethods: ['PUT'] },
      ],
      findings: [
        'rule-partly-shadowed 1 by rules[0]: another `Access-Control-Max-Age`',
        'rule-shadowed 2 by rules[1]',
      ],
    },
    {
      name: 'a rule that several take together',
      rules: [
        A,
        { allowedOrigins: ['https://b.example.com'] },
        { allowedOrigins: ['https://b.example.com', ...A.allowedOrigins] },
      ],
      findings: ['rule-shadowed 2 by rules[0], rules[1]'],
    },
    {
      name: 'rules of which the first and the second cover each other in part',
      rules: [['p'], ['p', 'q'], ['q', 'r']].map(names => ({
        allowedOrigins: names.map(name => `https://${name}.test`),
      })),
      findings: ['rule-redundant 0'],
    },
    {
      name: 'rules that answer for a later one, each in another way',
      rules: [
        { allowedOrigins: ['https://b.example.com'], exposeHeaders: ['ETag'] },
        { ...A, maxAgeSeconds: 60 },
        ALL,
      ],
      findings: ['rule-partly-shadowed 2 by rules[0]: another `Access-Control-Expose-Headers`'],
    },
    {
      name: 'a rule that answers for a later one, behind one that is shadowed',
      rules: [A, A, { allowedOrigins: ['https://b.example.com'], maxAgeSeconds: 60 }, ALL],
      findings: [
        'rule-redundant 0',
        'rule-shadowed 1 by rules[0]',
        'rule-partly-shadowed 3 by rules[2]: another `Access-Control-Max-Age`',
      ],
    },
    {
      name: 'two narrow rules before a wide one',
      rules: [A, { allowedOrigins: ['https://b.example.com'] }, ALL],
      findings: ['rule-redundant 0', 'rule-redundant 1'],
    },
    {
      name: 'rules that share only what no browser sends',
      rules: [
        { allowedOrigins: ['https://a.com:6553*'], maxAgeSeconds: 60 },
        { allowedOrigins: ['https://a.com:655*9'] },
      ],
      findings: [],
    },
    {
      name: 'schemes that together are all that is sent',
      rules: [
        { allowedOrigins: ['http://a.example.com', 'https://a.example.com'] },
        { allowedOrigins: ['http*://a.example.com'], allowedHeaders: [] },
      ],
      findings: ['rule-redundant 0'],
    },
  ];

  function toldOf({ code, path, parameters: { by, difference } }: Diagnostic): string {
    return [`${code} ${path[1]}`, by && ` by ${by}`, difference && `: ${difference}`].join('');
  }

  it('tells which entry is needless, and for which other', () => {
    const rule = ruleWith({
      allowedOrigins: ['a b', ...ALL.allowedOrigins, 'https://b.test', ...A.allowedOrigins],
    });
    const [finding] = lint({ rules: [rule] }, lintProfile).filter(({ code }) => code === 'origin-redundant');
    expect(finding).toMatchObject({
      path: ['rules', 0, 'allowedOrigins', 3],
      parameters: { value: 'https://a.example.com', by: '`https://*.example.com`' },
    });
  });

  it('says when it was not let to tell what is needless', () => {
    const rules = [ruleWith({ allowedOrigins: ['https://*.a.test', 'https://*.b.a.test'] })];
    expect(codesOf(lint({ rules }, lintProfile, newBudget(0)))).toContain('analysis-incomplete');
  });

  it.each([
    { origin: 'https://a.com:443/', correction: 'write `https://a.com`' },
    { origin: 'https://*.a.com/', correction: expect.not.stringContaining('a.com') },
  ])('corrects $origin where there is one way to do so', ({ origin, correction }) => {
    const [finding] = lint({ rules: [ruleWith({ allowedOrigins: [origin] })] }, lintProfile).filter(
      ({ code }) => code === 'origin-never-sent',
    );
    expect(finding?.parameters).toMatchObject({ correction });
  });

  it.each(together)('judges rules together: $name', ({ rules, findings }) => {
    const found = lint({ rules: rules.map(ruleWith) }, lintProfile).filter(({ code }) =>
      code.startsWith('rule-'),
    );
    expect(found.map(toldOf)).toEqual(findings);
  });

  it('is silent about lists that the service does not have', () => {
    const findings = lint(
      { rules: [ruleWith({ allowedHeaders: ['cookie'], exposeHeaders: ['x-*'] })] },
      { ...exampleProfile, fields: [] },
    );
    expect(codesOf(findings)).toEqual(['field-not-supported', 'field-not-supported']);
  });
});
