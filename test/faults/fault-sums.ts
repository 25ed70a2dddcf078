import type { Checked } from './check-history.ts';
import type { History, Recovery, Violation, WriteOutcome } from './history.ts';

/** What was done and found, over all rounds. */
export interface FaultSums {
  /** How often each fault was, by its name, also those that never were. */
  readonly faults: ReadonlyMap<string, number>;
  /** What could not be done here, with why. */
  readonly skipped: ReadonlyMap<string, string>;
  /** By outcome. */
  readonly writes: ReadonlyMap<string, number>;
  /** By the way of reading. */
  readonly reads: ReadonlyMap<string, number>;
  readonly recoveries: readonly Recovery[];
  readonly checked: Checked['counts'];
  readonly violations: readonly Violation[];
}

export interface Totals {
  readonly strike: (fault: string) => void;
  readonly skip: (fault: string, missing: string) => void;
  readonly add: (history: History, checked: Checked) => void;
  readonly sums: () => FaultSums;
}

export function newTotals(faultNames: readonly string[]): Totals {
  const faults = new Map(faultNames.map(name => [name, 0]));
  const skipped = new Map<string, string>();
  const writes = new Map<string, number>();
  const reads = new Map<string, number>();
  const recoveries: Recovery[] = [];
  const violations: Violation[] = [];
  let checked: Checked['counts'] = {
    acknowledgedWrites: 0,
    reads: 0,
    registers: 0,
    undecided: 0,
    recoveries: 0,
  };
  return {
    strike: fault => count(faults, fault),
    skip: (fault, missing) => skipped.set(fault, missing),
    add(history, { counts, violations: found }) {
      for (const { outcome } of history.writes) count(writes, outcomeName(outcome));
      for (const { through, seen } of history.reads) {
        count(reads, `${through}${seen === 'absent' ? ', no policy' : ''}`);
      }
      recoveries.push(...history.recoveries);
      violations.push(...found);
      checked = {
        acknowledgedWrites: checked.acknowledgedWrites + counts.acknowledgedWrites,
        reads: checked.reads + counts.reads,
        registers: checked.registers + counts.registers,
        undecided: checked.undecided + counts.undecided,
        recoveries: checked.recoveries + counts.recoveries,
      };
    },
    sums: () => ({ faults, skipped, writes, reads, recoveries, checked, violations }),
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function outcomeName(outcome: WriteOutcome): string {
  switch (outcome.kind) {
    case 'written':
      return 'acknowledged';
    case 'conflict':
      return 'refused: the condition did not hold';
    case 'absent':
      return 'nothing to delete';
    case 'refused':
      return `refused: ${outcome.status}`;
    case 'unknown':
      return outcome.status === undefined ? 'not answered' : `not acknowledged: ${outcome.status}`;
    default:
      return outcome satisfies never;
  }
}
