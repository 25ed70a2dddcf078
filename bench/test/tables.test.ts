import { describe, expect, it } from 'vitest';
import type { Finding } from '../harness/measurement.ts';
import { asMarkdown } from '../harness/table.ts';
import { findingTable } from '../harness/tables.ts';

describe('findingTable', () => {
  const finding = (of: string, median: number): Finding => ({
    target: 'http-floor',
    of,
    value: { median, low: median, high: median },
  });
  const floorRows = (findings: readonly Finding[]): readonly (readonly string[])[] =>
    findingTable(findings, ['http']).rows.filter(([target]) => target?.includes('the floor'));

  it('tells the worst of those that met a target', () => {
    expect(floorRows([finding('cos', 0.99), finding('boomi', 0.95)])).toMatchObject([
      [expect.anything(), 'at least 0.95 x', '0.95 x (0.95 - 0.95)', 'boomi, the worst of 2', 'met'],
    ]);
  });

  it('tells all that missed it', () => {
    const rows = floorRows([finding('cos', 0.5), finding('boomi', 0.99), finding('qingstor', 0.949)]);
    expect(rows.map(row => row.slice(3))).toEqual([
      ['cos', 'MISSED'],
      ['qingstor', 'MISSED'],
    ]);
  });

  it('tells that a target was not measured', () => {
    expect(floorRows([]).map(row => row.at(-1))).toEqual(['NOT MEASURED']);
  });
});

describe('asMarkdown', () => {
  it('keeps a bar within its cell', () => {
    expect(asMarkdown({ titles: ['a', 'b'], rows: [['x|y', '1']] })).toBe(
      '| a | b |\n|---|--:|\n| x\\|y | 1 |',
    );
  });
});
