import { describe, expect, it } from 'vitest';
import { checkPostPolicy } from '../../src/objects/post-policy.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const LATER = '2026-01-01T00:00:01.000Z';

const form = new Map([
  ['bucket', 'mybucket'],
  ['key', 'photos/cat.png'],
  ['content-type', 'image/png'],
  ['x-qs-meta-empty', ''],
]);

function check(conditions: readonly unknown[], expiration: unknown = LATER): string {
  const result = checkPostPolicy(JSON.stringify({ expiration, conditions }), form, NOW);
  return result.kind === 'holds' ? 'holds' : result.message;
}

interface ConditionCase {
  readonly name: string;
  readonly conditions: readonly unknown[];
}

const holding: readonly ConditionCase[] = [
  { name: 'no condition', conditions: [] },
  { name: 'a field', conditions: [{ bucket: 'mybucket' }] },
  { name: 'several fields in one', conditions: [{ bucket: 'mybucket', key: 'photos/cat.png' }] },
  { name: 'eq', conditions: [['eq', '$key', 'photos/cat.png']] },
  { name: 'eq without a dollar sign', conditions: [['eq', 'key', 'photos/cat.png']] },
  { name: 'starts-with', conditions: [['starts-with', '$key', 'photos/']] },
  { name: 'starts-with of anything', conditions: [['starts-with', '$key', '']] },
  {
    name: 'starts-with of anything, for a field that is not there',
    conditions: [['starts-with', '$success', '']],
  },
  {
    name: 'operators and names in another case',
    conditions: [
      ['EQ', '$Content-Type', 'image/png'],
      ['Starts-With', '$KEY', 'photos'],
      { BUCKET: 'mybucket' },
    ],
  },
  { name: 'an empty value', conditions: [{ 'x-qs-meta-empty': '' }] },
  { name: 'a range of lengths', conditions: [['content-length-range', 0, 10]] },
];

const violated: readonly (ConditionCase & { readonly message: RegExp })[] = [
  {
    name: 'another bucket',
    conditions: [{ bucket: 'other' }],
    message: /the field bucket does not hold to the condition \{"bucket":"other"\}/,
  },
  {
    name: 'another value, in another case',
    conditions: [['eq', '$key', 'photos/CAT.png']],
    message: /the field key/,
  },
  {
    name: 'a field of a name without end, which is cut',
    conditions: [{ [`b${'u'.repeat(10_000)}`]: 'x' }],
    message: /^[^…]{0,200}…[^…]{0,200}…[^…]{0,20}$/,
  },
  { name: 'one field of several', conditions: [{ bucket: 'mybucket', key: 'x' }], message: /the field key/ },
  {
    name: 'one condition of several',
    conditions: [['eq', '$key', 'photos/cat.png'], { key: 'x' }],
    message: /the field key/,
  },
  { name: 'a prefix', conditions: [['starts-with', '$key', 'docs/']], message: /the field key/ },
  { name: 'a field that is not there', conditions: [{ acl: 'public' }], message: /the field acl/ },
  {
    name: 'a pattern, of which there are none',
    conditions: [['eq', '$key', 'photos/*']],
    message: /the field key/,
  },
  {
    name: 'an unknown operator',
    conditions: [['ends-with', '$key', 'png']],
    message: /not understood: \["ends-with"/,
  },
  { name: 'an operator without an operand', conditions: [['eq', '$key']], message: /not understood/ },
  { name: 'an operand that is no text', conditions: [['eq', '$key', 5]], message: /not understood/ },
  { name: 'an empty list', conditions: [[]], message: /not understood: \[\]/ },
  { name: 'null', conditions: [null], message: /not understood: null/ },
  { name: 'a text', conditions: ['key'], message: /not understood: "key"/ },
  {
    name: 'a range without numbers',
    conditions: [['content-length-range', 'a', 5]],
    message: /not understood/,
  },
  { name: 'a range of fractions', conditions: [['content-length-range', 0.5, 5]], message: /not understood/ },
  { name: 'a range without an end', conditions: [['content-length-range', 0]], message: /not understood/ },
];

const malformed: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'what is not JSON', text: '{' },
  { name: 'nothing', text: '' },
  { name: 'null', text: 'null' },
  { name: 'a list', text: '[]' },
  { name: 'no expiration', text: '{"conditions":[]}' },
  { name: 'an expiration that is a number', text: '{"expiration":1,"conditions":[]}' },
  { name: 'no conditions', text: `{"expiration":"${LATER}"}` },
  { name: 'conditions that are no list', text: `{"expiration":"${LATER}","conditions":{}}` },
];

function rangeOf(conditions: readonly unknown[]) {
  const result = checkPostPolicy(JSON.stringify({ expiration: LATER, conditions }), form, NOW);
  return result.kind === 'holds' ? result.policy.lengthRange : 'violated';
}

describe('checkPostPolicy', () => {
  it.each(holding)('holds with $name', ({ conditions }) => {
    expect(check(conditions)).toBe('holds');
  });

  it.each(violated)('is violated by $name', ({ conditions, message }) => {
    expect(check(conditions)).toMatch(/^The form does not hold to its policy: .*\.$/);
    expect(check(conditions)).toMatch(message);
  });

  it.each(malformed)('refuses $name', ({ text }) => {
    expect(checkPostPolicy(text, form, NOW)).toEqual({
      kind: 'violated',
      message:
        'The form does not hold to its policy: the policy is not a JSON object with expiration and conditions.',
    });
  });

  it('holds until its last millisecond', () => {
    expect(check([], '2026-01-01T00:00:00.000Z')).toBe('holds');
    expect(check([], '2025-12-31T23:59:59.999Z')).toMatch(/expired at 2025-12-31T23:59:59\.999Z/);
    expect(check([], 'soon')).toMatch(/not an ISO 8601 time/);
  });

  it('gives the range of lengths, of several what they have in common', () => {
    expect(rangeOf([])).toBeUndefined();
    expect(rangeOf([['content-length-range', 1, 10]])).toEqual({ min: 1, max: 10 });
    expect(rangeOf([['Content-Length-Range', '1', '10']])).toEqual({ min: 1, max: 10 });
    for (const order of [
      [
        ['content-length-range', 1, 10],
        ['content-length-range', 5, 20],
      ],
      [
        ['content-length-range', 5, 20],
        ['content-length-range', 1, 10],
      ],
    ]) {
      expect(rangeOf(order)).toEqual({ min: 5, max: 10 });
    }
  });

  it('tells no more of a long condition than fits a line', () => {
    expect(check([{ key: 'x'.repeat(1000) }]).length).toBeLessThan(250);
  });
});
