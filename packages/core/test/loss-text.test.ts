import { describe, expect, it } from 'vitest';
import type { Loss } from '../src/analysis/loss.ts';
import { formatLoss } from '../src/loss-text.ts';

describe(formatLoss, () => {
  it.each([
    {
      loss: { path: ['vary'], code: 'field-not-supported', value: 'true' },
      text: 'the service has no such field: `true` is left out',
    },
    {
      loss: { path: [], code: 'origin-narrowed', value: 'https://*.a.com', example: 'https://.a.com' },
      text: 'the service reads less into `https://*.a.com`: it no longer lets in `https://.a.com`',
    },
    { loss: { path: ['rules', 0], code: 'rule-left-out' }, text: 'nothing is left of the rule' },
    {
      loss: { path: [], code: 'header-not-expressible', value: 'x'.repeat(500) },
      text: `the service cannot say \`${'x'.repeat(120)}…\`, which is left out`,
    },
  ] satisfies readonly { loss: Loss; text: string }[])('says: $text', ({ loss, text }) => {
    expect(formatLoss(loss)).toBe(text);
  });
});
