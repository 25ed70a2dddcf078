import { describeMachine } from './machine.ts';
import type { PartResult } from './measurement.ts';
import type { Plan } from './plan.ts';
import { asText } from './table.ts';
import { findingTable } from './tables.ts';
import type { PartName } from './targets.ts';

/** How a part ended: what it found, or why there is no number. */
export interface Outcome {
  readonly name: PartName;
  readonly title: string;
  readonly seconds: number;
  readonly result:
    | ({ readonly kind: 'measured' } & PartResult)
    | { readonly kind: 'refused'; readonly reason: string };
}

export function printOutcome({ name, title, seconds, result }: Outcome): void {
  print(`\n== ${title} (${name}, ${seconds.toFixed(0)} s) ==`);
  if (result.kind === 'refused') {
    print(`\nNO NUMBERS: ${result.reason}`);
    return;
  }
  for (const missing of result.leftOut) print(`\nLEFT OUT: ${missing}`);
  for (const section of result.sections) print(`\n${section.title}\n${asText(section.table)}`);
  print('');
  for (const remark of result.remarks) print(`- ${remark}`);
}

export function printSummary(outcomes: readonly Outcome[], plan: Plan): void {
  const findings = outcomes.flatMap(({ result }) => (result.kind === 'measured' ? result.findings : []));
  const targets = findingTable(
    findings,
    outcomes.map(({ name }) => name),
  );
  if (targets.rows.length > 0) print(`\n== Targets ==\n\n${asText(targets)}`);
  print(`\n${SPREADS}`);
  for (const line of describeMachine()) print(line);
  if (plan.name === 'quick') print('\nA quick look: too short to be quoted.');
}

export const SPREADS =
  'Medians of the rounds, in parentheses what bounds their middle half; `!` marks where that is wider than a fifth.';

function print(text: string): void {
  console.log(text);
}
