import { describe, expect, it } from 'vitest';
import {
  DIAGNOSTICS,
  type Diagnostic,
  type DiagnosticCode,
  diagnostic,
  formatDiagnostic,
  formatPath,
  locatedAt,
} from '../src/diagnostic.ts';
import { lint } from '../src/lint/lint.ts';
import { LINT_FINDINGS, type LintCode } from '../src/lint/lint-findings.ts';
import { readPolicy } from '../src/read-policy.ts';
import { validate } from '../src/validate.ts';
import { VALIDATION_FINDINGS } from '../src/validation-findings.ts';
import { readExample } from './lint/example-policy.ts';
import { lintCases, lintProfile } from './lint/lint-cases.ts';
import { unreadableCases } from './read-policy-cases.ts';
import { validateCases } from './validate-cases.ts';

/** A finding that takes more than an example. */
const OF_LONG_POLICIES: readonly DiagnosticCode[] = ['analysis-incomplete'];

/** Findings about a written document, which the readers of documents make. */
const OF_DOCUMENTS: readonly DiagnosticCode[] = [
  'document-malformed',
  'document-forbidden',
  'document-too-large',
  'field-repeated',
];

function everyFinding(): readonly Diagnostic[] {
  return [
    ...Object.entries(LINT_FINDINGS).flatMap(([code, { example }]) => {
      const { profile = lintProfile, exampleIsProse } = lintCases[code as LintCode];
      return exampleIsProse ? [] : lint(readExample(example), profile);
    }),
    ...validateCases.flatMap(({ policy, profile }) => validate(policy, profile)),
    ...unreadableCases.flatMap(({ value }) => {
      const result = readPolicy(value);
      return result.kind === 'diagnostics' ? result.diagnostics : [];
    }),
  ];
}

describe('DIAGNOSTICS', () => {
  it('has no code that neither a case of the tables nor a reader of documents produces', () => {
    const produced = everyFinding().map(({ code }) => code);
    const expected = [...new Set([...produced, ...OF_DOCUMENTS, ...OF_LONG_POLICIES])].sort();
    expect(Object.keys(DIAGNOSTICS).sort()).toEqual(expected);
  });

  it('asks for no parameter that a finding does not have', () => {
    const gaps = everyFinding().flatMap(({ code, parameters }) => {
      const { message, help } = DIAGNOSTICS[code];
      const asked = [...`${message} ${help}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      return asked.filter(name => !Object.hasOwn(parameters, name)).map(name => `${code}: ${name}`);
    });
    expect(gaps).toEqual([]);
  });

  it.each(Object.entries(DIAGNOSTICS))(
    'words %s as one line in lower case without a final period',
    (_, entry) => {
      for (const text of [entry.message, entry.help]) expect(text).toMatch(/^[a-z`{].*[^.\s]$/);
    },
  );

  const ofPolicies = Object.entries(VALIDATION_FINDINGS).filter(
    ([code]) => !OF_DOCUMENTS.includes(code as DiagnosticCode),
  );

  it.each(ofPolicies)('has an example of %s that has it', (code, { example }) => {
    const value: unknown = JSON.parse(example.startsWith('{') ? example : '{"rules": []}');
    const read = readPolicy(value);
    const found =
      read.kind === 'diagnostics'
        ? read.diagnostics
        : validateCases.flatMap(({ profile }) => validate(readExample(example), profile));
    expect(found.map(finding => finding.code)).toContain(code);
  });
});

describe('diagnostic', () => {
  it('takes the severity from the table and leaves out an unknown position', () => {
    expect(diagnostic('origin-empty', ['rules', 0])).toStrictEqual({
      code: 'origin-empty',
      severity: 'error',
      path: ['rules', 0],
      parameters: {},
    });
  });
});

describe('locatedAt', () => {
  const finding = diagnostic('origin-empty', ['rules', 0]);
  const position = { line: 3, column: 7 };
  const end = { line: 3, column: 9 };

  it('takes the span, and nothing else of what carries it', () => {
    const element = { position, end, name: 'AllowedOrigin' };
    expect(locatedAt(finding, element)).toStrictEqual({ ...finding, position, end });
  });

  it('leaves out an end that nobody knows', () => {
    expect(locatedAt(finding, { position })).toStrictEqual({ ...finding, position });
  });
});

describe('formatPath', () => {
  const cases = [
    { path: [], text: '' },
    { path: ['vary'], text: 'vary' },
    { path: ['rules', 0, 'allowedOrigins', 12], text: 'rules[0].allowedOrigins[12]' },
  ];

  it.each(cases)('writes $path as "$text"', ({ path, text }) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe('formatDiagnostic', () => {
  const position = { line: 3, column: 7 };
  const long = 'x'.repeat(200);
  const cases: readonly { readonly name: string; readonly finding: Diagnostic; readonly text: string }[] = [
    {
      name: 'a finding about the whole policy',
      finding: diagnostic('rules-missing', []),
      text: 'there is no rule; add a rule, or delete the configuration to allow nothing',
    },
    {
      name: 'a path',
      finding: diagnostic('header-wildcards', ['rules', 0, 'allowedHeaders', 1], { value: 'a*b*' }),
      text: 'rules[0].allowedHeaders[1]: the header name `a*b*` has more than one `*`; keep one `*`',
    },
    {
      name: 'a position',
      finding: diagnostic('document-forbidden', [], { what: 'a DOCTYPE' }, { position }),
      text: 'line 3, column 7: the document has a DOCTYPE, which is refused; send the plain document only',
    },
    {
      name: 'a path and a position',
      finding: diagnostic('field-repeated', ['rules', 0], { field: 'ID' }, { position }),
      text: 'rules[0] (line 3, column 7): `ID` stands here more than once; keep one of them',
    },
    {
      name: 'numbers',
      finding: diagnostic('rules-too-many', ['rules'], { count: 6, limit: 5 }),
      text: 'rules: there are 6 rules, the service takes 5; merge rules that share methods and headers',
    },
    {
      name: 'a parameter that looks like a placeholder or a replacement',
      finding: diagnostic('header-wildcards', [], { value: '{limit}$&*' }),
      text: 'the header name `{limit}$&*` has more than one `*`; keep one `*`',
    },
    {
      name: 'a long parameter, cut',
      finding: diagnostic('header-wildcards', [], { value: long }),
      text: `the header name \`${long.slice(0, 120)}…\` has more than one \`*\`; keep one \`*\``,
    },
    {
      name: 'a long path, cut',
      finding: diagnostic('field-unknown', ['rules', 0, long], { field: 'x', known: 'y' }),
      text: `rules[0].${long.slice(0, 120)}…: there is no \`x\` here; known here: y`,
    },
    {
      name: 'line breaks and control characters, escaped',
      finding: diagnostic('header-wildcards', ['a\r\nb'], { value: 'x\n\u001b[2J\u2028\u202ey' }),
      text: 'a\\u{d}\\u{a}b: the header name `x\\u{a}\\u{1b}[2J\\u{2028}\\u{202e}y` has more than one `*`; keep one `*`',
    },
  ];

  it.each(cases)('writes $name', ({ finding, text }) => {
    expect(formatDiagnostic(finding)).toBe(text);
  });
});
