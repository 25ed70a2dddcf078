/** One thing that reads what strangers or users send. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with, one character a byte: much of the code should be reached by them. */
  readonly seeds: () => readonly string[];
  /** What inputs are made of, beside the texts that stand in the code. */
  readonly words?: readonly string[];
  /** The longest input that it has to take. */
  readonly limitBytes: number;
  /** What one input may take. */
  readonly limitMilliseconds?: number;
  /** Reads an input. Whatever it throws is a finding: an exception of the code, or a property that does not hold. */
  readonly run: (input: Uint8Array) => void | Promise<void>;
}

/** What came of one input. */
export interface Execution {
  /** How much of where it went was new. */
  readonly fresh: number;
  readonly milliseconds: number;
  /** Turns of loops, where they are counted. */
  readonly steps: number;
  readonly problem: Problem | undefined;
}

export interface Problem {
  readonly kind: 'error' | 'slow' | 'endless' | 'memory';
  /** The same for inputs that show the same defect. */
  readonly key: string;
  readonly message: string;
}

/** A target that is open for inputs, in this process or in another one. */
export interface Subject extends Omit<Target, 'run' | 'limitMilliseconds'> {
  readonly execute: (input: string) => Promise<Execution>;
  /** How many places of the code were reached, and how many there are in the files that were loaded. */
  readonly places: () => Promise<{ readonly reached: number; readonly loaded: number }>;
  /** The texts that stand in the code that was reached. */
  readonly codeWords: () => Promise<readonly string[]>;
  /** Bytes that are in use when all is cleared away. */
  readonly memoryBytes: () => Promise<number>;
  /** How much memory may come for good, at all. */
  readonly memorySlackBytes: number;
  readonly close: () => Promise<void>;
}

/** No input may take longer: whoever waits for the same process waits as long. */
export const LIMIT_MILLISECONDS = 100;

/** Thrown for a property that does not hold. */
export class PropertyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PropertyError';
  }
}

/** @throws PropertyError unless it holds; `details` are shown with the name */
export function holds(condition: boolean, property: string, details?: unknown): asserts condition {
  if (condition) return;
  const shown = details === undefined ? '' : `: ${JSON.stringify(details)?.slice(0, 600)}`;
  throw new PropertyError(property + shown);
}
