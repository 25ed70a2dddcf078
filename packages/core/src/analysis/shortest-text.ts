import type { RuleSet } from '../rule-set.ts';
import { spend } from './budget.ts';
import { isHostText } from './prefix-nodes.ts';
import { mayComplete } from './reachable-states.ts';
import {
  type Filling,
  isLeftOut,
  type Place,
  rulesOf,
  type TextClass,
  type TextSpace,
} from './text-classes.ts';
import { run, type TextShape } from './text-shape.ts';

type Between = Extract<Place, { readonly kind: 'between' }>;

/**
 * A shortest text of the class that has one of the forms, undefined when the class has no such text. Between a prefix
 * and a suffix all texts are tried by length, one for those that can go on in the same way. `longest` bounds the length
 * of the text: a caller that has one already wants none that is as long.
 */
export function shortestText<Form extends string>(
  space: TextSpace,
  shape: TextShape<Form>,
  { rules, places }: TextClass,
  forms: readonly Form[],
  longest: number = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: string | undefined;
  const byLength = [...places].sort((a, b) => leastLength(a) - leastLength(b));
  for (const place of byLength) {
    const bound = best === undefined ? longest : best.length - 1;
    if (leastLength(place) > bound) break;
    const found =
      place.kind === 'text'
        ? ofForm(shape, place.text, forms)
        : shortestBetween(space, shape, place, rules, forms, bound);
    if (found !== undefined && found.length <= bound) best = found;
  }
  return best;
}

/** No text of the place is shorter. */
export function leastLength(place: Place): number {
  switch (place.kind) {
    case 'text':
      return place.text.length;
    case 'between':
      return place.prefix.length + place.suffix.length + (place.filling === 'anything' ? 0 : 1);
    default:
      return place satisfies never;
  }
}

function ofForm<Form extends string>(
  shape: TextShape<Form>,
  text: string,
  forms: readonly Form[],
): string | undefined {
  return forms.includes(shape.form(run(shape, shape.start, text))) ? text : undefined;
}

interface Step {
  /** From the start of the text to the end of what is between. */
  readonly text: string;
  readonly state: string;
  /** The longest end of `text` with which the beginning of a longer suffix begins. */
  readonly ending: string;
  readonly onlyHost: boolean;
}

function shortestBetween<Form extends string>(
  space: TextSpace,
  shape: TextShape<Form>,
  place: Between,
  rules: RuleSet,
  forms: readonly Form[],
  longest: number,
): string | undefined {
  const { prefix, suffix, filling } = place;
  const state = run(shape, shape.start, prefix);
  if (!forms.some(form => mayComplete(space.budget, shape, { state, filling, suffix, form })))
    return undefined;
  spend(space.budget, (space.suffixNodes.length + space.exact.length) >> 5);
  const avoided = avoidedBy(space, place);
  const search = { space, place, rules, avoided };
  // Where patterns cover all there is, that is seen soonest with fewer states; where URLs do not matter, with one.
  const any =
    place.spelling === 'any'
      ? shortestAvoiding(search, withoutForms(shape), ['any'], longest)
      : shortestAvoiding(search, eased(shape), forms, longest);
  if (any === undefined) return undefined;
  return ofForm(shape, any, forms) ?? shortestAvoiding(search, shape, forms, longest);
}

function withoutForms({ groups }: TextShape<string>): TextShape<'any'> {
  return { start: '', groups, step: () => '', form: () => 'any', mayBecome: () => true, ease: () => '' };
}

function eased<Form extends string>(shape: TextShape<Form>): TextShape<Form> {
  return { ...shape, step: (state, character) => shape.ease(shape.step(state, character)) };
}

interface Search {
  readonly space: TextSpace;
  readonly place: Between;
  readonly rules: RuleSet;
  readonly avoided: Avoided;
}

function shortestAvoiding<Form extends string>(
  { space, place: { prefix, suffix, filling }, rules, avoided }: Search,
  shape: TextShape<Form>,
  forms: readonly Form[],
  longest: number,
): string | undefined {
  const characters = charactersFor(shape, [
    ...avoided.endings,
    ...avoided.continuations.map(text => text.slice(prefix.length)),
  ]);
  let ending = '';
  for (const character of prefix) ending = nextEnding(avoided.endings, ending + character);
  let steps: Step[] = [{ text: prefix, state: run(shape, shape.start, prefix), ending, onlyHost: true }];
  // The first step is not noted: it has nothing between, and may not do where a longer one in the same state does.
  const seen = new Set<string>();
  while (steps.length > 0) {
    const next: Step[] = [];
    for (const step of steps) {
      const whole = step.text + suffix;
      if (whole.length > longest) return undefined;
      if (fills(step, filling, prefix) && isWanted(whole, step.state)) return whole;
    }
    for (const step of steps) {
      for (const character of characters) {
        spend(space.budget, 1);
        const after = stepOn(step, character);
        if (after) next.push(after);
      }
    }
    steps = next;
  }
  return undefined;

  function isWanted(whole: string, reached: string): boolean {
    return (
      whole !== '' &&
      forms.includes(shape.form(run(shape, reached, suffix))) &&
      !isLeftOut(space, whole) &&
      sameRules(rulesOf(space, whole), rules)
    );
  }

  function stepOn(step: Step, character: string): Step | undefined {
    const reached = shape.step(step.state, character);
    if (!forms.some(form => shape.mayBecome(reached, form))) return undefined;
    const text = step.text + character;
    if (avoided.prefixes.has(text)) return undefined;
    const onlyHost = step.onlyHost && isHostText(character);
    if (filling === 'host' && !onlyHost) return undefined;
    const end = nextEnding(avoided.endings, step.ending + character);
    const going = someBeginsWith(avoided.continuations, text) ? text : '';
    const key = `${reached} ${end} ${going} ${onlyHost}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    return { text, state: reached, ending: end, onlyHost };
  }
}

function fills({ text, onlyHost }: Step, filling: Filling, prefix: string): boolean {
  switch (filling) {
    case 'anything':
      return true;
    case 'something':
    case 'host':
      return text.length > prefix.length;
    case 'not-host':
      return !onlyHost;
    default:
      return filling satisfies never;
  }
}

/** What a text of a place must not have, lest it be of another class. All lists are sorted. */
interface Avoided {
  readonly prefixes: ReadonlySet<string>;
  /** Longer suffixes, without the suffix of the place. */
  readonly endings: readonly string[];
  /** Longer prefixes, and exact texts with this prefix and suffix. */
  readonly continuations: readonly string[];
}

function avoidedBy(space: TextSpace, { prefix, suffix, prefixes }: Between): Avoided {
  const endings = space.suffixNodes.flatMap(({ suffix: other }) =>
    other.length > suffix.length && other.endsWith(suffix)
      ? [other.slice(0, other.length - suffix.length)]
      : [],
  );
  const longer = prefixes.filter(other => other.length > prefix.length && other.startsWith(prefix));
  const exact = space.exact.filter(
    text => text.length >= prefix.length + suffix.length && text.startsWith(prefix) && text.endsWith(suffix),
  );
  return {
    prefixes: new Set(longer),
    endings: endings.sort(),
    continuations: [...longer, ...exact].sort(),
  };
}

/** Two of each group that occur nowhere, and all that occur. */
function charactersFor(shape: TextShape<string>, texts: readonly string[]): readonly string[] {
  const occurring = new Set(texts.join(''));
  const fresh = shape.groups.flatMap(group =>
    [...group].filter(character => !occurring.has(character)).slice(0, 2),
  );
  return [...fresh, ...occurring];
}

/** The longest end of `text` with which one of the sorted texts begins. */
function nextEnding(sorted: readonly string[], text: string): string {
  if (sorted.length === 0) return '';
  let from = 0;
  while (from < text.length && !someBeginsWith(sorted, text.slice(from))) from++;
  return text.slice(from);
}

function someBeginsWith(sorted: readonly string[], beginning: string): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < beginning) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.startsWith(beginning) ?? false;
}

export function sameRules(a: RuleSet, b: RuleSet): boolean {
  return a.every((word, i) => word === b[i]);
}
