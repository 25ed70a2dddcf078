import { describe, expect, it } from 'vitest';
import { diagnostic, diagnosticTexts } from '../../src/diagnostic.ts';
import { diagnosticJson } from '../../src/json/diagnostic-json.ts';

describe(diagnosticJson, () => {
  const start = { line: 1, column: 2 };
  const end = { line: 1, column: 5 };

  it.each([
    { name: 'nowhere', place: undefined, span: null },
    { name: 'at a point', place: { position: start }, span: { start, end: null } },
    { name: 'from here to there', place: { position: start, end }, span: { start, end } },
  ])('tells a finding $name', ({ place, span }) => {
    const finding = diagnostic('field-missing', ['rules'], { field: 'rules' }, place);
    expect(diagnosticJson(finding)).toEqual({
      code: 'field-missing',
      severity: 'error',
      path: ['rules'],
      parameters: { field: 'rules' },
      span,
      ...diagnosticTexts(finding),
    });
  });
});
