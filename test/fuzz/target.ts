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
