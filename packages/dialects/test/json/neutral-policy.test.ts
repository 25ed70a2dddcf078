import { diagnostic } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { readNeutralPolicy } from '../../src/json/neutral-policy.ts';

const TEXT = `{
  "rules": [
    { "allowedOrigins": ["https://a.com", "*"],
      "allowedMethods": ["GET"] }
  ],
  "vary": true
}`;

function read(text: string): ReturnType<typeof readNeutralPolicy> {
  return readNeutralPolicy(new TextEncoder().encode(text));
}

describe(readNeutralPolicy, () => {
  it('reads a policy', () => {
    const rule = {
      allowedOrigins: ['https://a.com', '*'],
      allowedMethods: ['GET'],
      allowedHeaders: [],
      exposeHeaders: [],
    };
    expect(read(TEXT)).toMatchObject({ kind: 'policy', policy: { rules: [rule], vary: true } });
  });

  it.each([
    { name: 'an entry', path: ['rules', 0, 'allowedOrigins', 1], from: [3, 43], to: [3, 46] },
    { name: 'a member, from its name on', path: ['rules', 0, 'allowedMethods'], from: [4, 7], to: [4, 32] },
    { name: 'a rule', path: ['rules', 0], from: [3, 5], to: [4, 34] },
    {
      name: 'what is left out, as what is around it',
      path: ['rules', 0, 'exposeHeaders'],
      from: [3, 5],
      to: [4, 34],
    },
    { name: 'the whole', path: [], from: [1, 1], to: [7, 2] },
  ])('knows the place of $name', ({ path, from: [line, column], to: [endLine, endColumn] }) => {
    const result = read(TEXT);
    const span = result.kind === 'policy' ? result.spanOf?.(path) : undefined;
    expect(span).toMatchObject({ position: { line, column }, end: { line: endLine, column: endColumn } });
  });

  it('gives places to findings, in the order of the document', () => {
    const result = read(TEXT);
    if (result.kind !== 'policy') throw new Error('the policy was not read');
    const findings = [diagnostic('rules-missing', ['vary']), diagnostic('origin-any', ['rules', 0])];
    expect(result.locate?.(findings)).toMatchObject([
      { code: 'origin-any', position: { line: 3, column: 5 } },
      { code: 'rules-missing', position: { line: 6, column: 3 } },
    ]);
  });

  it('finds every mistake of the shape, with its place', () => {
    expect(read('{"rules": [{"allowedOrigins": "*"},\n 7], "__proto__": 1}')).toMatchObject({
      kind: 'diagnostics',
      diagnostics: [
        { code: 'field-type', path: ['rules', 0, 'allowedOrigins'], position: { line: 1, column: 13 } },
        { code: 'field-type', path: ['rules', 1], position: { line: 2, column: 2 } },
        { code: 'field-unknown', path: ['__proto__'], position: { line: 2, column: 6 } },
      ],
    });
  });

  it.each([
    { name: 'no JSON', text: '<a/>', code: 'document-malformed', position: { line: 1, column: 1 } },
    { name: 'half of it', text: '{"rules":\n', code: 'document-malformed', position: { line: 2, column: 1 } },
    {
      name: 'a name that stands twice',
      text: '{"rules":[],"rules":[]}',
      code: 'field-repeated',
      position: { line: 1, column: 13 },
    },
  ])('tells where $name is', ({ text, code, position }) => {
    expect(read(text)).toMatchObject({ kind: 'diagnostics', diagnostics: [{ code, position }] });
  });
});
