/** `node --import` of this file: TypeScript of this repository can be run, and counts where it went. */
import { register } from 'node:module';

/** More than all packages have together. */
const MOST_COUNTERS = 1 << 18;

/** Thrown by code that takes more steps than it was given. */
class TooManyStepsError extends Error {
  constructor() {
    super('a loop does not end');
    this.name = 'TooManyStepsError';
  }
}

const coverage = {
  /** How often each place was reached since the last reset. */
  counts: new Uint32Array(MOST_COUNTERS),
  /** The places that were reached since then. */
  touched: [],
  /** The files that were loaded. */
  files: [],
  /** How many turns loops may still take. */
  stepsLeft: Number.POSITIVE_INFINITY,
  step() {
    this.stepsLeft -= 1;
    if (this.stepsLeft < 0) throw new TooManyStepsError();
  },
  add(file) {
    if (file.first + file.count > MOST_COUNTERS) throw new Error('there are more places than counters');
    this.files.push(file);
  },
};

globalThis.crossgateCoverage = coverage;
register('./load-hook.mjs', import.meta.url);
