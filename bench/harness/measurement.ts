import type { Plan } from './plan.ts';
import { insist } from './refusal.ts';
import { ratioOf, type Spread, spreadOf } from './statistics.ts';
import type { Table } from './table.ts';
import type { TargetId } from './targets.ts';

/** One turn of a contestant. */
export interface Sample {
  /** Operations per second. */
  readonly rate: number;
  readonly operations: number;
  /** Of the contestant's processes, for each operation. Undefined where it is not known. */
  readonly cpuMicroseconds?: number | undefined;
  /** How many processors the contestant used. */
  readonly busy?: number | undefined;
  readonly p50Milliseconds?: number;
  readonly p99Milliseconds?: number;
}

/** The turns of one contestant, in order of the rounds. */
export interface Series {
  readonly contestant: string;
  readonly samples: readonly Sample[];
}

/** Contestants that did the same work in turns. */
export interface Case {
  readonly name: string;
  /** The contestant in terms of which the others are told. */
  readonly floor: string;
  readonly series: readonly Series[];
}

/** A figure that is no rate. */
export interface Fact {
  readonly name: string;
  readonly value: number;
  readonly unit: 'milliseconds' | 'bytes' | 'times';
  /** The same of the floor, or what it would be with nothing done. */
  readonly floor: { readonly name: string; readonly value: number };
}

/** Figures of one kind. */
export interface Section {
  readonly title: string;
  readonly table: Table;
}

/** What was found of a target. */
export interface Finding {
  readonly target: TargetId;
  /** Of which case. */
  readonly of: string;
  readonly value: Spread;
}

/** What a part of the benchmark has found. */
export interface PartResult {
  readonly sections: readonly Section[];
  readonly findings: readonly Finding[];
  /** What one has to know to read the figures. */
  readonly remarks: readonly string[];
  /** Who could not take part, and why. */
  readonly leftOut: readonly string[];
}

/** @throws Refusal when the floor is not among the series, or when there is too little to make a figure of */
export function newCase(name: string, floor: string, series: readonly Series[], plan: Plan): Case {
  insist(
    series.some(({ contestant }) => contestant === floor),
    () => `${name}: the floor, ${floor}, was not measured`,
  );
  for (const { contestant, samples } of series) {
    insist(
      samples.length >= plan.leastRounds,
      () =>
        `${name}: the run of ${contestant} was too short, ${samples.length} rounds of ${plan.leastRounds}`,
    );
    for (const { operations, rate } of samples) {
      insist(
        operations >= plan.leastRequests && Number.isFinite(rate) && rate > 0,
        () =>
          `${name}: a turn of ${contestant} was too short, ${operations} operations of ${plan.leastRequests}`,
      );
    }
  }
  return { name, floor, series };
}

export function samplesOf({ name, series }: Case, contestant: string): readonly Sample[] {
  const found = series.find(candidate => candidate.contestant === contestant);
  if (!found) throw new Error(`there is no ${contestant} in ${name}`);
  return found.samples;
}

export function ratesOf(measured: Case, contestant: string): readonly number[] {
  return samplesOf(measured, contestant).map(({ rate }) => rate);
}

export function rateOf(measured: Case, contestant: string): Spread {
  return spreadOf(ratesOf(measured, contestant));
}

/** How many times as much one contestant did as another: the median over the rounds. */
export function timesAsFast(measured: Case, contestant: string, other: string): Spread {
  return ratioOf(ratesOf(measured, contestant), ratesOf(measured, other));
}

/** What one contestant used of the processors for an operation, in terms of another. Undefined where it is not known. */
export function timesTheProcessor(measured: Case, contestant: string, other: string): Spread | undefined {
  const ours = knownCosts(samplesOf(measured, contestant));
  const theirs = knownCosts(samplesOf(measured, other));
  return ours && theirs && ratioOf(ours, theirs);
}

export function processorOf(measured: Case, contestant: string): Spread | undefined {
  const costs = knownCosts(samplesOf(measured, contestant));
  return costs && spreadOf(costs);
}

function knownCosts(samples: readonly Sample[]): readonly number[] | undefined {
  const costs = samples.flatMap(({ cpuMicroseconds }) => cpuMicroseconds ?? []);
  return costs.length === samples.length ? costs : undefined;
}
