import { type Diagnostic, diagnostic, type ReadPolicyResult } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { cosPolicyDocument } from '../src/cos/policy-document.ts';
import { newPolicyReading } from '../src/policy-reading.ts';
import { qingstorPolicyDocument } from '../src/qingstor/policy-document.ts';
import { qingstorProfile } from '../src/qingstor/profile.ts';

/** Each finding as its path and `line:column-line:column`. */
function placesOf(result: ReadPolicyResult, findings: readonly Diagnostic[]): readonly string[] {
  const located = result.kind === 'policy' && result.locate ? result.locate(findings) : [];
  return located.map(({ path, position, end }) => {
    const [from, to] = [position, end].map(at => at && `${at.line}:${at.column}`);
    return `${path.join('.')} ${from}-${to}`;
  });
}

const COS = `<CORSConfiguration>
  <CORSRule>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedOrigin>https://a.com</AllowedOrigin>
    <AllowedOrigin>https://b.com</AllowedOrigin>
  </CORSRule>
</CORSConfiguration>`;

const QINGSTOR = `{"cors_rules": [
  {"allowed_origin": "https://a.com", "allowed_methods": ["GET",
    "PUT"]}
]}`;

describe('newPolicyReading', () => {
  const origin = diagnostic('origin-empty', ['rules', 0, 'allowedOrigins', 1]);
  const method = diagnostic('method-unknown', ['rules', 0, 'allowedMethods', 0]);
  const age = diagnostic('max-age-missing', ['rules', 0, 'maxAgeSeconds']);
  const whole = diagnostic('rules-missing', []);

  it('gives findings the places of what they are about, in the order of the document', () => {
    const result = cosPolicyDocument.parse(Buffer.from(COS));
    expect(placesOf(result, [origin, method])).toEqual([
      'rules.0.allowedMethods.0 3:5-3:39',
      'rules.0.allowedOrigins.1 5:5-5:49',
    ]);
  });

  it('takes the nearest thing around what does not stand there', () => {
    const result = cosPolicyDocument.parse(Buffer.from(COS));
    expect(placesOf(result, [age, whole])).toEqual([' 1:1-7:21', 'rules.0.maxAgeSeconds 2:3-6:14']);
  });

  it('does so in JSON', () => {
    const result = qingstorPolicyDocument.parse(Buffer.from(QINGSTOR));
    const second = diagnostic('method-unknown', ['rules', 0, 'allowedMethods', 1]);
    const first = diagnostic('origin-empty', ['rules', 0, 'allowedOrigins', 0]);
    expect(placesOf(result, [second, first, age])).toEqual([
      'rules.0.maxAgeSeconds 2:3-3:12',
      'rules.0.allowedOrigins.0 2:22-2:37',
      'rules.0.allowedMethods.1 3:5-3:10',
    ]);
  });

  it.each([
    { name: 'the first is wrong', ages: ['-1', '5'], codes: ['max-age-range', 'field-repeated'] },
    { name: 'the first is right', ages: ['5', '5'], codes: ['field-repeated'] },
  ])('judges what stands there twice by the first, which was read: $name', ({ ages, codes }) => {
    const twice = ages.map(age => `<MaxAgeSeconds>${age}</MaxAgeSeconds>`).join('\n');
    const result = cosPolicyDocument.parse(Buffer.from(COS.replace('</CORSRule>', `${twice}\n</CORSRule>`)));
    const found = result.kind === 'diagnostics' ? result.diagnostics : [];
    expect(found.map(({ code }) => code)).toEqual(codes);
    expect(new Set(found.map(({ position }) => position?.line)).size).toBe(codes.length);
  });

  it('leaves a finding as it is that is about nothing it has read', () => {
    const result = newPolicyReading().finish({ rules: [] }, qingstorProfile);
    expect(result.kind === 'policy' && result.locate?.([whole])).toEqual([whole]);
  });
});
