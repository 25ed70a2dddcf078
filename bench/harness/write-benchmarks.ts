import type { Plan } from './plan.ts';
import type { Outcome } from './print.ts';

export function writeBenchmarks(_outcomes: readonly Outcome[], _plan: Plan): void {}
