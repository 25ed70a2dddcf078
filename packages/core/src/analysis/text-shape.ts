/**
 * A classification of texts by an automaton: each text has one form. It tells what a browser can send from what it
 * cannot, one character at a time, so that a search need not try whole texts.
 */
export interface TextShape<Form extends string> {
  readonly start: string;
  /**
   * The characters that a text can have. Those of one group are interchangeable: `step` treats them alike, but for
   * numbers, in which a smaller digit never makes a form unreachable that a larger one reaches, bar one value.
   */
  readonly groups: readonly string[];
  step(state: string, character: string): string;
  form(state: string): Form;
  /** Whether a text that has led to `state` can go on to have the form. It may err towards true. */
  mayBecome(state: string, form: Form): boolean;
  /** A state from which a text can go on to all that it can from this one, for a look ahead over fewer states. */
  ease(state: string): string;
}

export function run(shape: Pick<TextShape<string>, 'step'>, state: string, text: string): string {
  let reached = state;
  for (const character of text) reached = shape.step(reached, character);
  return reached;
}
