/**
 * What one analysis may cost: a step is one class of texts, or one state of the search for a shortest text. The
 * largest policies that a service takes need some ten thousand; entries made to be hard need more than anyone waits for.
 */
export interface Budget {
  stepsLeft: number;
  /** What searches have found out about forms of texts, for those that follow: see `reachable-states.ts`. */
  readonly reached: Map<string, readonly string[]>;
}

/** A few seconds of a slow core. */
export const ANALYSIS_STEPS = 1_000_000;

export function newBudget(steps: number = ANALYSIS_STEPS): Budget {
  return { stepsLeft: steps, reached: new Map() };
}

/** Thrown where the budget ends, and caught where a result can say so: see {@link withinBudget}. */
class BudgetSpent extends Error {}

/** @throws BudgetSpent */
export function spend(budget: Budget, steps: number): void {
  budget.stepsLeft -= steps;
  if (budget.stepsLeft < 0) throw new BudgetSpent();
}

/** The result of an analysis that was given up because it would have cost more than its budget. */
export interface LimitReached {
  readonly kind: 'limit';
  readonly code: 'analysis-too-large';
}

/** What `analyse` returns, or that its budget did not suffice. */
export function withinBudget<Result>(analyse: () => Result): Result | LimitReached {
  try {
    return analyse();
  } catch (error) {
    if (error instanceof BudgetSpent) return { kind: 'limit', code: 'analysis-too-large' };
    throw error;
  }
}
