/** How long things are looked at. */
export interface Plan {
  readonly name: 'full' | 'quick';
  /** Each contestant has one turn in every round. */
  readonly rounds: number;
  /** Of a turn under load; a whole number, for wrk takes no other. */
  readonly sliceSeconds: number;
  readonly warmUpSeconds: number;
  /** Of a turn of a function that is called in this process. */
  readonly callMilliseconds: number;
  /** The largest number of tenants. */
  readonly manyTenants: number;
  /** With fewer rounds or requests in a turn there is no figure. */
  readonly leastRounds: number;
  readonly leastRequests: number;
}

export const FULL: Plan = {
  name: 'full',
  rounds: 7,
  sliceSeconds: 2,
  warmUpSeconds: 3,
  callMilliseconds: 12,
  manyTenants: 1_000_000,
  leastRounds: 5,
  leastRequests: 30,
};

/** Enough to see whether everything runs. */
export const QUICK: Plan = {
  name: 'quick',
  rounds: 3,
  sliceSeconds: 1,
  warmUpSeconds: 1,
  callMilliseconds: 4,
  manyTenants: 50_000,
  leastRounds: 3,
  leastRequests: 3,
};
