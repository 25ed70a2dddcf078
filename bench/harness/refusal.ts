/** Why there is no number: an answer was wrong, a request failed, or the run was too short. Its message is told instead. */
export class Refusal extends Error {}

/** @throws Refusal when `truth` is false */
export function insist(truth: boolean, message: () => string): asserts truth {
  if (!truth) throw new Refusal(message());
}
