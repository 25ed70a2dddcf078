import { type Budget, spend } from './budget.ts';
import { isHostText } from './prefix-nodes.ts';
import type { Filling } from './text-classes.ts';
import type { TextShape } from './text-shape.ts';

interface Completion<Form extends string> {
  /** Where the shape is at the end of a prefix. */
  readonly state: string;
  readonly filling: Filling;
  readonly suffix: string;
  readonly form: Form;
}

/**
 * Whether something between a prefix and a suffix may make a text of the form, as far as the shape goes; it may err
 * towards true. It keeps a search from trying everything where there is nothing to find, as for the pages in `https://*.example.com/`: what can
 * stand between is found once, and followed through each suffix.
 */
export function mayComplete<Form extends string>(
  budget: Budget,
  shape: TextShape<Form>,
  { state, filling, suffix, form }: Completion<Form>,
): boolean {
  const eased = shape.ease(state);
  const key = `${filling} ${form} ${eased}`;
  let states = remember(budget, key, () => reachable(budget, shape, eased, filling, form));
  const first = suffix.charAt(0);
  if (first !== '') {
    states = remember(budget, `${key} ${first}`, () => stepped(shape, states, first, form));
    for (const character of suffix.slice(1)) states = stepped(shape, states, character, form);
  }
  return states.some(reached => shape.form(reached) === form);
}

function remember(budget: Budget, key: string, make: () => readonly string[]): readonly string[] {
  const known = budget.reached.get(key);
  if (known) return known;
  const states = make();
  spend(budget, states.length);
  budget.reached.set(key, states);
  return states;
}

function stepped<Form extends string>(
  shape: TextShape<Form>,
  states: readonly string[],
  character: string,
  form: Form,
): readonly string[] {
  const next = new Set(states.map(state => shape.step(state, character)));
  return [...next].filter(state => shape.mayBecome(state, form));
}

/** The states after all texts that can stand between, with two characters of each group for all of it. */
function reachable<Form extends string>(
  budget: Budget,
  shape: TextShape<Form>,
  state: string,
  filling: Filling,
  form: Form,
): readonly string[] {
  const characters = shape.groups
    .flatMap(group => [...group].slice(0, 2))
    .map(character => ({ character, host: isHostText(character) }))
    .filter(({ host }) => host || filling !== 'host');
  // By state, whether all that led there was of a host; where the filling does not ask, that makes no difference.
  const seen = new Set<string>();
  const reached = new Set<string>(filling === 'anything' ? [state] : []);
  let open = shape.mayBecome(state, form) ? [{ state, onlyHost: true }] : [];
  while (open.length > 0) {
    const next: typeof open = [];
    for (const from of open) {
      for (const { character, host } of characters) {
        const to = shape.ease(shape.step(from.state, character));
        const onlyHost = filling === 'not-host' && from.onlyHost && host;
        const key = `${onlyHost} ${to}`;
        if (seen.has(key) || !shape.mayBecome(to, form)) continue;
        seen.add(key);
        spend(budget, 1);
        next.push({ state: to, onlyHost });
        if (!onlyHost) reached.add(to);
      }
    }
    open = next;
  }
  return [...reached];
}
