import { describe, expect, it } from 'vitest';
import { mergeReportOnly, type ReportOnlyCounts } from '../../src/observed/report-only.ts';

const PAIR = { policyRevision: 1, candidateRevision: 2 };
const SAMPLE = {
  kind: 'preflight',
  origin: 'https://a.example',
  method: 'GET',
  requestHeaders: null,
  outcome: 'gained',
  old: { kind: 'refused', reason: 'no-rules' },
  new: { kind: 'allowed', reason: null },
  headers: [],
  count: 1,
  firstSeen: 10,
  lastSeen: 20,
} as const;
const COUNTS: ReportOnlyCounts = { ...PAIR, evaluated: 5, differing: 1, samples: [SAMPLE] };

describe(mergeReportOnly, () => {
  it('adds up what several processes counted', () => {
    const often = { ...SAMPLE, origin: 'https://b.example', count: 7 };
    const other: ReportOnlyCounts = {
      ...PAIR,
      evaluated: 10,
      differing: 9,
      samples: [{ ...SAMPLE, count: 2, firstSeen: 5, lastSeen: 15 }, often],
    };
    expect(mergeReportOnly([COUNTS, null, other], PAIR)).toEqual({
      ...PAIR,
      evaluated: 15,
      differing: 10,
      samples: [often, { ...SAMPLE, count: 3, firstSeen: 5, lastSeen: 20 }],
    });
  });

  it.each([
    { name: 'another policy', pair: { ...PAIR, policyRevision: 3 } },
    { name: 'no policy', pair: { ...PAIR, policyRevision: null } },
    { name: 'another candidate', pair: { ...PAIR, candidateRevision: 3 } },
  ])('leaves out what was counted for $name', ({ pair }) => {
    expect(mergeReportOnly([{ ...COUNTS, ...pair }], PAIR)).toEqual({
      ...PAIR,
      evaluated: 0,
      differing: 0,
      samples: [],
    });
  });
});
