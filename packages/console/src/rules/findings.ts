import {
  type Diagnostic,
  diagnosticTexts,
  lint,
  newBudget,
  type Policy,
  type Profile,
} from '@crossgate/core';

import { sentence } from '../sentence.ts';
import { removesPolicy } from './draft.ts';

/** Findings where they are shown: at a field of a rule, at a rule, or at the policy. */
export interface Findings {
  readonly all: readonly Diagnostic[];
  readonly errorCount: number;
  readonly at: (rule?: number, field?: string) => readonly Diagnostic[];
}

/** A tenth of a second or so of a slow core: somebody is typing. */
const STEPS = 20_000;

/** Of no rules where the service takes none: nothing, for the policy is then removed. */
export function findingsOf(policy: Policy, profile: Profile): Findings {
  const all = removesPolicy(policy, profile) ? [] : lint(policy, profile, newBudget(STEPS));
  const places = new Map<string, Diagnostic[]>();
  for (const finding of all) {
    const [, rule, field] = finding.path;
    const place = placeOf(rule, field);
    const there = places.get(place);
    if (there) there.push(finding);
    else places.set(place, [finding]);
  }
  return {
    all,
    errorCount: all.filter(({ severity }) => severity === 'error').length,
    at: (rule, field) => places.get(placeOf(rule, field)) ?? [],
  };
}

function placeOf(rule: string | number | undefined, field: string | number | undefined): string {
  return typeof rule === 'number' ? `${rule} ${field ?? ''}` : 'policy';
}

/** What is wrong, with a capital and a full stop around what `@crossgate/core` says. */
export function findingText(finding: Diagnostic): string {
  const { message, help } = diagnosticTexts(finding);
  return `${sentence(message)} ${sentence(help)}`;
}
