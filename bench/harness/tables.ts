import { formatNanoseconds, formatNumber, formatRate, formatSpread, formatValue } from './format.ts';
import {
  type Case,
  type Fact,
  type Finding,
  processorOf,
  rateOf,
  type Section,
  samplesOf,
  timesAsFast,
  timesTheProcessor,
} from './measurement.ts';
import { spreadOf } from './statistics.ts';
import type { Table } from './table.ts';
import { isMet, type PartName, TARGETS, type Target } from './targets.ts';

/** One contestant in a row, in terms of the floor of its case. */
function caseTable(measured: Case): Table {
  const { floor, series } = measured;
  const rows = series.map(({ contestant }) => {
    const samples = samplesOf(measured, contestant);
    const processor = processorOf(measured, contestant);
    const ofFloor = timesTheProcessor(measured, contestant, floor);
    const isFloor = contestant === floor;
    const busy = samples.flatMap(sample => sample.busy ?? []);
    return {
      contestant: isFloor ? `${contestant} (floor)` : contestant,
      'per second': formatSpread(rateOf(measured, contestant), formatRate),
      'of the floor': isFloor ? '' : formatSpread(timesAsFast(measured, contestant, floor), times),
      'processor each': processor ? formatNanoseconds(1000 * processor.median) : '',
      'processor, of the floor': isFloor || !ofFloor ? '' : formatSpread(ofFloor, times),
      'processors busy': busy.length > 0 ? formatNumber(spreadOf(busy).median) : '',
      'p50 / p99': latencies(samples),
    };
  });
  const titles = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[0])[];
  // What nobody has is no column.
  const kept = titles.filter(title => rows.some(row => row[title] !== ''));
  return { titles: kept, rows: rows.map(row => kept.map(title => row[title])) };
}

function latencies(samples: Case['series'][number]['samples']): string {
  const p50 = samples.flatMap(sample => sample.p50Milliseconds ?? []);
  const p99 = samples.flatMap(sample => sample.p99Milliseconds ?? []);
  if (p50.length === 0 || p99.length === 0) return '';
  return `${formatNumber(spreadOf(p50).median)} / ${formatNumber(spreadOf(p99).median)} ms`;
}

export function caseSection(measured: Case): Section {
  return { title: measured.name, table: caseTable(measured) };
}

export function factSection(title: string, facts: readonly Fact[]): Section {
  return { title, table: factTable(facts) };
}

function factTable(facts: readonly Fact[]): Table {
  return {
    titles: ['figure', 'value', 'floor'],
    rows: facts.map(({ name, value, unit, floor }) => [
      name,
      formatValue(value, unit),
      `${formatValue(floor.value, unit)} (${floor.name})`,
    ]),
  };
}

/** One target of these parts in a row, by what came nearest to missing it; those that missed it all. */
export function findingTable(findings: readonly Finding[], parts: readonly PartName[]): Table {
  const rows = Object.entries(TARGETS).flatMap(([id, target]) => {
    if (!parts.includes(target.part)) return [];
    const own = findings.filter(finding => finding.target === id);
    if (own.length === 0) return [[target.wanted, formatBound(target), '', '', 'NOT MEASURED']];
    const missed = own.filter(({ value }) => !isMet(target, value.median));
    const told = missed.length > 0 ? missed : worst(own, target);
    return told.map(({ of, value }) => [
      target.wanted,
      formatBound(target),
      formatSpread(value, number => formatValue(number, target.unit)),
      own.length > 1 && missed.length === 0 ? `${of}, the worst of ${own.length}` : of,
      missed.length === 0 ? 'met' : 'MISSED',
    ]);
  });
  return { titles: ['target', 'wanted', 'found', 'of', ''], rows };
}

function worst(findings: readonly Finding[], { bound }: Target): readonly Finding[] {
  const sorted = findings.toSorted((a, b) => a.value.median - b.value.median);
  return 'least' in bound ? sorted.slice(0, 1) : sorted.slice(-1);
}

function formatBound({ bound, unit }: Target): string {
  return 'least' in bound
    ? `at least ${formatValue(bound.least, unit)}`
    : `at most ${formatValue(bound.most, unit)}`;
}

function times(value: number): string {
  return formatValue(value, 'times');
}
