import { compile, decidePreflight, type Policy } from '@crossgate/core';
import { dialectById } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { changedRecords } from '../src/compare-log.ts';
import { formatChangedRecords, formatExplainedRecords } from '../src/format-records.ts';
import type { RecordedPreflight } from '../src/recorded-requests.ts';
import { renderLines } from '../src/styled-text.ts';

const cos = dialectById('cos');
if (!cos) throw new Error('there is a dialect cos');
const { profile } = cos;
const screen = { width: 80, hasColor: false };

function allowing(...allowedOrigins: readonly string[]): Policy {
  return { rules: [{ allowedOrigins, allowedMethods: ['PUT'], allowedHeaders: [], exposeHeaders: [] }] };
}

/** As many distinct preflights as a stranger sends in an hour; the first one more often than the others. */
const requests = Array.from(
  { length: 130_000 },
  (_, index): RecordedPreflight => ({
    kind: 'preflight',
    tenant: null,
    count: index === 0 ? 12 : 1,
    request: { origin: `https://a${index}.com`, requestMethod: 'PUT', requestHeaders: undefined },
  }),
);
const recorded = { requests, otherLines: 0, brokenLines: [] };
const none = compile(allowing('https://b.com'), profile);
const all = compile(allowing('https://*.com'), profile);

describe(formatExplainedRecords, () => {
  it.each([
    { name: 'refused', policy: allowing('https://b.com') },
    { name: 'allowed', policy: allowing('https://*.com') },
  ])('shows the most frequent of very many that are $name', ({ name, policy }) => {
    const compiled = compile(policy, profile);
    const records = requests.map(record => ({ record, decision: decidePreflight(compiled, record.request) }));
    const document = { name: 'cors.xml', text: '' };
    const file = { dialect: cos, profile, isOwn: true, document, policy, compiled, source: {} };
    const text = renderLines(formatExplainedRecords(records, recorded, file, screen), screen);
    expect(text).toContain('130011 preflights, 130000 distinct');
    expect(text).toContain(`\n${name} 130011\n  12 x PUT from https://a0.com\n`);
    expect(text.match(/ x PUT from/g)).toHaveLength(100);
    expect(text).toMatch(/and 129900 more, each as rare as the last or rarer; --json has all$/);
  });
});

describe(formatChangedRecords, () => {
  it('shows the most frequent of very many that change', () => {
    const changed = changedRecords(recorded, none, all);
    const text = renderLines(formatChangedRecords(changed, recorded, screen), screen);
    expect(text).toContain('\nlets in 130011\n  12 x PUT from https://a0.com\n');
    expect(text.match(/ x PUT from/g)).toHaveLength(100);
    expect(text).toMatch(/and 129900 more, each as rare as the last or rarer; --json has all$/);
  });
});
